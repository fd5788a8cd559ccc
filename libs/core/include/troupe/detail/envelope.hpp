// An envelope: the header that carries a message through a lane, in one pooled block with the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>

#include <troupe/detail/lanes.hpp>
#include <troupe/detail/pool.hpp>
#include <troupe/fwd.hpp>

namespace troupe::inline v0 {
enum class StopReason : std::uint8_t;

namespace detail {

/// Waits for a sender that is between its exchange and its link. It holds no lock, but may be preempted
/// there: after a while, give it the processor.
struct Relax {
  static constexpr unsigned spins_before_yield = 64;
  static void pause(unsigned spins) noexcept;
};

template <class T>
using StdAtomic = std::atomic<T>;
using Node = BasicNode<StdAtomic>;
using Lanes = BasicLanes<StdAtomic, Relax>;

/// Why a message is dropped instead of handled.
struct Drop {
  StopReason reason;
  std::exception_ptr cause;  ///< with StopReason::failed
  Runtime* runtime;          ///< whose dead letters count it; null: nobody's, drop silently
  std::string_view path;     ///< the receiver's, as far as it is known
  bool overflow = false;     ///< its mailbox was full, whatever `reason` says
};

enum class Kind : std::uint8_t {
  user,     ///< what a program sent
  control,  ///< lifecycle and timers: nobody misses them when the actor is gone
};

struct Destination;

/// What can be done with an envelope: one constant per (actor class, message class), so that dispatch is
/// one indirect call. Immutable, static storage.
struct MessageOps {
  /// Handles the message on the cell's actor. Afterwards the message is destroyed, or a suspended turn owns
  /// it; the block stays. @pre the caller holds the cell's token
  void (*run)(Cell&, Envelope&);
  /// Destroys the message unhandled: tells its asker, and the dead letters. The block stays.
  void (*drop)(Envelope&, const Drop&);
  std::uint32_t block_bytes;
  std::uint32_t block_index;  ///< the pool's size class, worked out once
  Kind kind;
  bool is_task;            ///< the handler is a coroutine: its turn frees the block of an inline run
  std::string_view actor;  ///< class names, for people
  std::string_view message;
  // --- of asks
  bool answers_itself = false;  ///< what the handler returns is the answer
  bool urgent = false;          ///< the actor's class says so
  /// Where the answer goes, in a message that carries its Reply. Null: the letter is an AskedLetter.
  Destination& (*destination)(Envelope&) = nullptr;
};

/// In an envelope's generation: it has a name behind it, for the tracer. No actor's generation has it.
inline constexpr std::uint64_t traced_bit = std::uint64_t{1} << 61;
/// In all generations of a cell whose mailbox has rules, and in the envelopes to it: see
/// mailbox/locked_cell.hpp. So a sender knows without looking at the cell.
inline constexpr std::uint64_t locked_bit = std::uint64_t{1} << 62;
/// In an envelope's generation: its sender's tag is mixed into the path's hash. No actor's generation has it.
/// The counter says well enough whose message it is.
inline constexpr std::uint64_t tagged_bit = std::uint64_t{1} << 63;

struct Envelope : Node {
  Envelope(const MessageOps* operations, std::uint64_t generation) : ops(operations), gen(generation) {}

  bool is_traced() const noexcept { return (gen & traced_bit) != 0; }
  bool is_tagged() const noexcept { return (gen & tagged_bit) != 0; }
  /// @pre it is tagged, and was sent to the actor of this generation
  std::uint32_t tag(std::uint64_t of) const noexcept { return static_cast<std::uint32_t>(gen ^ of); }
  /// The generation of the actor that it was sent to. @pre it isn't tagged
  std::uint64_t addressee() const noexcept { return gen & ~traced_bit; }
  /// Whether it was sent to the actor of this generation. @pre that was one of the cell that it was sent to
  bool is_for(std::uint64_t generation) const noexcept {
    return is_tagged() ? is_tagged_for(generation) : addressee() == generation;
  }
  /// The same. @pre it is tagged
  bool is_tagged_for(std::uint64_t generation) const noexcept {
    return (gen ^ generation) >> 32 == tagged_bit >> 32;
  }

  const MessageOps* ops;
  std::uint64_t
      gen;  ///< of the actor it was sent to, compared before it is handled; with traced_bit or tagged_bit
};

/// Where the name of a traced letter lies, and how long its block is.
constexpr std::size_t traced_offset(std::size_t bytes) { return (bytes + 7) / 8 * 8; }
constexpr std::size_t traced_bytes(std::size_t bytes) { return traced_offset(bytes) + sizeof(std::uint64_t); }

/// Makes an envelope of type E in its pooled block, or frees the block. @throws what E's constructor throws
template <class E, class... Args>
E* make_envelope_in(void* block, Args&&... args) {
  static_assert(alignof(E) <= block_alignment,
                "troupe: messages can't be over-aligned beyond 16 bytes: hold it by std::unique_ptr");
  if constexpr (noexcept(E(std::forward<Args>(args)...))) {
    return ::new (block) E(std::forward<Args>(args)...);
  } else {
    try {
      return ::new (block) E(std::forward<Args>(args)...);
    } catch (...) {
      free_block(block, sizeof(E));
      throw;
    }
  }
}

/// As make_envelope_in(). @throws std::bad_alloc as well
template <class E, class... Args>
E* make_envelope(Args&&... args) {
  return make_envelope_in<E>(allocate_block<sizeof(E)>(), std::forward<Args>(args)...);
}

/// Frees the block of an envelope whose message is gone already.
inline void free_envelope(Node* node) noexcept {
  auto* envelope = static_cast<Envelope*>(node);
  const MessageOps* ops = envelope->ops;
  if (envelope->is_traced()) [[unlikely]]
    return free_block(node, traced_bytes(ops->block_bytes));
#if defined(TROUPE_DETAIL_PLAIN_BLOCKS)
  free_block(node, ops->block_bytes);
#else
  free_class(node, ops->block_index);
#endif
}

}  // namespace detail
}  // namespace troupe::inline v0
