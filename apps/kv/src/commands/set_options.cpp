#include "commands/set_options.hpp"
#include <array>

#include "resp/case_fold.hpp"

namespace troupe::kv {
namespace {

struct ExpiryWord {
  std::string_view word;
  Unit unit;
  From from;
};

constexpr std::array kExpiryWords = {
    ExpiryWord{"ex", Unit::seconds, From::now},
    ExpiryWord{"px", Unit::milliseconds, From::now},
    ExpiryWord{"exat", Unit::seconds, From::epoch},
    ExpiryWord{"pxat", Unit::milliseconds, From::epoch},
};

const ExpiryWord* find_expiry_word(std::string_view text) {
  for (const ExpiryWord& word : kExpiryWords) {
    if (equals_folded(text, word.word)) return &word;
  }
  return nullptr;
}

// The same word may come again, and then the last one counts; different words exclude each other.
bool accepts_expiry(const SetOptions& options, const ExpiryWord& word) {
  if (options.keep_ttl || options.persist) return false;
  return !options.expiry || (options.expiry->unit == word.unit && options.expiry->from == word.from);
}

// An option without a value. False if it isn't one, or excluded by those before it.
bool take_plain(SetOptions& options, std::string_view word, OptionsOf command) {
  const auto take = [](bool allowed, bool& option) {
    option |= allowed;
    return allowed;
  };
  if (command == OptionsOf::getex) {
    return equals_folded(word, "persist") && take(!options.expiry, options.persist);
  }
  if (equals_folded(word, "nx")) return take(!options.only_if_present, options.only_if_absent);
  if (equals_folded(word, "xx")) return take(!options.only_if_absent, options.only_if_present);
  if (equals_folded(word, "get")) return take(true, options.get);
  return equals_folded(word, "keepttl") && take(!options.expiry, options.keep_ttl);
}

}  // namespace

std::optional<SetOptions> read_set_options(const Request& request, std::size_t first, OptionsOf command) {
  SetOptions options;
  for (std::size_t i = first; i < request.size(); ++i) {
    const ExpiryWord* expiry = find_expiry_word(request[i]);
    if (expiry != nullptr && i + 1 < request.size() && accepts_expiry(options, *expiry)) {
      options.expiry = SetOptions::Expiry{request[++i], expiry->unit, expiry->from};
    } else if (!take_plain(options, request[i], command)) {
      return std::nullopt;
    }
  }
  return options;
}

}  // namespace troupe::kv
