// Goal: failures make trials rare, a success makes them needless for a while, and a receiver is found where
// it was gathered last, until its time is up.
#include "scheduler/colocation.hpp"
#include <memory>

#include <gtest/gtest.h>

namespace troupe::inline v0::detail {
namespace {

using namespace std::chrono_literals;

class ColocationTest : public testing::Test {
 protected:
  /// How long it takes until a trial is due again.
  std::chrono::milliseconds pause() {
    std::chrono::milliseconds waited{};
    for (; !colocation.is_due(); waited += 1ms) clock.advance(1ms);
    return waited;
  }
  ManualClock clock;
  Colocation colocation{clock};
  std::unique_ptr<Cell[]> cells = std::make_unique<Cell[]>(33);
};

TEST_F(ColocationTest, IsTriedTheMoreSeldomTheOftenerItFails) {
  EXPECT_TRUE(colocation.is_due());
  for (const auto expected : {4ms, 16ms, 64ms, 256ms, 1000ms, 1000ms}) {
    colocation.note_failure();
    EXPECT_EQ(pause(), expected);
  }
  colocation.note_success();
  EXPECT_TRUE(colocation.is_due());
  colocation.note_failure();
  EXPECT_EQ(pause(), 4ms);
}

TEST_F(ColocationTest, IsTrustedForASecondAfterASuccess) {
  EXPECT_FALSE(colocation.is_trusted());
  colocation.note_success();
  clock.advance(999ms);
  EXPECT_TRUE(colocation.is_trusted());
  clock.advance(1ms);
  EXPECT_FALSE(colocation.is_trusted());
  colocation.note_success();
  colocation.note_failure();
  EXPECT_FALSE(colocation.is_trusted());
}

TEST_F(ColocationTest, KnowsWhereAReceiverIs) {
  EXPECT_EQ(colocation.host_of(cells[0]), std::nullopt);
  colocation.gather(cells[0], 5);
  colocation.gather(cells[1], 63);
  EXPECT_EQ(colocation.host_of(cells[0]), 5U);
  EXPECT_EQ(colocation.host_of(cells[1]), 63U);
  EXPECT_EQ(colocation.host_of(cells[2]), std::nullopt);
  colocation.gather(cells[0], 6);
  EXPECT_EQ(colocation.host_of(cells[0]), 6U);
}

TEST_F(ColocationTest, ForgetsAReceiverWhenItsSendersDontComeAnyMore) {
  colocation.gather(cells[0], 5);
  clock.advance(9ms);
  colocation.gather(cells[0], 5);
  clock.advance(9ms);
  EXPECT_EQ(colocation.host_of(cells[0]), 5U);
  clock.advance(1ms);
  EXPECT_EQ(colocation.host_of(cells[0]), std::nullopt);
}

TEST_F(ColocationTest, ForgetsAReceiverWhenAnotherNeedsItsSeat) {
  colocation.gather(cells[0], 5);
  colocation.gather(cells[32], 6);
  EXPECT_EQ(colocation.host_of(cells[0]), std::nullopt);
  EXPECT_EQ(colocation.host_of(cells[32]), 6U);
}

}  // namespace
}  // namespace troupe::inline v0::detail
