// Ref<A>: an actor's address. A 16-byte value that may be copied, sent and kept anywhere.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <troupe/ask.hpp>
#include <troupe/detail/checks.hpp>
#include <troupe/detail/delivery.hpp>
#include <troupe/detail/direct_ask.hpp>
#include <troupe/detail/dispatch.hpp>
#include <troupe/detail/ref_services.hpp>
#include <troupe/detail/tracing.hpp>
#include <troupe/take.hpp>

namespace troupe::inline v0 {

namespace detail {

/// Makes the ask of a letter whose target and message are known. `ops` is the constant for the letter.
template <template <class> class AskOf, class R, class M, class... Args>
Unnamed<AskOf, R, Request> make_ask(Cell* cell, std::uint64_t gen, const MessageOps* ops, Args&&... args) {
  using Box = Letter<M, carries_reply<M> ? Sent::told : Sent::asked>;
  return Unnamed<AskOf, R, Request>(
      std::in_place, cell, make_letter<Box>(*cell, ops, gen, unwrap_mover(std::forward<Args>(args))...));
}

/// How an argument goes to tell_slowly(): small temporaries as values, in registers. By reference they would
/// have to lie in memory, also for those who don't come there.
template <class T>
using Passed = std::conditional_t<!std::is_reference_v<T> && std::is_trivially_copyable_v<T> &&
                                      sizeof(std::remove_reference_t<T>) <= 2 * sizeof(void*),
                                  T, T&&>;

/// A message that is traced by name, or for which a block is not at hand: out of the way of the others.
template <class Box, class... Args>
[[gnu::noinline]] void tell_slowly(Cell& cell, const MessageOps* ops, std::uint64_t gen,
                                   Passed<Args>... args) {
  send(cell, make_told_letter<Box>(cell, ops, gen, unwrap_mover(std::forward<Args>(args))...));
}
/// What can't be copied may have a Reply in it.
template <class Box, class... Args>
void tell_unique(Cell& cell, const MessageOps* ops, std::uint64_t gen, Args&&... args) {
  Envelope* letter = make_letter<Box>(cell, ops, gen, unwrap_mover(std::forward<Args>(args))...);
  const Forwarding forwarding(cell, gen, letter, sizeof(Box));
  send_letter(cell, letter);
}
template <class Box, class... Args>
void tell_letter(Cell& cell, const MessageOps* ops, std::uint64_t gen, Args&&... args) {
  if constexpr (!std::is_copy_constructible_v<decltype(Box::message)>)
    return tell_unique<Box>(cell, ops, gen, std::forward<Args>(args)...);
  std::uint64_t to = gen;
  if (tracing()) [[unlikely]] {
    to = tagged(cell, gen, *ops);
    if (to == 0) return tell_slowly<Box, Args...>(cell, ops, gen, std::forward<Args>(args)...);
  }
  void* block = allocate_block_at_once<sizeof(Box)>();
  if (!block) [[unlikely]]
    return tell_slowly<Box, Args...>(cell, ops, gen, std::forward<Args>(args)...);
  send(cell, make_envelope_in<Box>(block, ops, to, unwrap_mover(std::forward<Args>(args))...));
}

template <class A, class M>
inline constexpr Sent asked_as = carries_reply<M> ? Sent::told : Sent::asked;

template <template <class> class AskOf, class A, class M, class... Args>
auto ask_actor(Cell* cell, std::uint64_t gen, Args&&... args) {
  constexpr bool fine = check_handler<A, M>();
  if constexpr (fine) {
    constexpr bool built = check_construction<M, Args...>() && check_await_arguments<Args...>();
    if constexpr (built && is_direct<A, M>) {
      // Named here for g++: of a class within a function it warns about the `urgent` that nobody has looked
      // at by that function's end, which is before the bodies of other functions are made.
      [[maybe_unused]] constexpr const MessageOps* ops = &Dispatch<A, M, Sent::asked>::ops;
      return DirectAsk<AskOf, A, M>(std::in_place, cell, gen, unwrap_mover(std::forward<Args>(args))...);
    } else if constexpr (built) {
      using D = Dispatch<A, M, asked_as<A, M>>;
      return make_ask<AskOf, reply_t<A, M>, M>(cell, gen, &D::ops, std::forward<Args>(args)...);
    } else {
      return NoAsk{};
    }
  } else {
    return NoAsk{};
  }
}

template <class A, class M, class... Args>
void tell_actor(Cell* cell, std::uint64_t gen, Args&&... args) {
  if constexpr (check_handler<A, M>()) {
    if constexpr (check_construction<M, Args...>()) {
      using D = Dispatch<A, M, Sent::told>;
      tell_letter<typename D::Box>(*cell, &D::ops, gen, std::forward<Args>(args)...);
    }
  }
}

/// As make_ask(), for a message that is told, and awaits no more than room.
template <template <class> class AskOf, class M, class... Args>
Delivery<AskOf> make_delivery(Cell* cell, std::uint64_t gen, const MessageOps* told, Args&&... args) {
  using Box = Letter<M, Sent::told>;
  return Delivery<AskOf>(std::in_place, cell,
                         make_letter<Box>(*cell, told, gen, unwrap_mover(std::forward<Args>(args))...));
}
template <template <class> class AskOf, class A, class M, class... Args>
auto deliver_to(Cell* cell, std::uint64_t gen, Args&&... args) {
  if constexpr (check_handler<A, M>()) {
    if constexpr (check_construction<M, Args...>() && check_await_arguments<Args...>()) {
      return make_delivery<AskOf, M>(cell, gen, &Dispatch<A, M, Sent::told>::ops,
                                     std::forward<Args>(args)...);
    } else {
      return NoAsk{};
    }
  } else {
    return NoAsk{};
  }
}

inline std::strong_ordering order_of(const Cell& a, std::uint64_t a_gen, const Cell& b, std::uint64_t b_gen) {
  if (auto order = path_hash_of(a_gen) <=> path_hash_of(b_gen); order != 0) return order;
  // Only for what shares a path: the incarnations of a name, or those of two systems.
  if (auto order = a_gen <=> b_gen; order != 0) return order;
  return std::compare_three_way{}(&a, &b);
}
inline std::size_t hash_of(std::uint64_t gen) {
  return static_cast<std::size_t>(path_hash_of(gen) * 0x9E3779B97F4A7C15u);
}

/// Whether the actor had not ended a moment ago. @throws UsageError: the address is empty
inline bool may_tell(const Cell& cell, std::uint64_t gen) {
  if (&cell == &nobody()) refuse_empty_address();
  return cell.is(gen);
}
// As in a letter, a message may be built of fewer arguments than it has members.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
/// Hands back what wasn't sent.
template <class M, class... Args>
std::unexpected<Refused<M>> refused(Args&&... args) {
  return std::unexpected(Refused<M>{Reason::stopped, M(unwrap_mover(std::forward<Args>(args))...)});
}
#pragma GCC diagnostic pop
/// Sends it, unless there is no room for it.
template <class M, class... Args>
std::expected<void, Refused<M>> try_tell_locked(Cell& cell, const MessageOps* told, std::uint64_t gen,
                                                Args&&... args) {
  using Box = Letter<M, Sent::told>;
  Box* letter = make_letter<Box>(cell, told, gen, unwrap_mover(std::forward<Args>(args))...);
  const std::optional<Reason> refusal = try_tell_letter(cell, letter);
  if (!refusal) return {};
  Refused<M> back{*refusal, std::move(letter->message)};
  letter->message.~M();
  free_envelope(letter);
  return std::unexpected(std::move(back));
}
template <class M, class... Args>
std::expected<void, Refused<M>> try_tell_letter_of(Cell& cell, const MessageOps* told, std::uint64_t gen,
                                                   Args&&... args) {
  if (!may_tell(cell, gen)) return refused<M>(std::forward<Args>(args)...);
  if (gen & locked_bit) return try_tell_locked<M>(cell, told, gen, std::forward<Args>(args)...);
  tell_letter<Letter<M, Sent::told>>(cell, told, gen, std::forward<Args>(args)...);
  return {};
}

}  // namespace detail

/// The address of an actor of class A. Stays valid to use for ever: what is sent to an actor that has ended
/// becomes a dead letter, and an ask of it fails at once.
/// Thread-safety: a value; the sends may be called from any thread and never block.
template <class A>
class Ref {
  template <class M>
  using Message = std::remove_cvref_t<detail::unwrapped_t<M>>;

