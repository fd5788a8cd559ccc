#include "store/expiry_index.hpp"
#include <deque>
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace troupe::kv {
namespace {

TimePoint at(std::int64_t ms) { return TimePoint(std::chrono::milliseconds(ms)); }

TEST(ExpiryIndex, has_the_next_to_expire_first) {
  ExpiryIndex index;
  const auto a = make_entry({"a", 1}, "");
  const auto b = make_entry({"b", 2}, "");
  index.set(*a, at(20));
  index.set(*b, at(10));
  EXPECT_EQ(&index.first(), b.get());
  index.set(*b, at(30));
  EXPECT_EQ(&index.first(), a.get());
  index.clear(*a);
  EXPECT_EQ(&index.first(), b.get());
  EXPECT_EQ(a->expires, kNever);
  index.clear(*a);
  EXPECT_EQ(index.size(), 1U);
}

TEST(ExpiryIndex, estimates_the_time_left) {
  ExpiryIndex index;
  const auto a = make_entry({"a", 1}, "");
  const auto b = make_entry({"b", 2}, "");
  EXPECT_EQ(index.mean_time_left(at(0)).count(), 0);
  index.set(*a, at(100));
  index.set(*b, at(300));
  EXPECT_EQ(index.mean_time_left(at(0)).count(), 200);
}

RC_GTEST_PROP(ExpiryIndex, agrees_with_a_sorted_map,
              (const std::vector<std::pair<std::uint8_t, std::int16_t>>& steps)) {
  ExpiryIndex index;
  std::deque<EntryPointer> entries;
  for (int i = 0; i < 32; ++i) entries.push_back(make_entry({"x", 0}, ""));
  std::map<std::size_t, std::int64_t> model;
  for (const auto& [which, time] : steps) {
    const std::size_t i = which % entries.size();
    if (time < 0) {
      index.clear(*entries[i]);
      model.erase(i);
    } else {
      index.set(*entries[i], at(time));
      model[i] = time;
    }
    RC_ASSERT(index.size() == model.size());
    if (model.empty()) continue;
    std::int64_t earliest = model.begin()->second;
    for (const auto& [_, t] : model) earliest = std::min(earliest, t);
    RC_ASSERT(index.first().expires == at(earliest));
  }
}

}  // namespace
}  // namespace troupe::kv
