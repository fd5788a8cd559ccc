#include "commands/command_table.hpp"

#include <gtest/gtest.h>

#include "resp/case_fold.hpp"

namespace troupe::kv {
namespace {

TEST(CommandTable, finds_each_command_in_any_case) {
  for (const Command& command : all_commands()) {
    EXPECT_EQ(find_command(command.name), &command);
    EXPECT_EQ(find_command(uppered(command.name)), &command);
  }
}

TEST(CommandTable, finds_nothing_else) {
  for (const auto* name : {"", "g", "gett", "get ", "client|id", "averyveryverylongcommandname", "sett"}) {
    EXPECT_EQ(find_command(name), nullptr) << name;
  }
  EXPECT_EQ(find_command(std::string_view("get\0", 4)), nullptr);
}

TEST(CommandTable, finds_subcommands_by_their_full_name) {
  EXPECT_EQ(find_command_by_full_name("Client|ID")->name, "client|id");
  EXPECT_EQ(find_command_by_full_name("client|foo"), nullptr);
  EXPECT_EQ(find_command_by_full_name("get|foo"), nullptr);
}

bool has_the_handler_of_its_place(const Command& command) {
  const bool is_container = !command.subcommands.empty() && command.name != "command";
  switch (command.place) {
    case Place::connection:
      return (command.on_connection != nullptr) != is_container;
    case Place::shard:
    case Place::every_shard:
    case Place::scan:
      return command.on_shard != nullptr;
    case Place::server:
      return command.on_server != nullptr;
    case Place::hub:
      return true;
  }
  return false;
}

TEST(CommandTable, has_a_handler_where_the_command_runs) {
  for (const Command& command : all_commands()) {
    EXPECT_TRUE(has_the_handler_of_its_place(command)) << command.name;
    for (const Command& subcommand : command.subcommands) {
      EXPECT_TRUE(has_the_handler_of_its_place(subcommand)) << subcommand.name;
      EXPECT_TRUE(subcommand.name.starts_with(command.name)) << subcommand.name;
    }
  }
}

TEST(CommandTable, says_how_to_merge_whatever_may_be_split) {
  for (const Command& command : all_commands()) {
    const bool may_be_split = command.place == Place::every_shard || command.keys.last < 0;
    EXPECT_EQ(command.merge != Merge::none, may_be_split) << command.name;
  }
}

}  // namespace
}  // namespace troupe::kv
