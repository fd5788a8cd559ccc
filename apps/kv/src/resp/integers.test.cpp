#include "resp/integers.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace troupe::kv {
namespace {

TEST(ParseInteger, takes_the_whole_range_of_64_bits) {
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_integer("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_integer("0"), 0);
}

TEST(ParseInteger, refuses_what_is_out_of_range) {
  for (const auto* text : {"9223372036854775808", "-9223372036854775809", "18446744073709551616",
                           "99999999999999999999", "100000000000000000000"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
}

TEST(ParseInteger, refuses_every_other_spelling) {
  for (const auto* text : {"", "-", "+1", "01", "-0", "-01", " 1", "1 ", "1.0", "1e3", "0x1", "a"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(ParseInteger, reads_back_what_was_written, (std::int64_t value)) {
  std::string text;
  append_integer(text, value);
  RC_ASSERT(parse_integer(text) == value);
}

}  // namespace
}  // namespace troupe::kv