 public:
  using actor_type = A;

  /// Points to nobody: sends through it throw UsageError.
  Ref() noexcept : cell_(&detail::nobody()) {}

  /// Sends an M made of `args` in place: `tell<Increment>(5)`.
  template <class M, class... Args>
  void tell(Args&&... args) const {
    detail::tell_actor<A, M>(cell_, gen_, std::forward<Args>(args)...);
  }
  /// Sends a message: `tell(Increment{5})`.
  template <class M>
  void tell(M&& message) const {
    detail::tell_actor<A, Message<M>>(cell_, gen_, std::forward<M>(message));
  }

  /// Asks with an M made of `args` in place; yields what the handler answers. See Ask.
  template <class M, class... Args>
  auto ask(Args&&... args) const {
    return detail::ask_actor<Ask, A, M>(cell_, gen_, std::forward<Args>(args)...);
  }
  template <class M>
  auto ask(M&& message) const {
    return detail::ask_actor<Ask, A, Message<M>>(cell_, gen_, std::forward<M>(message));
  }

  /// As ask(), with the outcome as a std::expected<R, AskError>.
  template <class M, class... Args>
  auto try_ask(Args&&... args) const {
    return detail::ask_actor<TryAsk, A, M>(cell_, gen_, std::forward<Args>(args)...);
  }
  template <class M>
  auto try_ask(M&& message) const {
    return detail::ask_actor<TryAsk, A, Message<M>>(cell_, gen_, std::forward<M>(message));
  }

