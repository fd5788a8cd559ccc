#include "store/glob.hpp"
#include <algorithm>

#include "resp/case_fold.hpp"

namespace troupe::kv {
namespace {

struct Step {
  bool matched;
  std::size_t next;  // in the pattern, behind what was compared
};

char fold(char c, Case letters) { return letters == Case::folded ? to_lower(c) : c; }

// `at` is behind the '['. A class that is never closed ends with the pattern. Ranges compare as signed bytes
// and may be given either way round.
Step match_class(std::string_view pattern, std::size_t at, char c, Case letters) {
  const bool negated = at < pattern.size() && pattern[at] == '^';
  if (negated) ++at;
  const auto byte = static_cast<signed char>(fold(c, letters));
  bool matched = false;
  while (at < pattern.size() && pattern[at] != ']') {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) {
      matched |= pattern[at + 1] == c;
      at += 2;
    } else if (at + 2 < pattern.size() && pattern[at + 1] == '-') {
      const auto one = static_cast<signed char>(fold(pattern[at], letters));
      const auto other = static_cast<signed char>(fold(pattern[at + 2], letters));
      matched |= byte >= std::min(one, other) && byte <= std::max(one, other);
      at += 3;
    } else {
      matched |= fold(pattern[at], letters) == fold(c, letters);
      ++at;
    }
  }
  return {matched != negated, std::min(at + 1, pattern.size())};
}

// Compares one byte with what stands at `at`, which isn't a star.
Step match_one(std::string_view pattern, std::size_t at, char c, Case letters) {
  switch (pattern[at]) {
    case '?':
      return {true, at + 1};
    case '[':
      return match_class(pattern, at + 1, c, letters);
    case '\\':
      if (at + 1 < pattern.size()) ++at;
      [[fallthrough]];
    default:
      return {fold(pattern[at], letters) == fold(c, letters), at + 1};
  }
}

}  // namespace

bool matches_glob(std::string_view pattern, std::string_view text, Case letters) noexcept {
  std::size_t at = 0;
  std::size_t behind_star = std::string_view::npos;  // in the pattern
  std::size_t star_ends = 0;  // in the text: the last star stands for what is before this
  std::size_t i = 0;
  while (i < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      behind_star = ++at;
      star_ends = i;
      continue;
    }
    const Step step = at < pattern.size() ? match_one(pattern, at, text[i], letters) : Step{false, at};
    if (step.matched) {
      at = step.next;
      ++i;
    } else if (behind_star != std::string_view::npos) {
      at = behind_star;
      i = ++star_ends;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

}  // namespace troupe::kv
