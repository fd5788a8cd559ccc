#include "resp/inline_arguments.hpp"
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::kv {
namespace {

using Words = std::vector<std::string>;

std::optional<Words> split(std::string_view line) {
  Request request;
  if (!split_inline(line, request)) return std::nullopt;
  Words words;
  for (std::size_t i = 0; i < request.size(); ++i) words.emplace_back(request[i]);
  return words;
}

TEST(InlineArguments, are_separated_by_blanks) {
  EXPECT_EQ(split("set  a\tb "), (Words{"set", "a", "b"}));
  EXPECT_EQ(split(""), Words{});
  EXPECT_EQ(split(" \t "), Words{});
}

TEST(InlineArguments, may_be_quoted) {
  EXPECT_EQ(split(R"("a b" 'c d' "" '')"), (Words{"a b", "c d", "", ""}));
  EXPECT_EQ(split(R"(a"b c")"), Words{"ab c"});
}

TEST(InlineArguments, know_escapes_in_double_quotes) {
  EXPECT_EQ(split(R"("\x41\n\r\t\b\a\"\\\q")"), Words{"A\n\r\t\b\a\"\\q"});
  EXPECT_EQ(split(R"("\x4" "\xzz")"), (Words{"x4", "xzz"}));
}

TEST(InlineArguments, know_one_escape_in_single_quotes) {
  EXPECT_EQ(split(R"('a\'b' 'a\n')"), (Words{"a'b", "a\\n"}));
}

TEST(InlineArguments, must_have_balanced_quotes) {
  EXPECT_EQ(split("\"a"), std::nullopt);
  EXPECT_EQ(split("'a"), std::nullopt);
  EXPECT_EQ(split("\"a\"b"), std::nullopt);
  EXPECT_EQ(split("'a'b"), std::nullopt);
  EXPECT_EQ(split("a\""), std::nullopt);
}

TEST(InlineArguments, end_at_a_zero_byte) { EXPECT_EQ(split(std::string_view("a\0b", 3)), Words{"a"}); }

}  // namespace
}  // namespace troupe::kv