  /// Awaits that the actor's mailbox has accepted the message: with a bounded one, that it had room. Those
  /// who wait are served in order of arrival, and before whoever tells. Fails as an ask does: with `stopped`
  /// when the actor ends, with `timeout` after its deadline; what wasn't accepted then is gone.
  template <class M, class... Args>
  auto deliver(Args&&... args) const {
    return detail::deliver_to<Ask, A, M>(cell_, gen_, std::forward<Args>(args)...);
  }
  template <class M>
  auto deliver(M&& message) const {
    return detail::deliver_to<Ask, A, Message<M>>(cell_, gen_, std::forward<M>(message));
  }
  /// As deliver(), with the outcome as a std::expected<void, AskError>.
  template <class M, class... Args>
  auto try_deliver(Args&&... args) const {
    return detail::deliver_to<TryAsk, A, M>(cell_, gen_, std::forward<Args>(args)...);
  }
  template <class M>
  auto try_deliver(M&& message) const {
    return detail::deliver_to<TryAsk, A, Message<M>>(cell_, gen_, std::forward<M>(message));
  }

  /// Sends the message unless the actor is known to have ended, or its mailbox has no room for it: then hands
  /// it back. What was accepted may still become a dead letter, if the actor ends before its turn.
  /// @throws UsageError through an empty address
  template <class M, class... Args>
  std::expected<void, Refused<M>> try_tell(Args&&... args) const {
    if constexpr (detail::check_handler<A, M>() && detail::check_construction<M, Args...>()) {
      using D = detail::Dispatch<A, M, detail::Sent::told>;
      return detail::try_tell_letter_of<M>(*cell_, &D::ops, gen_, std::forward<Args>(args)...);
    }
    return {};
  }
  template <class M>
  std::expected<void, Refused<Message<M>>> try_tell(M&& message) const {
    return try_tell<Message<M>, M>(std::forward<M>(message));
  }

  /// Asks the actor to stop after all that was sent to it before.
  void stop() const { detail::send_stop(*cell_, gen_); }
  /// Ends the actor at the end of its turn, or at its turn's next suspension.
  void kill() const { detail::send_kill(*cell_, gen_); }
  /// Awaits the actor's end: `co_await ref.join()`, or `ref.join().get()` in a plain thread. No deadline
  /// unless `.within(d)`. Answered at once if it has ended.
  [[nodiscard]] Ask<Terminated> join() const { return detail::make_join(*cell_, gen_); }

  /// Whether the actor had not ended a moment ago.
  bool alive() const noexcept { return *this && cell_->is(gen_); }
  /// True if this points to somebody, alive or not.
  explicit operator bool() const noexcept { return cell_ != &detail::nobody(); }
  /// The actor's path while it lives; of one that has ended, what is still known.
  std::string path() const { return detail::describe(*cell_, gen_); }
  /// A number that is the same in each run of the same program: for hashes and orders.
  std::uint64_t id() const noexcept { return detail::path_hash_of(gen_); }

  friend bool operator==(const Ref& a, const Ref& b) noexcept {
    return a.cell_ == b.cell_ && a.gen_ == b.gen_;
  }
  /// By path hash, never by address: containers of Refs iterate alike in each simulated run.
  friend std::strong_ordering operator<=>(const Ref& a, const Ref& b) noexcept {
    return detail::order_of(*a.cell_, a.gen_, *b.cell_, b.gen_);
  }

  Ref(detail::Cell* cell, std::uint64_t gen) noexcept : cell_(cell), gen_(gen) {}
  detail::Cell* cell_address_() const noexcept { return cell_; }
  std::uint64_t generation_() const noexcept { return gen_; }

 private:
  detail::Cell* cell_;
  std::uint64_t gen_ = 0;
};

template <class A>
bool Terminated::is(Ref<A> ref) const noexcept {
  return cell_ == ref.cell_address_() && generation_ == ref.generation_();
}

}  // namespace troupe::inline v0

template <class A>
struct std::hash<troupe::Ref<A>> {
  std::size_t operator()(const troupe::Ref<A>& ref) const noexcept {
    return troupe::detail::hash_of(ref.generation_());
  }
};
