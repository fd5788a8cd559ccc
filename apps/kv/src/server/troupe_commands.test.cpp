// TROUPE, on actors that aren't there. tests/integration/kv has those that are.
#include <gtest/gtest.h>

#include "commands/command_table.hpp"
#include "local_server.hpp"
#include "server/actors_view.hpp"
#include "server/server_commands.hpp"

namespace troupe::kv {
namespace {

constexpr std::string_view kRefused =
    "-ERR TROUPE command not allowed. To use it, restart the server with the option --debug-commands.\r\n";

class FakeActors final : public ActorsView {
 public:
  std::vector<ActorFacts> tree() const override { return {{"kv", "Supervisor", "idle", 0, 2, 0, {}}, shard}; }
  std::vector<ActorFacts> restartable() const override { return {shard}; }
  bool crash(std::string_view path) override {
    crashed = path;
    return path == shard.path;
  }

  ActorFacts shard{"kv/shard-0", "Shard", "running", 7, 100, 3, "std::bad_alloc: no memory"};
  std::string crashed;
};

class TroupeCommands : public testing::Test {
 protected:
  std::string run(std::initializer_list<std::string_view> words) {
    Request request;
    for (const auto word : words) request.add(word);
    request.command = find_subcommand(*find_command("troupe"), request[1]);
    ServerContext context{settings, {}, &actors};
    execute_on_server(context, request);
    return request.answer;
  }

  Settings settings{.debug_commands = true};
  FakeActors actors;
};

TEST_F(TroupeCommands, tree_has_a_line_for_each_actor) {
  EXPECT_EQ(run({"TROUPE", "TREE"}),
            "*2\r\n"
            "$73\r\nkv class=Supervisor state=idle mailbox=0 handled=2 restarts=0 last-cause=\r\n"
            "$106\r\nkv/shard-0 class=Shard state=running mailbox=7 handled=100 restarts=3 "
            "last-cause=std::bad_alloc: no memory\r\n");
}

TEST_F(TroupeCommands, restarts_tells_how_often_and_why) {
  EXPECT_EQ(run({"TROUPE", "RESTARTS"}),
            "*1\r\n*3\r\n$10\r\nkv/shard-0\r\n:3\r\n$25\r\nstd::bad_alloc: no memory\r\n");
}

TEST_F(TroupeCommands, crash_names_an_actor_that_there_is) {
  EXPECT_EQ(run({"TROUPE", "CRASH", "kv/shard-0"}), "+OK\r\n");
  EXPECT_EQ(actors.crashed, "kv/shard-0");
  EXPECT_EQ(run({"TROUPE", "CRASH", "kv/shard-9"}),
            "-ERR no actor that could crash at 'kv/shard-9'. TROUPE TREE lists the paths.\r\n");
}

TEST_F(TroupeCommands, are_refused_unless_the_server_was_started_for_them) {
  settings.debug_commands = false;
  EXPECT_EQ(run({"TROUPE", "TREE"}), kRefused);
  EXPECT_EQ(run({"TROUPE", "RESTARTS"}), kRefused);
  EXPECT_EQ(run({"TROUPE", "CRASH", "kv/shard-0"}), kRefused);
  EXPECT_EQ(actors.crashed, "");
}

TEST(TroupeHelp, is_refused_with_the_others) {
  test::LocalServer refusing;
  EXPECT_EQ(refusing.connect()("TROUPE HELP"), kRefused);
  test::LocalServer helping(1, {.debug_commands = true});
  EXPECT_TRUE(helping.connect()("TROUPE HELP").starts_with("*9\r\n+TROUPE <subcommand>"));
}

}  // namespace
}  // namespace troupe::kv
