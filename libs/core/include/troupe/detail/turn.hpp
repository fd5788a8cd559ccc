// A coroutine's turn: what the runtime keeps of a handler that awaits. It lives in the promise of the
// handler's outermost task, so a turn that never suspends costs no block of its own.
#pragma once

#include <coroutine>

#include <troupe/fwd.hpp>

namespace troupe::inline v0::detail {

struct Turn {
  Turn* next = nullptr;  ///< in the cell's list of suspended turns
  Turn* previous = nullptr;
  std::coroutine_handle<> root;
  /// Answers, destroys the frame and then the message. @pre root.done()
  void (*finish)(Cell&, Turn&) = nullptr;
  /// Destroys the frame and then the message, unfinished; its asker is told why.
  void (*discard)(Turn&, const struct Drop&) = nullptr;
  Envelope* envelope = nullptr;
  std::uint64_t traced_message = 0;  ///< its message's name, from its first suspension on; 0: it isn't traced
  bool owns_block = false;           ///< the envelope isn't in the lane: its block is freed with the turn
  bool listed = false;               ///< has been suspended, and is in the cell's list
  std::uint32_t frame_bytes = 0;     ///< how long the frame of `root` is
};

/// Puts a turn that has suspended into its cell's list, and takes it out. @pre the caller holds the token
void list_turn(Cell& cell, Turn& turn);
void unlist_turn(Cell& cell, Turn& turn);

}  // namespace troupe::inline v0::detail
