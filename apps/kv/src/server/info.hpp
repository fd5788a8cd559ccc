// The text of INFO: sections of "name:value" lines.
// Thread-safety: pure functions.
#pragma once

#include "commands/shard_statistics.hpp"
#include "resp/request.hpp"
#include "server/server_facts.hpp"

namespace troupe::kv {

// Answers INFO [section ...]; without sections, all of them. An unknown section is empty.
void write_info(Request& request, const ServerFacts& facts, const ShardStatistics& statistics);

// "1.50K" and the like.
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);

}  // namespace troupe::kv
