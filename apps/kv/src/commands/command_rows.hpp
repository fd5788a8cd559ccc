// How a row of the command table is written: what commands of a kind have in common stands in one place.
// Included by the command table alone.
// Thread-safety: constants.
#pragma once

#include "commands/subcommand_tables.hpp"

namespace troupe::kv::table {

inline constexpr KeyPositions kOneKey = {1, 1, 1};
inline constexpr KeyPositions kAllArgumentsAreKeys = {1, -1, 1};
inline constexpr KeyPositions kEverySecondArgument = {1, -1, 2};

inline constexpr std::uint32_t kGrow = flag::write | flag::denyoom;
inline constexpr std::uint32_t kGrowFast = kGrow | flag::fast;
inline constexpr std::uint32_t kWriteFast = flag::write | flag::fast;
inline constexpr std::uint32_t kReadFast = flag::readonly | flag::fast;

inline constexpr std::uint32_t kChange = access::read_write | access::update;
inline constexpr std::uint32_t kReplace = access::overwrite | access::update;
inline constexpr std::uint32_t kShow = access::read_only | access::value;
inline constexpr std::uint32_t kShowAndChange = access::read_write | access::value | access::update;

inline constexpr std::array<std::string_view, 1> kManyShards = {"request_policy:multi_shard"};
inline constexpr std::array<std::string_view, 2> kManyShardsSum = {"request_policy:multi_shard",
                                                                   "response_policy:agg_sum"};
inline constexpr std::array<std::string_view, 2> kManyShardsOk = {"request_policy:multi_shard",
                                                                  "response_policy:all_succeeded"};
inline constexpr std::array<std::string_view, 2> kAllShardsSum = {"request_policy:all_shards",
                                                                  "response_policy:agg_sum"};
inline constexpr std::array<std::string_view, 2> kAllShardsOk = {"request_policy:all_shards",
                                                                 "response_policy:all_succeeded"};
inline constexpr std::array<std::string_view, 2> kAllShardsRandomOrder = {"request_policy:all_shards",
                                                                          "nondeterministic_output_order"};
inline constexpr std::array<std::string_view, 2> kScanTips = {"nondeterministic_output",
                                                              "request_policy:special"};
inline constexpr std::array<std::string_view, 3> kInfoTips = {
    "nondeterministic_output", "request_policy:all_shards", "response_policy:special"};

// Each command counts as fast or slow, and as reading or writing, by its flags.
constexpr std::uint32_t with_derived(std::uint32_t flags, std::uint32_t categories) {
  if (flags & flag::readonly) categories |= category::read;
  if (flags & flag::write) categories |= category::write;
  return categories | (flags & flag::fast ? category::fast : category::slow);
}

constexpr Command on_one_key(std::string_view name, int arity, DataHandler run, std::uint32_t flags,
                             std::uint32_t access, std::uint32_t categories = category::string,
                             std::span<const std::string_view> tips = {}, std::string_view note = {}) {
  return {.name = name,
          .arity = arity,
          .place = Place::shard,
          .keys = kOneKey,
          .flags = flags,
          .categories = with_derived(flags, categories),
          .access = access,
          .on_shard = run,
          .tips = tips,
          .key_note = note};
}

constexpr Command on_many_keys(std::string_view name, int arity, DataHandler run, Merge merge,
                               KeyPositions keys, std::uint32_t flags, std::uint32_t access,
                               std::uint32_t categories, std::span<const std::string_view> tips) {
  return {.name = name,
          .arity = arity,
          .place = Place::shard,
          .merge = merge,
          .keys = keys,
          .flags = flags,
          .categories = with_derived(flags, categories),
          .access = access,
          .on_shard = run,
          .tips = tips};
}

constexpr Command on_all_shards(std::string_view name, int arity, DataHandler run, Merge merge,
                                std::uint32_t flags, std::uint32_t categories,
                                std::span<const std::string_view> tips) {
  return {.name = name,
          .arity = arity,
          .place = Place::every_shard,
          .merge = merge,
          .flags = flags,
          .categories = with_derived(flags, categories),
          .on_shard = run,
          .tips = tips};
}

constexpr Command container(std::string_view name, std::span<const Command> subcommands) {
  return {.name = name, .arity = -2, .categories = category::slow, .subcommands = subcommands};
}

}  // namespace troupe::kv::table
