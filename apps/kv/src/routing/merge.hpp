// Makes one answer out of those of several shards.
// Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "resp/request.hpp"
#include "server/server_facts.hpp"

namespace troupe::kv {

// Appends to whole.answer. If a part has failed, its error is the whole answer.
// @pre `parts` have been executed, and stand in the order of their `part`; part_of_key is as Split gave it.
void merge(Request& whole, std::span<const std::unique_ptr<Request>> parts,
           std::span<const std::uint32_t> part_of_key, const ServerFacts& facts);

}  // namespace troupe::kv
