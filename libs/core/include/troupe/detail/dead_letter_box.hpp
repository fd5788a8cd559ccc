// A dead letter on its way from the typed world to those who collect them.
#pragma once

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

/// The handler of the current message has thrown: logs it, makes a dead letter of the message, and marks the
/// actor so that it ends when its turn is over. @pre the caller holds the token
void fail_current(Cell& cell, const MessageOps& message, std::exception_ptr cause,
                  DeadLetterBox box) noexcept;

}  // namespace troupe::inline v0::detail
