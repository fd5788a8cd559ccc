#include "store/table.hpp"
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "store/hash.hpp"

namespace troupe::kv {
namespace {

Key key_of(std::string_view text) { return {text, hash_key({1, 2}, text)}; }

void add(Table& table, const std::string& text) { table.insert(make_entry(key_of(text), text)); }

void drop(Table& table, const std::string& text) { table.remove(*table.find(key_of(text))); }

TEST(Table, finds_what_was_inserted_while_it_grows) {
  Table table;
  for (int i = 0; i < 5000; ++i) {
    add(table, std::to_string(i));
    for (const int j : {0, i / 2, i})
      ASSERT_NE(table.find(key_of(std::to_string(j))), nullptr) << i << " " << j;
  }
  EXPECT_EQ(table.size(), 5000U);
  EXPECT_EQ(table.find(key_of("5000")), nullptr);
  EXPECT_GE(table.bucket_count(), 4096U);
}

TEST(Table, shrinks_when_it_is_nearly_empty) {
  Table table;
  for (int i = 0; i < 10000; ++i) add(table, std::to_string(i));
  for (int i = 0; i < 9990; ++i) drop(table, std::to_string(i));
  EXPECT_LE(table.bucket_count(), 1024U);
  for (int i = 9990; i < 10000; ++i) EXPECT_NE(table.find(key_of(std::to_string(i))), nullptr);
}

TEST(Table, keeps_the_addresses_of_entries) {
  Table table;
  add(table, "a");
  const Entry* before = table.find(key_of("a"));
  for (int i = 0; i < 1000; ++i) add(table, std::to_string(i));
  EXPECT_EQ(table.find(key_of("a")), before);
}

TEST(Table, is_empty_after_clear) {
  Table table;
  for (int i = 0; i < 100; ++i) add(table, std::to_string(i));
  table.clear();
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.find(key_of("1")), nullptr);
  add(table, "1");
  EXPECT_NE(table.find(key_of("1")), nullptr);
}

// Goal: a scan misses nothing that was there all the time, and shows nothing twice. Method: between any two
// steps of the scan other keys come and go, by the hundred, so that the table is resized up and down under
// it.
RC_GTEST_PROP(Table, a_scan_meets_each_lasting_entry_exactly_once, ()) {
  Table table;
  const int lasting = *rc::gen::inRange(0, 300);
  for (int i = 0; i < lasting; ++i) add(table, "lasting" + std::to_string(i));
  std::set<std::string> passing;
  std::map<std::string, int> met;
  int next_name = 0;
  for (ScanPosition at = 0; at < kScanEnd;) {
    at = table.scan_bucket(at, [&met](const Entry& entry) { ++met[std::string(entry.key())]; });
    const bool grow = *rc::gen::arbitrary<bool>();
    const int changes = *rc::gen::inRange(0, 100);
    for (int i = 0; i < changes; ++i) {
      if (grow) {
        add(table, *passing.insert("passing" + std::to_string(next_name++)).first);
      } else if (!passing.empty()) {
        drop(table, *passing.begin());
        passing.erase(passing.begin());
      }
    }
  }
  for (int i = 0; i < lasting; ++i) RC_ASSERT(met["lasting" + std::to_string(i)] == 1);
  for (const auto& [key, times] : met) RC_ASSERT(times <= 1);
}

}  // namespace
}  // namespace troupe::kv
