#include "observe/dead_letters.hpp"
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/lifecycle.hpp>

namespace troupe::inline v0::detail {
namespace {

constexpr MessageOps order{nullptr, nullptr, 0, 0, Kind::user, false, "Shop", "Order"};

class Lines final : public Log {
 public:
  void write(LogLevel, std::string_view line) noexcept override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

class DeadLettersTest : public testing::Test {
 protected:
  void SetUp() override { letters.begin(log, clock, 3); }
  void lose(int count, StopReason reason = StopReason::stopped) {
    for (int i = 0; i < count; ++i) letters.report({reason, nullptr, nullptr, "main/shop"}, order, {});
  }
  Lines log;
  ManualClock clock;
  DeadLetters letters;
};

TEST_F(DeadLettersTest, AreLoggedWithReceiverMessageAndReason) {
  lose(1);
  ASSERT_EQ(log.lines.size(), 1U);
  for (const char* part : {"Order", "Shop", "main/shop", "stopped first"}) {
    EXPECT_NE(log.lines[0].find(part), std::string::npos) << log.lines[0];
  }
}

TEST_F(DeadLettersTest, AreLoggedAtALimitedRateAndTheRestIsSummedUp) {
  lose(10);
  EXPECT_EQ(log.lines.size(), 3U);
  clock.advance(std::chrono::milliseconds(999));
  lose(1);
  EXPECT_EQ(log.lines.size(), 3U);
  clock.advance(std::chrono::milliseconds(1));
  lose(1);
  ASSERT_EQ(log.lines.size(), 5U);
  EXPECT_NE(log.lines[3].find("8 more dead letters"), std::string::npos) << log.lines[3];
}

TEST_F(DeadLettersTest, SumUpWhatIsLeftAtTheEnd) {
  lose(5);
  letters.end();
  EXPECT_NE(log.lines.back().find("2 more dead letters"), std::string::npos) << log.lines.back();
}

TEST_F(DeadLettersTest, AreCountedWhetherLoggedOrNot) {
  lose(10);
  lose(2, StopReason::killed);
  lose(4, StopReason::no_such_actor);
  letters.late_answer("int");
  const DeadLetterCounts counts = letters.counts();
  EXPECT_EQ(counts[Undelivered::stopped], 10U);
  EXPECT_EQ(counts[Undelivered::killed], 2U);
  EXPECT_EQ(counts[Undelivered::no_actor], 4U);
  EXPECT_EQ(counts[Undelivered::late_reply], 1U);
  EXPECT_EQ(counts.total(), 17U);
}

TEST_F(DeadLettersTest, AreStillCountedAfterTheEndWithoutALog) {
  letters.end();
  const std::size_t lines = log.lines.size();
  lose(1);
  EXPECT_EQ(letters.counts().total(), 1U);
  EXPECT_EQ(log.lines.size(), lines);
}

}  // namespace
}  // namespace troupe::inline v0::detail
