// Goal: whoever has ended is let go once, by one; and nobody is put off any more when the root stops.
#include "lifecycle/departures.hpp"
#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace troupe::inline v0::detail {
namespace {

using Added = Departures::Added;

constexpr std::size_t many = 31;

std::size_t length(const Cell* cell) {
  std::size_t count = 0;
  for (; cell; cell = cell->ready_next) ++count;
  return count;
}

class DeparturesTest : public testing::Test {
 protected:
  DeparturesTest() { departures.open(); }
  Departures departures;
  std::unique_ptr<Cell[]> cells = std::make_unique<Cell[]>(2000);
};

TEST_F(DeparturesTest, SaysOnceThatThereAreMany) {
  for (std::size_t i = 0; i < many - 1; ++i) ASSERT_EQ(departures.add(cells[i]), Added::yes) << i;
  EXPECT_EQ(departures.add(cells[many - 1]), Added::now_many);
  EXPECT_EQ(departures.add(cells[many]), Added::yes) << "somebody is about to let them go";
  EXPECT_EQ(length(departures.take()), many + 1);
  EXPECT_EQ(departures.add(cells[0]), Added::yes);
  EXPECT_EQ(length(departures.take()), 1u);
}

TEST_F(DeparturesTest, TakeNobodyOnceTheyAreClosed) {
  departures.add(cells[0]);
  departures.add(cells[1]);
  EXPECT_EQ(length(departures.close()), 2u);
  EXPECT_EQ(departures.add(cells[2]), Added::closed);
  EXPECT_EQ(departures.take(), nullptr);
  EXPECT_EQ(departures.add(cells[2]), Added::closed) << "whoever took them last";
  departures.open();
  EXPECT_EQ(departures.add(cells[2]), Added::yes);
}

TEST_F(DeparturesTest, GiveEachOfThemToOneOfThoseWhoTake) {
  constexpr std::size_t each = 1000;
  std::vector<Cell*> gone[2];
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 2; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = 0; i < each; ++i) {
          if (departures.add(cells[t * each + i]) != Added::now_many) continue;
          for (Cell* cell = departures.take(); cell; cell = cell->ready_next) gone[t].push_back(cell);
        }
      });
    }
  }
  for (Cell* cell = departures.close(); cell; cell = cell->ready_next) gone[0].push_back(cell);
  gone[0].insert(gone[0].end(), gone[1].begin(), gone[1].end());
  std::sort(gone[0].begin(), gone[0].end());
  EXPECT_EQ(gone[0].size(), 2 * each);
  EXPECT_EQ(std::adjacent_find(gone[0].begin(), gone[0].end()), gone[0].end());
}

}  // namespace
}  // namespace troupe::inline v0::detail
