#include "memory/stable_pool.hpp"
#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::inline v0::detail {
namespace {

// A pool per tag, as the pools are static.
template <int tag>
struct Object {
  int holders = 0;  ///< plain: whoever has the object has it alone
};
template <int tag>
using PoolOf = StablePool<Object<tag>>;

TEST(StablePool, GivesAnObjectToOneHolderAtATime) {
  using Pool = PoolOf<1>;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      std::vector<Object<1>*> mine;
      for (int round = 0; round < 20'000; ++round) {
        mine.push_back(Pool::take());
        ASSERT_EQ(++mine.back()->holders, 1);
        if (round % 7 < 3 || mine.size() > 200) {
          for (Object<1>* one : mine) {
            --one->holders;
            Pool::put(one);
          }
          mine.clear();
        }
      }
      for (Object<1>* one : mine) {
        --one->holders;
        Pool::put(one);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(StablePool, TakesBackWhatAnotherThreadPutsBeforeItEnds) {
  using Pool = PoolOf<2>;
  std::set<Object<2>*> seen;
  for (int round = 0; round < 300; ++round) {
    std::vector<Object<2>*> taken;
    for (int i = 0; i < 100; ++i) taken.push_back(Pool::take());
    seen.insert(taken.begin(), taken.end());
    std::thread([&] {
      for (Object<2>* one : taken) Pool::put(one);
    }).join();
  }
  EXPECT_LT(seen.size(), 1'000U) << "the stock of a thread is lost with it";
}

}  // namespace
}  // namespace troupe::inline v0::detail
