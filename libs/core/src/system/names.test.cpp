#include "system/names.hpp"
#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/detail/spawn.hpp>

namespace troupe::inline v0::detail {
namespace {

struct Clerk {};

TEST(Names, AreFoundOnlyOnceTheirActorLives) {
  Names names;
  Cell cell;
  names.add("shop/clerk", cell, &ActorOpsFor<Clerk>::ops);
  EXPECT_FALSE(names.find("shop/clerk"));
  names.settle("shop/clerk", 7);
  const auto entry = names.find("shop/clerk");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->cell, &cell);
  EXPECT_EQ(entry->gen, 7U);
  EXPECT_EQ(entry->ops, &ActorOpsFor<Clerk>::ops);
  EXPECT_FALSE(names.find("shop"));
  names.remove("shop/clerk");
  EXPECT_FALSE(names.find("shop/clerk"));
}

TEST(Names, AreRefusedWhileTheyAreTakenWithASentenceThatNamesBoth) {
  Names names;
  Cell cell;
  names.add("clerk", cell, &ActorOpsFor<Clerk>::ops);
  try {
    names.add("clerk", cell, &ActorOpsFor<Clerk>::ops);
    FAIL() << "taken twice";
  } catch (const SpawnError& error) {
    EXPECT_NE(std::string_view(error.what()).find("Clerk"), std::string_view::npos) << error.what();
    EXPECT_NE(std::string_view(error.what()).find("'clerk'"), std::string_view::npos) << error.what();
  }
  names.remove("clerk");
  EXPECT_NO_THROW(names.add("clerk", cell, &ActorOpsFor<Clerk>::ops));
}

TEST(Names, AreGivenToOneOfSeveralThatWantThem) {
  Names names;
  Cell cell;
  std::atomic<int> owners{0}, taken{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 20'000; ++k) {
        try {
          names.add("one", cell, &ActorOpsFor<Clerk>::ops);
        } catch (const SpawnError&) {
          continue;
        }
        EXPECT_EQ(owners.fetch_add(1), 0);
        taken.fetch_add(1);
        owners.fetch_sub(1);
        names.remove("one");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(taken, 0);
  EXPECT_FALSE(names.find("one"));
}

}  // namespace
}  // namespace troupe::inline v0::detail
