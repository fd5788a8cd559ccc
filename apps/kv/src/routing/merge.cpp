#include "routing/merge.hpp"
#include <cassert>
#include <vector>

#include "commands/command.hpp"
#include "commands/shard_statistics.hpp"
#include "resp/reply.hpp"
#include "resp/reply_reader.hpp"
#include "server/info.hpp"

namespace troupe::kv {
namespace {

using Parts = std::span<const std::unique_ptr<Request>>;

void merge_sum(Request& whole, Parts parts) {
  std::int64_t sum = 0;
  for (const auto& part : parts) sum += ReplyReader(part->answer).next_number().value_or(0);
  Reply(whole).integer(sum);
}

// Each part's elements stand in the order of its keys.
void merge_in_order(Request& whole, Parts parts, std::span<const std::uint32_t> part_of_key) {
  std::vector<ReplyReader> readers;
  readers.reserve(parts.size());
  for (const auto& part : parts) {
    readers.emplace_back(part->answer);
    [[maybe_unused]] const auto elements = readers.back().next_number();
    assert(elements.has_value());
  }
  Reply(whole).array(part_of_key.size());
  for (const std::uint32_t part : part_of_key) whole.answer += readers[part].next();
}

void merge_concatenate(Request& whole, Parts parts) {
  std::size_t elements = 0;
  for (const auto& part : parts) {
    elements += static_cast<std::size_t>(ReplyReader(part->answer).next_number().value_or(0));
  }
  Reply(whole).array(elements);
  for (const auto& part : parts) {
    ReplyReader reader(part->answer);
    if (reader.next_number()) whole.answer += reader.rest();
  }
}

void merge_info(Request& whole, Parts parts, const ServerFacts& facts) {
  ShardStatistics statistics;
  for (const auto& part : parts) statistics.add(part->answer);
  write_info(whole, facts, statistics);
}

}  // namespace

void merge(Request& whole, Parts parts, std::span<const std::uint32_t> part_of_key,
           const ServerFacts& facts) {
  for (const auto& part : parts) {
    if (!part->answer.starts_with('-')) continue;
    whole.answer += part->answer;
    return;
  }
  switch (whole.command->merge) {
    case Merge::none:
      assert(false && "a command that is split says how to merge");
      break;
    case Merge::sum:
      return merge_sum(whole, parts);
    case Merge::all_ok:
      return Reply(whole).ok();
    case Merge::in_order:
      return merge_in_order(whole, parts, part_of_key);
    case Merge::concatenate:
      return merge_concatenate(whole, parts);
    case Merge::info:
      return merge_info(whole, parts, facts);
  }
}

}  // namespace troupe::kv
