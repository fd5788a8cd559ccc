#include "commands/command_table.hpp"
#include <algorithm>
#include <array>
#include <cstring>

#include "commands/command_rows.hpp"
#include "resp/case_fold.hpp"

namespace troupe::kv {
namespace {

using namespace table;

constexpr std::uint32_t kBeforeAuth =
    flag::noscript | kAnyTime | flag::fast | flag::no_auth | flag::allow_busy;
constexpr std::uint32_t kListen = flag::pubsub | flag::noscript | kAnyTime;
constexpr std::uint32_t kFastConnection = category::fast | category::connection;
constexpr std::uint32_t kDangerousKeyspace = category::keyspace | category::dangerous;
constexpr std::uint32_t kSlowPubsub = category::pubsub | category::slow;

constexpr std::array kCommands = {
    on_one_key("append", 3, run_append, kGrowFast, access::read_write | access::insert),
    on_session("auth", -2, run_auth, kBeforeAuth, kFastConnection),
    container("client", kClientCommands),
    Command{.name = "command",
            .arity = -1,
            .flags = kAnyTime,
            .categories = kSlowConnection,
            .on_connection = run_command,
            .subcommands = kCommandCommands,
            .tips = kRandomOrder},
    container("config", kConfigCommands),
    on_all_shards("dbsize", 1, run_dbsize, Merge::sum, kReadFast, category::keyspace, kAllShardsSum),
    on_one_key("decr", 2, run_decr, kGrowFast, kShowAndChange),
    on_one_key("decrby", 3, run_decrby, kGrowFast, kShowAndChange),
    on_many_keys("del", -2, run_del, Merge::sum, kAllArgumentsAreKeys, flag::write,
                 access::remove | access::erase, category::keyspace, kManyShardsSum),
    on_session("echo", 2, run_echo, kAnyTime | flag::fast, kFastConnection),
    on_many_keys("exists", -2, run_exists, Merge::sum, kAllArgumentsAreKeys, kReadFast, access::read_only,
                 category::keyspace, kManyShardsSum),
    on_one_key("expire", -3, run_expire, kWriteFast, kChange, category::keyspace),
    on_one_key("expireat", -3, run_expireat, kWriteFast, kChange, category::keyspace),
    on_one_key("expiretime", 2, run_expiretime, kReadFast, kShow, category::keyspace),
    on_all_shards("flushall", -1, run_flushall, Merge::all_ok, flag::write, kDangerousKeyspace, kAllShardsOk),
    on_all_shards("flushdb", -1, run_flushdb, Merge::all_ok, flag::write, kDangerousKeyspace, kAllShardsOk),
    on_one_key("get", 2, run_get, kReadFast, kShow),
    on_one_key("getdel", 2, run_getdel, kWriteFast, access::read_write | access::value | access::erase),
    on_one_key("getex", -2, run_getex, kWriteFast, kShowAndChange, category::string, {},
               "RW and UPDATE because it changes the TTL"),
    on_one_key("getrange", 4, run_getrange, flag::readonly, kShow),
    on_one_key("getset", 3, run_getset, kGrowFast, kShowAndChange),
    on_session("hello", -1, run_hello, kBeforeAuth, kFastConnection),
    on_one_key("incr", 2, run_incr, kGrowFast, kShowAndChange),
    on_one_key("incrby", 3, run_incrby, kGrowFast, kShowAndChange),
    Command{.name = "info",
            .arity = -1,
            .place = Place::every_shard,
            .merge = Merge::info,
            .flags = kAnyTime,
            .categories = category::slow | category::dangerous,
            .on_shard = run_shard_statistics,
            .tips = kInfoTips},
    on_all_shards("keys", 2, run_keys, Merge::concatenate, flag::readonly, kDangerousKeyspace,
                  kAllShardsRandomOrder),
    on_many_keys("mget", -2, run_mget, Merge::in_order, kAllArgumentsAreKeys, kReadFast, kShow,
                 category::string, kManyShards),
    on_many_keys("mset", -3, run_mset, Merge::all_ok, kEverySecondArgument, kGrow, kReplace, category::string,
                 kManyShardsOk),
    on_one_key("persist", 2, run_persist, kWriteFast, kChange, category::keyspace),
    on_one_key("pexpire", -3, run_pexpire, kWriteFast, kChange, category::keyspace),
    on_one_key("pexpireat", -3, run_pexpireat, kWriteFast, kChange, category::keyspace),
    on_one_key("pexpiretime", 2, run_pexpiretime, kReadFast, kShow, category::keyspace),
    on_session("ping", -1, run_ping, flag::fast, kFastConnection, kAllShardsOk),
    on_one_key("psetex", 4, run_psetex, kGrow, kReplace),
    on_session("psubscribe", -2, run_psubscribe, kListen, kSlowPubsub),
    on_one_key("pttl", 2, run_pttl, kReadFast, kShow, category::keyspace, kRandomOutput),
    on_hub("publish", 3, flag::pubsub | kAnyTime | flag::fast),
    container("pubsub", kPubsubCommands),
    on_session("punsubscribe", -1, run_punsubscribe, kListen, kSlowPubsub),
    on_session("quit", -1, run_quit, kBeforeAuth, kFastConnection),
    on_session("reset", 1, run_reset, kBeforeAuth, kFastConnection),
    Command{.name = "scan",
            .arity = -2,
            .place = Place::scan,
            .flags = flag::readonly,
            .categories = category::keyspace | category::read | category::slow,
            .on_shard = run_scan,
            .tips = kScanTips},
    on_session("select", 2, run_select, kAnyTime | flag::fast, kFastConnection),
    on_one_key("set", -3, run_set, kGrow, kShowAndChange | access::variable, category::string, {},
               "RW and ACCESS due to the optional `GET` argument"),
    on_one_key("setex", 4, run_setex, kGrow, kReplace),
    on_one_key("setnx", 3, run_setnx, kGrowFast, access::overwrite | access::insert),
    on_session("shutdown", -1, run_shutdown, kAdmin | flag::no_multi | flag::allow_busy, kAdminCategories),
    on_one_key("strlen", 2, run_strlen, kReadFast, access::read_only),
    on_session("subscribe", -2, run_subscribe, kListen, kSlowPubsub),
    on_session("time", 1, run_time, kAnyTime | flag::fast, category::fast, kRandomOutput),
    container("troupe", kTroupeCommands),
    on_one_key("ttl", 2, run_ttl, kReadFast, kShow, category::keyspace, kRandomOutput),
    on_one_key("type", 2, run_type, kReadFast, access::read_only, category::keyspace),
    on_many_keys("unlink", -2, run_del, Merge::sum, kAllArgumentsAreKeys, kWriteFast,
                 access::remove | access::erase, category::keyspace, kManyShardsSum),
    on_session("unsubscribe", -1, run_unsubscribe, kListen, kSlowPubsub),
};

// A name in lower case, as two words: names are compared and hashed without touching memory again.
struct PackedName {
  std::uint64_t words[2] = {0, 0};
  constexpr bool operator==(const PackedName&) const = default;
};
constexpr std::size_t kMaxNameBytes = 16;
constexpr std::size_t kWordBytes = 8;

constexpr PackedName pack(std::string_view name) noexcept {
  PackedName packed;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(to_lower(name[i]));
    packed.words[i / kWordBytes] |= static_cast<std::uint64_t>(byte) << (8 * (i % kWordBytes));
  }
  return packed;
}

// Open addressing, less than a quarter full.
constexpr std::size_t kSlotBits = 8;
constexpr std::size_t kSlots = std::size_t{1} << kSlotBits;
static_assert(kCommands.size() * 4 < kSlots);

constexpr std::size_t slot_of(PackedName name) noexcept {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
  return static_cast<std::size_t>(((name.words[0] ^ (name.words[1] * kOdd)) * kOdd) >> (64 - kSlotBits));
}

struct Index {
  std::array<PackedName, kSlots> names = {};
  std::array<const Command*, kSlots> commands = {};
};

constexpr Index make_index() {
  Index index;
  for (const Command& command : kCommands) {
    const PackedName name = pack(command.name);
    std::size_t slot = slot_of(name);
    while (index.commands[slot] != nullptr) slot = (slot + 1) % kSlots;
    index.names[slot] = name;
    index.commands[slot] = &command;
  }
  return index;
}

constexpr Index kIndex = make_index();

}  // namespace

std::span<const Command> all_commands() noexcept { return kCommands; }

const Command* find_command(std::string_view name) noexcept {
  if (name.empty() || name.size() > kMaxNameBytes) return nullptr;
  const PackedName packed = pack(name);
  // Ends at an empty slot, of which there are plenty.
  for (std::size_t slot = slot_of(packed); kIndex.commands[slot] != nullptr; slot = (slot + 1) % kSlots) {
    if (kIndex.names[slot] == packed)
      return name.find('\0') == std::string_view::npos ? kIndex.commands[slot] : nullptr;
  }
  return nullptr;
}

const Command* find_subcommand(const Command& container, std::string_view name) noexcept {
  const std::size_t prefix = container.name.size() + 1;
  const auto found = std::ranges::find_if(container.subcommands, [name, prefix](const Command& command) {
    return equals_folded(name, command.name.substr(prefix));
  });
  return found == container.subcommands.end() ? nullptr : &*found;
}

const Command* find_command_by_full_name(std::string_view name) noexcept {
  const std::size_t bar = name.find('|');
  const Command* command = find_command(name.substr(0, bar));
  if (bar == std::string_view::npos || command == nullptr) return command;
  return find_subcommand(*command, name.substr(bar + 1));
}

}  // namespace troupe::kv
