#include "options/command_line.hpp"
#include <vector>

#include <gtest/gtest.h>

namespace troupe::kv {
namespace {

std::expected<Options, Leave> read(std::vector<const char*> words) {
  words.insert(words.begin(), "troupe-kv");
  return read_command_line(static_cast<int>(words.size()), words.data());
}

TEST(CommandLine, has_sane_defaults) {
  const auto options = read({});
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->settings.port, 7379);
  EXPECT_EQ(options->settings.bind, "127.0.0.1");
  EXPECT_EQ(options->settings.databases, 16U);
  EXPECT_EQ(options->active_expire, std::chrono::milliseconds(100));
  EXPECT_EQ(options->max_restarts, 10U);
  EXPECT_EQ(options->restart_window, std::chrono::seconds(10));
  EXPECT_FALSE(options->settings.debug_commands);
}

TEST(CommandLine, sets_what_it_is_told) {
  const auto options = read({"--port", "7000", "--shards", "4", "--requirepass", "x", "--max-bulk-bytes",
                             "1000", "--max-multibulk=10", "--active-expire-ms", "5", "--log-level", "debug",
                             "--max-restarts", "3", "--restart-window-ms", "2000", "--debug-commands"});
  ASSERT_TRUE(options.has_value());
  EXPECT_EQ(options->settings.port, 7000);
  EXPECT_EQ(options->shards, 4U);
  EXPECT_EQ(options->settings.password, "x");
  EXPECT_EQ(options->settings.limits.max_bulk_bytes, 1000U);
  EXPECT_EQ(options->settings.limits.max_multibulk, 10U);
  EXPECT_EQ(options->active_expire, std::chrono::milliseconds(5));
  EXPECT_EQ(options->max_restarts, 3U);
  EXPECT_EQ(options->restart_window, std::chrono::milliseconds(2000));
  EXPECT_TRUE(options->settings.debug_commands);
}

TEST(CommandLine, answers_a_mistake_with_a_sentence_and_exit_code_2) {
  for (const auto& words : std::vector<std::vector<const char*>>{{"--nope"},
                                                                 {"--port", "x"},
                                                                 {"--port", "70000"},
                                                                 {"--shards", "-1"},
                                                                 {"--log-level", "loud"},
                                                                 {"stray"}}) {
    const auto options = read(words);
    ASSERT_FALSE(options.has_value()) << words[0];
    EXPECT_EQ(options.error().exit_code, 2);
    EXPECT_TRUE(options.error().text.starts_with("troupe-kv: ")) << options.error().text;
    EXPECT_EQ(options.error().text.find('\n'), options.error().text.size() - 1);
  }
}

TEST(CommandLine, helps_and_tells_its_version) {
  const auto help = read({"--help"});
  ASSERT_FALSE(help.has_value());
  EXPECT_EQ(help.error().exit_code, 0);
  EXPECT_NE(help.error().text.find("atomic within each shard, but not across shards"), std::string::npos);
  EXPECT_NE(help.error().text.find("--max-output-buffer-bytes"), std::string::npos);
  const auto version = read({"--version"});
  ASSERT_FALSE(version.has_value());
  EXPECT_EQ(version.error().exit_code, 0);
  EXPECT_TRUE(version.error().text.starts_with("troupe-kv "));
}

}  // namespace
}  // namespace troupe::kv
