// EXPIRE, PEXPIRE, EXPIREAT, PEXPIREAT, TTL, PTTL, EXPIRETIME, PEXPIRETIME, PERSIST.
#include "commands/data_commands.hpp"
#include "commands/errors.hpp"
#include "commands/expire_time.hpp"
#include "commands/lookup_key.hpp"
#include "resp/case_fold.hpp"
#include "resp/integers.hpp"
#include "resp/reply.hpp"

namespace troupe::kv {
namespace {

constexpr std::size_t kOptionsAt = 3;
constexpr std::int64_t kNoKey = -2;
constexpr std::int64_t kNoExpiry = -1;

struct Conditions {
  bool nx = false;
  bool xx = false;
  bool gt = false;
  bool lt = false;

  // No expiry counts as an expiry in all eternity.
  [[nodiscard]] bool allow(const Entry& entry, TimePoint wanted) const noexcept {
    const bool has_expiry = entry.has_expiry();
    if (nx && has_expiry) return false;
    if (xx && !has_expiry) return false;
    if (gt && (!has_expiry || wanted <= entry.expires)) return false;
    return !(lt && has_expiry && wanted >= entry.expires);
  }
};

// Writes the error itself.
std::optional<Conditions> read_conditions(const Request& request, Reply& reply) {
  Conditions conditions;
  for (std::size_t i = kOptionsAt; i < request.size(); ++i) {
    if (equals_folded(request[i], "nx")) {
      conditions.nx = true;
    } else if (equals_folded(request[i], "xx")) {
      conditions.xx = true;
    } else if (equals_folded(request[i], "gt")) {
      conditions.gt = true;
    } else if (equals_folded(request[i], "lt")) {
      conditions.lt = true;
    } else {
      reply.error("Unsupported option " + std::string(quoted(request[i])));
      return std::nullopt;
    }
  }
  if (conditions.nx && (conditions.xx || conditions.gt || conditions.lt)) {
    reply.error("NX and XX, GT or LT options at the same time are not compatible");
    return std::nullopt;
  }
  if (conditions.gt && conditions.lt) {
    reply.error("GT and LT options at the same time are not compatible");
    return std::nullopt;
  }
  return conditions;
}

void expire(Keyspace& keyspace, Request& request, TimePoint now, Unit unit, From from,
            std::string_view command) {
  Reply reply(request);
  const auto conditions = read_conditions(request, reply);
  if (!conditions) return;
  const auto number = parse_integer(request[2]);
  if (!number) return reply.error(errors::kNotAnInteger);
  const auto expires = expire_time(*number, unit, from, now);
  if (!expires) return write_invalid_expire_time(reply, command);
  Entry* entry = find_to_write(keyspace, request, now);
  if (entry == nullptr || !conditions->allow(*entry, *expires)) return reply.integer(0);
  Database& database = database_of(keyspace, request);
  *expires <= now ? database.erase(*entry) : database.set_expiry(*entry, *expires);
  reply.integer(1);
}

std::int64_t in_unit(std::chrono::milliseconds time, Unit unit) {
  constexpr std::int64_t kHalfSecond = 500;
  constexpr std::int64_t kSecond = 1000;
  return unit == Unit::milliseconds
             ? time.count()
             : time.count() / kSecond + (time.count() % kSecond >= kHalfSecond ? 1 : 0);
}

void tell_expiry(Keyspace& keyspace, Request& request, TimePoint now, Unit unit, From from) {
  const Entry* entry = find_to_read(keyspace, request, now);
  Reply reply(request);
  if (entry == nullptr) return reply.integer(kNoKey);
  if (!entry->has_expiry()) return reply.integer(kNoExpiry);
  reply.integer(in_unit(from == From::now ? entry->expires - now : entry->expires.time_since_epoch(), unit));
}

}  // namespace

void run_expire(Keyspace& keyspace, Request& request, TimePoint now) {
  expire(keyspace, request, now, Unit::seconds, From::now, "expire");
}

void run_pexpire(Keyspace& keyspace, Request& request, TimePoint now) {
  expire(keyspace, request, now, Unit::milliseconds, From::now, "pexpire");
}

void run_expireat(Keyspace& keyspace, Request& request, TimePoint now) {
  expire(keyspace, request, now, Unit::seconds, From::epoch, "expireat");
}

void run_pexpireat(Keyspace& keyspace, Request& request, TimePoint now) {
  expire(keyspace, request, now, Unit::milliseconds, From::epoch, "pexpireat");
}

void run_ttl(Keyspace& keyspace, Request& request, TimePoint now) {
  tell_expiry(keyspace, request, now, Unit::seconds, From::now);
}

void run_pttl(Keyspace& keyspace, Request& request, TimePoint now) {
  tell_expiry(keyspace, request, now, Unit::milliseconds, From::now);
}

void run_expiretime(Keyspace& keyspace, Request& request, TimePoint now) {
  tell_expiry(keyspace, request, now, Unit::seconds, From::epoch);
}

void run_pexpiretime(Keyspace& keyspace, Request& request, TimePoint now) {
  tell_expiry(keyspace, request, now, Unit::milliseconds, From::epoch);
}

void run_persist(Keyspace& keyspace, Request& request, TimePoint now) {
  Entry* entry = find_to_write(keyspace, request, now);
  const bool had_expiry = entry != nullptr && entry->has_expiry();
  if (had_expiry) database_of(keyspace, request).clear_expiry(*entry);
  Reply(request).integer(had_expiry ? 1 : 0);
}

}  // namespace troupe::kv
