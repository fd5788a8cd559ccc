#include "commands/scan_cursor.hpp"

#include <gtest/gtest.h>

namespace troupe::kv {
namespace {

TEST(ScanCursor, leads_through_all_shards_and_ends_at_0) {
  EXPECT_EQ(next_scan_cursor({0, kScanEnd}, 3), 1U);
  EXPECT_EQ(next_scan_cursor({1, kScanEnd}, 3), 2U);
  EXPECT_EQ(next_scan_cursor({2, kScanEnd}, 3), 0U);
}

TEST(ScanCursor, reads_back_what_it_wrote) {
  const ScanCursor cursor{2, kScanEnd - 1};
  const auto read = read_scan_cursor(std::to_string(next_scan_cursor(cursor, 1024)), 1024);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->shard, cursor.shard);
  EXPECT_EQ(read->position, cursor.position);
}

TEST(ScanCursor, may_be_any_number_but_nothing_else) {
  EXPECT_TRUE(read_scan_cursor("18446744073709551615", 3).has_value());
  EXPECT_LT(read_scan_cursor("18446744073709551615", 3)->shard, 3U);
  EXPECT_TRUE(read_scan_cursor("-1", 3).has_value());
  EXPECT_TRUE(read_scan_cursor("", 3).has_value());
  for (const auto* text : {"a", "1a", " 1", "18446744073709551616", "-"}) {
    EXPECT_FALSE(read_scan_cursor(text, 3).has_value()) << text;
  }
}

TEST(ScanCursor, beyond_the_end_goes_on_with_the_next_shard) {
  EXPECT_EQ(next_scan_cursor({0, kScanEnd + 5}, 2), 1U);
  EXPECT_EQ(next_scan_cursor({1, kScanEnd + 5}, 2), 0U);
}

}  // namespace
}  // namespace troupe::kv
