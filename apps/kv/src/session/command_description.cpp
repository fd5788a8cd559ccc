#include "session/command_description.hpp"
#include <array>
#include <bit>
#include <span>
#include <string>

#include "resp/case_fold.hpp"

namespace troupe::kv {
namespace {

// The words stand in the order of their bits.
constexpr std::array<std::string_view, 12> kFlagWords = {"write",  "readonly", "denyoom",  "admin",
                                                         "pubsub", "noscript", "loading",  "stale",
                                                         "fast",   "no_auth",  "no_multi", "allow_busy"};
constexpr std::array<std::string_view, 10> kCategoryWords = {
    "keyspace", "read", "write", "string", "pubsub", "admin", "fast", "slow", "dangerous", "connection"};
constexpr std::array<std::string_view, 9> kAccessWords = {
    "RO", "RW", "OW", "RM", "access", "update", "insert", "delete", "variable_flags"};

void write_words(Reply& reply, std::uint32_t bits, std::span<const std::string_view> words,
                 std::string_view prefix = {}) {
  reply.set(static_cast<std::size_t>(std::popcount(bits)));
  for (std::size_t i = 0; i < words.size(); ++i) {
    if ((bits >> i & 1U) == 0) continue;
    reply.simple(std::string(prefix).append(words[i]));
  }
}

void write_key_specification(Reply& reply, const Command& command) {
  reply.map(command.key_note.empty() ? 3 : 4);
  if (!command.key_note.empty()) {
    reply.bulk("notes");
    reply.bulk(command.key_note);
  }
  reply.bulk("flags");
  describe_access(reply, command.access);
  reply.bulk("begin_search");
  reply.map(2);
  reply.bulk("type");
  reply.bulk("index");
  reply.bulk("spec");
  reply.map(1);
  reply.bulk("index");
  reply.integer(command.keys.first);
  reply.bulk("find_keys");
  reply.map(2);
  reply.bulk("type");
  reply.bulk("range");
  reply.bulk("spec");
  reply.map(3);
  reply.bulk("lastkey");
  // Here it counts from the first key on, not from the beginning.
  reply.integer(command.keys.last >= 0 ? command.keys.last - command.keys.first : command.keys.last);
  reply.bulk("keystep");
  reply.integer(command.keys.step);
  reply.bulk("limit");
  reply.integer(0);
}

}  // namespace

void describe_access(Reply& reply, std::uint32_t access) { write_words(reply, access, kAccessWords); }

std::uint32_t category_by_name(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kCategoryWords.size(); ++i) {
    if (equals_folded(name, kCategoryWords[i])) return 1U << i;
  }
  return 0;
}

void describe(Reply& reply, const Command& command) {
  constexpr std::size_t kFields = 10;
  reply.array(kFields);
  reply.bulk(command.name);
  reply.integer(command.arity);
  write_words(reply, command.flags, kFlagWords);
  reply.integer(command.keys.first);
  reply.integer(command.keys.last);
  reply.integer(command.keys.step);
  write_words(reply, command.categories, kCategoryWords, "@");
  reply.set(command.tips.size());
  for (const std::string_view tip : command.tips) reply.bulk(tip);
  const bool has_keys = command.keys.first != 0;
  reply.set(has_keys ? 1 : 0);
  if (has_keys) write_key_specification(reply, command);
  reply.set(command.subcommands.size());
  for (const Command& subcommand : command.subcommands) describe(reply, subcommand);
}

}  // namespace troupe::kv
