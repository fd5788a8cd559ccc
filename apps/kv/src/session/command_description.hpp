// A command's row of the table in the form in which COMMAND INFO shows it.
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

#include "commands/command.hpp"
#include "resp/reply.hpp"

namespace troupe::kv {

void describe(Reply& reply, const Command& command);

// What is done with a key, as a set of words.
void describe_access(Reply& reply, std::uint32_t access);

// The bit of an access category; 0 if there is none of that name.
[[nodiscard]] std::uint32_t category_by_name(std::string_view name) noexcept;

}  // namespace troupe::kv
