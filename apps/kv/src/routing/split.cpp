#include "routing/split.hpp"
#include <cassert>
#include <limits>

#include "commands/command.hpp"

namespace troupe::kv {
namespace {

constexpr std::uint32_t kNoPart = std::numeric_limits<std::uint32_t>::max();

std::unique_ptr<Request> make_part(const Request& whole, std::uint32_t shard, std::size_t part,
                                   RequestPool& pool) {
  auto request = pool.take();
  request->command = whole.command;
  request->database = whole.database;
  request->protocol = whole.protocol;
  request->sequence = whole.sequence;
  request->shard = shard;
  request->part = static_cast<std::uint32_t>(part);
  return request;
}

}  // namespace

Split split_by_keys(const Request& whole, const Sharding& sharding, RequestPool& pool) {
  const Command& command = *whole.command;
  const auto first = static_cast<std::size_t>(command.keys.first);
  const auto step = static_cast<std::size_t>(command.keys.step);
  const std::size_t end = command.keys_end(whole.size());
  assert(end == whole.size());  // no command has arguments behind several keys
  Split split;
  std::vector<std::uint32_t> part_of_shard(sharding.shards, kNoPart);
  for (std::size_t i = first; i < end; i += step) {
    const std::uint64_t hash = hash_key(sharding.secret, whole[i]);
    const std::uint32_t shard = shard_of(hash, sharding.shards);
    std::uint32_t& part = part_of_shard[shard];
    if (part == kNoPart) {
      part = static_cast<std::uint32_t>(split.parts.size());
      split.parts.push_back(make_part(whole, shard, part, pool));
      split.parts.back()->key_hash = hash;
      for (std::size_t before = 0; before < first; ++before) split.parts.back()->add(whole[before]);
    }
    for (std::size_t j = i; j < i + step; ++j) split.parts[part]->add(whole[j]);
    split.part_of_key.push_back(part);
  }
  return split;
}

Split copy_to_every_shard(const Request& whole, const Sharding& sharding, RequestPool& pool) {
  Split split;
  for (std::uint32_t shard = 0; shard < sharding.shards; ++shard) {
    split.parts.push_back(make_part(whole, shard, shard, pool));
    for (std::size_t i = 0; i < whole.size(); ++i) split.parts.back()->add(whole[i]);
  }
  return split;
}

}  // namespace troupe::kv
