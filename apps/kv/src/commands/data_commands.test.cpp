// Answers of the data commands where time plays a part, or where the differential test can't see: with a
// clock in hand.
#include "commands/data_commands.hpp"
#include <set>

#include <gtest/gtest.h>

#include "local_server.hpp"

namespace troupe::kv {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::LocalServer;

TEST(DataCommands, a_key_lives_until_its_time_and_not_longer) {
  LocalServer server;
  auto& client = server.connect();
  EXPECT_EQ(client("SET a 1 PX 1500"), "+OK\r\n");
  EXPECT_EQ(client("PTTL a"), ":1500\r\n");
  EXPECT_EQ(client("TTL a"), ":2\r\n");
  server.now += milliseconds(1001);
  EXPECT_EQ(client("TTL a"), ":0\r\n");
  server.now += milliseconds(499);
  EXPECT_EQ(client("GET a"), "$1\r\n1\r\n");
  server.now += milliseconds(1);
  EXPECT_EQ(client("GET a"), "$-1\r\n");
  EXPECT_EQ(client("TTL a"), ":-2\r\n");
}

TEST(DataCommands, an_expired_key_is_gone_for_every_command) {
  LocalServer server;
  auto& client = server.connect();
  client("MSET a 1 b 2 c 3 d 4 e 5 f 6 g 7 h 8");
  for (const auto* key : {"a", "b", "c", "d", "e", "f", "g", "h"})
    client(std::string("EXPIRE ") + key + " 1");
  server.now += seconds(2);
  EXPECT_EQ(client("EXISTS a b"), ":0\r\n");
  EXPECT_EQ(client("INCR c"), ":1\r\n");
  EXPECT_EQ(client("TTL c"), ":-1\r\n");
  EXPECT_EQ(client("SETNX d new"), ":1\r\n");
  EXPECT_EQ(client("APPEND e x"), ":1\r\n");
  EXPECT_EQ(client("KEYS f"), "*0\r\n");
  EXPECT_EQ(client("DEL g"), ":0\r\n");
  EXPECT_EQ(client("SET h v XX"), "$-1\r\n");
  EXPECT_EQ(client("SET h v KEEPTTL"), "+OK\r\n");
  EXPECT_EQ(client("TTL h"), ":-1\r\n");
}

TEST(DataCommands, keepttl_keeps_and_a_plain_set_drops_the_expiry) {
  LocalServer server;
  auto& client = server.connect();
  client("SET a 1 EX 100");
  client("SET a 2 KEEPTTL");
  EXPECT_EQ(client("TTL a"), ":100\r\n");
  client("SET a 3");
  EXPECT_EQ(client("TTL a"), ":-1\r\n");
}

TEST(DataCommands, an_expiry_in_the_past_deletes) {
  LocalServer server;
  auto& client = server.connect();
  client("SET a 1");
  EXPECT_EQ(client("EXPIREAT a 1"), ":1\r\n");
  EXPECT_EQ(client("DBSIZE"), ":0\r\n");
}

TEST(DataCommands, a_value_can_grow_to_its_limit_and_no_further) {
  Settings settings;
  settings.limits.max_bulk_bytes = 10;
  LocalServer server(1, settings);
  auto& client = server.connect();
  client("SET a 12345");
  EXPECT_EQ(client("APPEND a 67890"), ":10\r\n");
  EXPECT_EQ(client("APPEND a x"), "-ERR string exceeds maximum allowed size (proto-max-bulk-len)\r\n");
  EXPECT_EQ(client("STRLEN a"), ":10\r\n");
}

std::string next_cursor(const std::string& answer) {
  const auto begin = answer.find("\r\n", answer.find('$')) + 2;
  return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

TEST(DataCommands, a_scan_finds_all_keys_of_all_shards_while_others_come_and_go) {
  LocalServer server(4);
  auto& client = server.connect();
  for (int i = 0; i < 500; ++i) client("SET lasting" + std::to_string(i) + " v");
  std::string all;
  std::string cursor = "0";
  int steps = 0;
  do {
    const std::string answer = client("SCAN " + cursor + " COUNT 7");
    cursor = next_cursor(answer);
    all += answer;
    for (int i = 0; i < 20; ++i) client("SET passing" + std::to_string(steps * 20 + i) + " v");
    ASSERT_LT(++steps, 2000);
  } while (cursor != "0");
  for (int i = 0; i < 500; ++i) {
    EXPECT_NE(all.find("\r\nlasting" + std::to_string(i) + "\r\n"), std::string::npos) << i;
  }
}

TEST(DataCommands, a_scan_step_does_bounded_work_in_an_emptied_table) {
  LocalServer server(1);
  auto& client = server.connect();
  for (int i = 0; i < 5000; ++i) client("SET k" + std::to_string(i) + " v PX 10");
  server.now += seconds(1);
  server.shard(0).expire_some(std::chrono::floor<milliseconds>(server.now), 5000);
  std::string cursor = "0";
  int steps = 0;
  do {
    cursor = next_cursor(client("SCAN " + cursor));
    ASSERT_LT(++steps, 200);
  } while (cursor != "0");
}

TEST(DataCommands, flushall_leaves_no_expiries_behind) {
  LocalServer server(2);
  auto& client = server.connect();
  client("SET a 1 EX 1");
  client("FLUSHALL");
  client("SET a 2");
  server.now += hours(1);
  EXPECT_EQ(client("GET a"), "$1\r\n2\r\n");
  EXPECT_EQ(server.shard(0).next_expiry(), kNever);
  EXPECT_EQ(server.shard(1).next_expiry(), kNever);
}

}  // namespace
}  // namespace troupe::kv
