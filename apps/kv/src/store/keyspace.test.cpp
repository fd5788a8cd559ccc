#include "store/keyspace.hpp"
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace troupe::kv {
namespace {

TimePoint at(std::int64_t ms) { return TimePoint(std::chrono::milliseconds(ms)); }

void put(Keyspace& keyspace, std::uint32_t database, const std::string& key, TimePoint expires) {
  Database& db = keyspace.database(database);
  Entry& entry = db.put(keyspace.key(key), "v", at(0));
  if (expires != kNever) db.set_expiry(entry, expires);
}

TEST(Keyspace, removes_an_expired_key_when_somebody_meets_it) {
  Keyspace keyspace;
  put(keyspace, 0, "a", at(10));
  EXPECT_NE(keyspace.database(0).find(keyspace.key("a"), at(10)), nullptr);
  EXPECT_EQ(keyspace.database(0).size(), 1U);
  EXPECT_EQ(keyspace.database(0).find(keyspace.key("a"), at(11)), nullptr);
  EXPECT_EQ(keyspace.database(0).size(), 0U);
  EXPECT_EQ(keyspace.expired(), 1U);
}

TEST(Keyspace, removes_expired_keys_that_nobody_meets_within_a_budget) {
  Keyspace keyspace;
  for (int i = 0; i < 100; ++i) put(keyspace, static_cast<std::uint32_t>(i % 4), std::to_string(i), at(i));
  EXPECT_EQ(keyspace.next_expiry(), at(0));
  EXPECT_EQ(keyspace.expire_some(at(50), 20), 20U);
  EXPECT_EQ(keyspace.expire_some(at(50), 20), 20U);
  EXPECT_EQ(keyspace.expire_some(at(50), 20), 10U);
  EXPECT_EQ(keyspace.expire_some(at(50), 20), 0U);
  EXPECT_EQ(keyspace.next_expiry(), at(50));
  EXPECT_EQ(keyspace.expired(), 50U);
}

TEST(Keyspace, lets_no_database_keep_the_budget_to_itself) {
  Keyspace keyspace(KeyspaceOptions{.databases = 2});
  for (int i = 0; i < 100; ++i) put(keyspace, 0, std::to_string(i), at(0));
  put(keyspace, 1, "other", at(0));
  EXPECT_EQ(keyspace.expire_some(at(1), 10), 10U);
  EXPECT_EQ(keyspace.expire_some(at(1), 10), 10U);
  EXPECT_EQ(keyspace.database(1).size(), 0U);
}

TEST(Keyspace, has_nothing_to_expire_without_expiries) {
  Keyspace keyspace;
  put(keyspace, 0, "a", kNever);
  EXPECT_EQ(keyspace.next_expiry(), kNever);
  EXPECT_EQ(keyspace.expire_some(at(1'000'000), 10), 0U);
}

TEST(Keyspace, counts_anew_after_a_reset) {
  Keyspace keyspace;
  put(keyspace, 0, "a", at(0));
  keyspace.expire_some(at(1), 10);
  keyspace.count_lookup(true);
  keyspace.count_lookup(false);
  keyspace.reset_counts();
  EXPECT_EQ(keyspace.hits() + keyspace.misses() + keyspace.expired(), 0U);
}

struct Value {
  std::string text;
  std::int64_t expires;
};

// Goal: a database is a map in which keys vanish at their time. Method: random steps on both, and a clock
// that only goes forward; now and then active expiry.
RC_GTEST_PROP(Keyspace, agrees_with_a_map_whose_keys_vanish, ()) {
  Keyspace keyspace;
  Database& database = keyspace.database(0);
  std::map<std::string, Value> model;
  std::int64_t now = 0;
  const int steps = *rc::gen::inRange(0, 300);
  for (int i = 0; i < steps; ++i) {
    now += *rc::gen::inRange(0, 5);
    std::erase_if(model, [now](const auto& one) { return now > one.second.expires; });
    const std::string name = std::to_string(*rc::gen::inRange(0, 40));
    const Key key = keyspace.key(name);
    Entry* entry = nullptr;
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
        database.put(key, name, at(now));
        model[name] = {name, kNever.time_since_epoch().count()};
        break;
      case 1:
      case 2:
        entry = database.find(key, at(now));
        RC_ASSERT((entry != nullptr) == model.contains(name));
        if (entry == nullptr) break;
        model[name].expires = now + *rc::gen::inRange(0, 30);
        database.set_expiry(*entry, at(model[name].expires));
        break;
      case 3:
        if ((entry = database.find(key, at(now))) != nullptr) database.erase(*entry);
        model.erase(name);
        break;
      case 4:
        keyspace.expire_some(at(now), 3);
        break;
      default:
        if ((entry = database.find(key, at(now))) == nullptr) break;
        database.clear_expiry(*entry);
        model[name].expires = kNever.time_since_epoch().count();
    }
  }
  std::erase_if(model, [now](const auto& one) { return now > one.second.expires; });
  while (keyspace.expire_some(at(now), 10) > 0) {
  }
  std::set<std::string> found;
  for (ScanPosition position = 0; position < kScanEnd;) {
    position =
        database.scan_bucket(position, [&found](const Entry& e) { found.insert(std::string(e.key())); });
  }
  std::set<std::string> expected;
  for (const auto& [name, _] : model) expected.insert(name);
  RC_ASSERT(found == expected);
}

}  // namespace
}  // namespace troupe::kv
