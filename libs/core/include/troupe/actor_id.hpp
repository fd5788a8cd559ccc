// ActorId: an actor as those see it who watch the system run: tracers, and who chooses what runs next.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <troupe/fwd.hpp>

namespace troupe::inline v0 {

/// Names one actor, from its spawn to its end and beyond. A value.
struct ActorId {
  detail::Cell* cell = nullptr;  ///< null: no actor, but a thread outside, or a timer
  std::uint64_t generation = 0;

  explicit operator bool() const noexcept { return cell != nullptr; }
  friend bool operator==(const ActorId&, const ActorId&) = default;

  /// As Ref::id(): the same in each run of the same program.
  std::uint64_t id() const noexcept { return generation & 0xFFFFFFFFu; }
  /// While it lives, or ends; else a text that says that it has ended.
  std::string path() const;
  /// The class, as long as the cell isn't another actor's: empty then.
  std::string_view actor_class() const noexcept;
};

}  // namespace troupe::inline v0

template <>
struct std::hash<troupe::ActorId> {
  std::size_t operator()(const troupe::ActorId& actor) const noexcept {
    return (reinterpret_cast<std::uintptr_t>(actor.cell) >> 6) ^ (actor.generation * 0x9E3779B97F4A7C15u);
  }
};
