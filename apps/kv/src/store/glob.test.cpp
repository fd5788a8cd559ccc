#include "store/glob.hpp"
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace troupe::kv {
namespace {

TEST(Glob, stars_and_question_marks) {
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("a*", "a"));
  EXPECT_TRUE(matches_glob("*b*", "abc"));
  EXPECT_TRUE(matches_glob("a**c", "abbc"));
  EXPECT_TRUE(matches_glob("a?c", "abc"));
  EXPECT_FALSE(matches_glob("a?c", "ac"));
  EXPECT_FALSE(matches_glob("", "a"));
  EXPECT_TRUE(matches_glob("", ""));
  EXPECT_FALSE(matches_glob("a*b", "abx"));
}

TEST(Glob, classes) {
  EXPECT_TRUE(matches_glob("h[ae]llo", "hello"));
  EXPECT_TRUE(matches_glob("h[a-e]llo", "hcllo"));
  EXPECT_TRUE(matches_glob("h[e-a]llo", "hcllo"));
  EXPECT_FALSE(matches_glob("h[^e]llo", "hello"));
  EXPECT_TRUE(matches_glob("h[^e]llo", "hallo"));
  EXPECT_TRUE(matches_glob("[\\]]", "]"));
  EXPECT_FALSE(matches_glob("[]", "]"));
  EXPECT_TRUE(matches_glob("h[ab", "ha"));
  EXPECT_TRUE(matches_glob("[*?]", "*"));
}

TEST(Glob, escapes) {
  EXPECT_TRUE(matches_glob("a\\*b", "a*b"));
  EXPECT_FALSE(matches_glob("a\\*b", "axb"));
  EXPECT_TRUE(matches_glob("a\\", "a\\"));
}

TEST(Glob, folds_case_if_asked) {
  EXPECT_FALSE(matches_glob("ABC", "abc"));
  EXPECT_TRUE(matches_glob("A[B]?", "abc", Case::folded));
}

TEST(Glob, does_not_take_exponential_time) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "a*";
  pattern += "b";
  EXPECT_FALSE(matches_glob(pattern, std::string(2000, 'a')));
}

// The definition, as short as it can be said; exponential, so only for short texts.
bool slow_match(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    return slow_match(pattern.substr(1), text) || (!text.empty() && slow_match(pattern, text.substr(1)));
  }
  return !text.empty() && (pattern[0] == '?' || pattern[0] == text[0]) &&
         slow_match(pattern.substr(1), text.substr(1));
}

RC_GTEST_PROP(Glob, agrees_with_its_definition, ()) {
  constexpr std::size_t kShort = 12;
  const auto pattern =
      (*rc::gen::container<std::string>(rc::gen::element('a', 'b', '*', '?'))).substr(0, kShort);
  const auto text = (*rc::gen::container<std::string>(rc::gen::element('a', 'b'))).substr(0, kShort);
  RC_ASSERT(matches_glob(pattern, text) == slow_match(pattern, text));
}

}  // namespace
}  // namespace troupe::kv
