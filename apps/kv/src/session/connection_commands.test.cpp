// Commands on the connection, where the differential test can't compare.
#include "session/connection_commands.hpp"

#include <gtest/gtest.h>

#include "local_server.hpp"

namespace troupe::kv {
namespace {

using test::LocalServer;

TEST(ConnectionCommands, time_is_in_seconds_and_microseconds) {
  LocalServer server;
  server.now = WallTime(std::chrono::microseconds(1'234'000'056));
  EXPECT_EQ(server.connect()("TIME"), "*2\r\n$4\r\n1234\r\n$2\r\n56\r\n");
}

TEST(ConnectionCommands, client_info_tells_what_the_session_is) {
  LocalServer server;
  auto& client = server.connect();
  client("CLIENT SETNAME me");
  EXPECT_EQ(client("CLIENT SETINFO LIB-NAME lib"), "+OK\r\n");
  EXPECT_EQ(client("CLIENT SETINFO lib-ver 1.2"), "+OK\r\n");
  client("SELECT 3");
  server.now += std::chrono::seconds(5);
  const std::string info = client("CLIENT INFO");
  for (const auto* field : {"id=1 ", "addr=127.0.0.1:50001 ", "name=me ", "age=5 ", "idle=0 ", "flags=N ",
                            "db=3 ", "cmd=client|info ", "resp=2 ", "lib-name=lib ", "lib-ver=1.2\n"}) {
    EXPECT_NE(info.find(field), std::string::npos) << field << " in " << info;
  }
}

TEST(ConnectionCommands, setinfo_refuses_what_would_break_the_list) {
  auto server = LocalServer();
  auto& client = server.connect();
  EXPECT_EQ(client("CLIENT SETINFO LIB-NAME \"a b\""),
            "-ERR lib-name cannot contain spaces, newlines or special characters.\r\n");
  EXPECT_EQ(client("CLIENT SETINFO foo bar"), "-ERR Unrecognized option 'foo'\r\n");
}

TEST(ConnectionCommands, client_list_shows_all_or_those_asked_for) {
  LocalServer server;
  auto& first = server.connect();
  auto& second = server.connect();
  second("SUBSCRIBE a");
  const auto lines = [&first](std::string_view command) {
    const std::string answer = first(command);
    return std::count(answer.begin(), answer.end(), '\n') - 2;  // those of the bulk string itself
  };
  EXPECT_EQ(lines("CLIENT LIST"), 2);
  EXPECT_EQ(lines("CLIENT LIST TYPE pubsub"), 1);
  EXPECT_EQ(lines("CLIENT LIST TYPE normal"), 1);
  EXPECT_EQ(lines("CLIENT LIST ID 2 7"), 1);
  EXPECT_NE(first("CLIENT LIST").find("flags=P "), std::string::npos);
}

TEST(ConnectionCommands, info_sums_over_shards) {
  LocalServer server(3);
  auto& client = server.connect();
  client("MSET a 1 b 2 c 3 d 4");
  client("EXPIRE a 100");
  client("MGET a b nope");
  const std::string info = client("INFO");
  for (const auto* part :
       {"# Server\r\n", "redis_version:7.0.15\r\n", "# Keyspace\r\ndb0:keys=4,expires=1,avg_ttl=100000\r\n",
        "keyspace_hits:2\r\n", "keyspace_misses:1\r\n", "connected_clients:1\r\n"}) {
    EXPECT_NE(info.find(part), std::string::npos) << part << " in " << info;
  }
  EXPECT_EQ(client("INFO keyspace").find("# Server"), std::string::npos);
  EXPECT_EQ(client("CONFIG RESETSTAT"), "+OK\r\n");
  EXPECT_NE(client("INFO stats").find("keyspace_hits:0\r\n"), std::string::npos);
  EXPECT_EQ(server.resets, 1);
}

TEST(ConnectionCommands, config_set_changes_all_or_nothing) {
  LocalServer server;
  auto& client = server.connect();
  EXPECT_EQ(
      client("CONFIG SET maxclients 5 loglevel nonsense"),
      "-ERR CONFIG SET failed (possibly related to argument 'loglevel') - argument(s) must be one of the "
      "following: debug, verbose, notice, warning\r\n");
  EXPECT_EQ(client("CONFIG GET maxclients"), "*2\r\n$10\r\nmaxclients\r\n$5\r\n10000\r\n");
  EXPECT_EQ(client("CONFIG SET proto-max-bulk-len 2mb maxclients 7"), "+OK\r\n");
  EXPECT_EQ(server.shard(0).max_value_bytes(), 2U * 1024 * 1024);
}

TEST(ConnectionCommands, help_names_the_subcommands) {
  LocalServer server;
  auto& client = server.connect();
  for (const auto* name : {"CLIENT", "CONFIG", "COMMAND", "PUBSUB"}) {
    const std::string help = client(std::string(name) + " help");
    EXPECT_NE(help.find(std::string("+") + name + " <subcommand>"), std::string::npos) << help;
  }
}

}  // namespace
}  // namespace troupe::kv
