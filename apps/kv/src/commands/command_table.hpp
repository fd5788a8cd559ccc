// All commands there are, and how to find one by the name that a client wrote.
// Thread-safety: immutable.
#pragma once

#include <span>
#include <string_view>

#include "commands/command.hpp"

namespace troupe::kv {

[[nodiscard]] std::span<const Command> all_commands() noexcept;

// The command itself, without regard to case; nullptr if there is none. Constant time, allocates nothing.
[[nodiscard]] const Command* find_command(std::string_view name) noexcept;

// Among the subcommands of one that has them.
[[nodiscard]] const Command* find_subcommand(const Command& container, std::string_view name) noexcept;

// "get" as well as "client|id".
[[nodiscard]] const Command* find_command_by_full_name(std::string_view name) noexcept;

}  // namespace troupe::kv
