#include <gtest/gtest.h>

#include <troupe/ports/log.hpp>

namespace troupe::inline v0 {
namespace {

TEST(Logs, SayWhichLinesTheyWant) {
  EXPECT_FALSE(stderr_log().wants(LogLevel::info));
  EXPECT_TRUE(stderr_log().wants(LogLevel::warning));
  EXPECT_FALSE(null_log().wants(LogLevel::critical));
  struct Plain final : Log {
    void write(LogLevel, std::string_view) noexcept override {}
  };
  EXPECT_TRUE(Plain().wants(LogLevel::debug));
}

}  // namespace
}  // namespace troupe::inline v0
