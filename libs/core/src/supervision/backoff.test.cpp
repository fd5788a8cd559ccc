#include "supervision/backoff.hpp"
#include <algorithm>
#include <chrono>
#include <cstdint>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "supervision/restart_window.hpp"

namespace troupe::inline v0::detail {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr std::uint64_t no_jitter = 0;

TEST(Backoff, GrowsByItsFactorUpToItsMaximum) {
  const Backoff backoff{.first = 100ms, .max = 1s, .factor = 2};
  EXPECT_EQ(backoff_delay(backoff, 0, no_jitter), 100ms);
  EXPECT_EQ(backoff_delay(backoff, 1, no_jitter), 200ms);
  EXPECT_EQ(backoff_delay(backoff, 3, no_jitter), 800ms);
  EXPECT_EQ(backoff_delay(backoff, 4, no_jitter), 1s);
  EXPECT_EQ(backoff_delay(backoff, 4'000'000'000, no_jitter), 1s);
}

TEST(Backoff, IsNoneUnlessAFirstWaitIsGiven) { EXPECT_EQ(backoff_delay({}, 7, 1), 0ns); }

TEST(Backoff, JitterTakesAwayUpToItsPartAndNeverExceedsTheMaximum) {
  const Backoff backoff{.first = 1s, .max = 1s, .jitter = 0.2};
  EXPECT_EQ(backoff_delay(backoff, 0, 0), 1s);
  EXPECT_NEAR(static_cast<double>(backoff_delay(backoff, 0, ~std::uint64_t{0}).count()), 8e8, 1e3);
}

RC_GTEST_PROP(Backoff, StaysWithinItsBoundsWhateverTheNumbers,
              (std::int64_t first, std::int64_t max, double factor, double jitter, std::uint32_t failures,
               std::uint64_t draw)) {
  const Backoff backoff{
      .first = nanoseconds(first), .max = nanoseconds(max), .factor = factor, .jitter = jitter};
  const nanoseconds delay = backoff_delay(backoff, failures, draw);
  RC_ASSERT(delay >= 0ns);
  RC_ASSERT(delay <= std::max(0ns, backoff.max));
}

TEST(Backoff, IsResetAfterTheHealthySpellOrItsMaximum) {
  EXPECT_TRUE(is_healthy({.max = 10s}, 10s));
  EXPECT_FALSE(is_healthy({.max = 10s}, 9s));
  EXPECT_TRUE(is_healthy({.max = 10s, .reset_after = 2s}, 2s));
}

TEST(RestartWindow, SlidesSoThatNoSpanOfItHasMoreThanTheIntensityAllows) {
  RestartWindow window;
  const Intensity twice{.restarts = 2, .within = 5s};
  EXPECT_TRUE(window.admit(0s, twice));
  EXPECT_TRUE(window.admit(4s, twice));
  EXPECT_FALSE(window.admit(4999ms, twice));
  EXPECT_TRUE(window.admit(5s, twice));
  EXPECT_FALSE(window.admit(8s, twice));
  EXPECT_TRUE(window.admit(9s, twice));
}

TEST(RestartWindow, CountsWhatIsWithinItHoweverLongItSlides) {
  RestartWindow window;
  const Intensity intensity{.restarts = 5, .within = 10s};
  for (int second = 0; second < 1'000; ++second) {
    ASSERT_EQ(window.admit(std::chrono::seconds(second), intensity), second % 10 < 5) << second;
    ASSERT_EQ(window.count(), second < 5 ? static_cast<std::size_t>(second) + 1 : 5u) << second;
  }
}

TEST(RestartWindow, NotesOneMoreThanItAdmits) {
  RestartWindow window;
  const Intensity intensity{.restarts = 2, .within = 10s};
  for (int i = 0; i < 5; ++i) window.note(std::chrono::seconds(i), intensity);
  EXPECT_EQ(window.count(), 3u);
  window.note(12s, intensity);
  EXPECT_EQ(window.count(), 1u);
}

TEST(RestartWindow, OfNoRestartsAdmitsNone) {
  RestartWindow window;
  EXPECT_FALSE(window.admit(0s, {.restarts = 0, .within = 5s}));
}

}  // namespace
}  // namespace troupe::inline v0::detail
