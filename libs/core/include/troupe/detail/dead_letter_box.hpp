// A dead letter on its way from the typed world to those who collect them.
#pragma once

#include <cstdint>
#include <exception>
#include <utility>

#include <troupe/detail/envelope.hpp>
#include <troupe/detail/shared_box.hpp>

namespace troupe::inline v0::detail {

/// A message that can be moved to the heap, if somebody wants to look at it.
struct DeadLetterBox {
  void* message = nullptr;
  SharedBox (*keep)(void* message) = nullptr;

  template <class M>
  static DeadLetterBox of(M& message) {
    return {&message, [](void* object) { return SharedBox::make(std::move(*static_cast<M*>(object))); }};
  }
};

/// Counts, logs and publishes a message that could not be handled.
void report_dead_letter(const Drop& why, const MessageOps& message, DeadLetterBox box) noexcept;

/// A message that has failed too often.
struct Poison {
  Envelope* letter = nullptr;  ///< to send it again; owned
  SharedBox content;           ///< a copy to look at; empty if it has none
  std::uint32_t attempts = 0;
};

// The handler of the current message has thrown: logs it, and sets the actor on its way out, unless its
// supervisor decides otherwise. What becomes of the message: a dead letter; one more attempt, before all
// others, by this letter, which is the actor's from then on; or quarantine. @pre the caller holds the token
void fail_current(Cell& cell, const MessageOps& message, std::exception_ptr cause,
                  DeadLetterBox box) noexcept;
void retry_current(Cell& cell, const MessageOps& message, std::exception_ptr cause, Envelope* again) noexcept;
void quarantine_current(Cell& cell, const MessageOps& message, std::exception_ptr cause,
                        Poison poison) noexcept;

}  // namespace troupe::inline v0::detail
