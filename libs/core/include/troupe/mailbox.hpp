// How much a mailbox holds, and what becomes of what is told to a full one: `.mailbox = bounded(1000)`.
// docs/backpressure.md says when to use which.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <troupe/detail/type_name.hpp>
#include <troupe/fwd.hpp>

namespace troupe::inline v0 {

/// What a tell to a full mailbox does. What it refuses or takes out is a dead letter, `overflow`. Those who
/// deliver or ask wait for room under each of them.
enum class Overflow : std::uint8_t {
  reject,       ///< the new message is refused
  drop_oldest,  ///< the oldest one that waits makes room; of its type, where that one's limit is reached
  conflate,     ///< full or not, the new one takes the place of one of its type that was told and waits still
};
inline constexpr Overflow reject = Overflow::reject;
inline constexpr Overflow drop_oldest = Overflow::drop_oldest;
inline constexpr Overflow conflate = Overflow::conflate;

/// Of one type of message at most so many wait.
struct MessageLimit {
  std::string_view message{};
  std::uint32_t at_most = 0;
};

template <class M>
constexpr MessageLimit limit(std::uint32_t at_most) {
  static_assert(std::is_same_v<M, std::remove_cvref_t<M>>,
                "troupe: a limit is of a message's type, without const and &: limit<Put>(100)");
  return {detail::type_name<M>(), at_most};
}

namespace detail {
/// @throws UsageError
[[noreturn]] void refuse_limits();
}  // namespace detail

/// A mailbox as it is to be, made by bounded() or from `unbounded`. Counted are messages that wait for their
/// turn: not those in a turn, nor signals, answers, timers' ticks and Terminated, which always have room.
struct Mailbox {
  static constexpr std::uint32_t no_bound = 0xFFFFFFFF;
  static constexpr std::uint32_t by_system = 0xFFFFFFFE;
  static constexpr std::size_t max_limits = 4;

  std::uint32_t capacity = by_system;  ///< by_system: what the system's options say
  Overflow overflow = Overflow::reject;
  std::array<MessageLimit, max_limits> limits{};

  /// The same with limits of single types as well, four at most: `bounded(1000).with(limit<Put>(100))`.
  /// @throws UsageError: there are more
  template <class... Limits>
  constexpr Mailbox with(Limits... more) const {
    Mailbox made = *this;
    (made.add(more), ...);
    return made;
  }

 private:
  constexpr void add(MessageLimit one) {
    for (auto& place : limits) {
      if (!place.message.empty()) continue;
      place = one;
      return;
    }
    detail::refuse_limits();
  }
};

inline constexpr Mailbox unbounded{.capacity = Mailbox::no_bound};

/// At most `capacity` messages wait, at least one. With conflate that bounds the types of messages.
constexpr Mailbox bounded(std::uint32_t capacity, Overflow overflow = Overflow::reject) {
  return {.capacity = capacity, .overflow = overflow};
}

/// What a class names by `using urgent = Messages<Cancel, Drain>`.
template <class... M>
struct Messages {};

}  // namespace troupe::inline v0
