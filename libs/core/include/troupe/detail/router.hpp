// What routers have in common: actors that hand messages on, as pools and rate limits do.
#pragma once

#include <cstddef>
#include <utility>

#include <troupe/dead_letter.hpp>
#include <troupe/detail/dead_letter_box.hpp>
#include <troupe/recipient.hpp>
#include <troupe/ref.hpp>

namespace troupe::inline v0::detail {

template <class... Signatures, class M>
struct Route<Recipient<Signatures...>, M> {
  static constexpr bool accepts = false;
};
template <class... Signatures, class M>
  requires recipient_accepts<M, Signatures...>
struct Route<Recipient<Signatures...>, M> {
  static constexpr bool accepts = true;
  using reply = typename Signature<
      std::tuple_element_t<index_of_message<M, Signatures...>(), std::tuple<Signatures...>>>::reply;
};

/// How an address is asked with M; null: it takes M by tell only.
template <class M, class A>
const MessageOps* asked_ops(const Ref<A>&) {
  return &Dispatch<A, M, Sent::asked>::ops;
}
template <class M, class... Signatures>
const MessageOps* asked_ops(const Recipient<Signatures...>& to) {
  return to.template asked_ops_<M>();
}

/// Sends a message on, and the duty to answer it with it, if there is one.
template <class Address, class M, class R>
void send_on(const Address& to, M&& message, Reply<R>&& reply) {
  const MessageOps* asked = reply ? asked_ops<M>(to) : nullptr;
  // The answer of a Recipient's message that is only told is that it was sent.
  if (!asked) {
    to.tell(std::move(message));
    if constexpr (std::is_void_v<R>) reply.answer();
    return;
  }
  Cell& cell = *to.cell_address_();
  auto* letter = make_letter<Letter<M, Sent::asked>>(cell, asked, to.generation_(), std::move(message));
  letter->to = reply.release_();
  // Who waits for the pool, or the gate, waits for the one behind it from now on.
  const Forwarding forwarding(cell, to.generation_(), letter->to);
  send_letter(cell, letter);
}

// --- of the actor whose turn it is
/// The oldest `count` messages of its stash come next, before its mailbox.
void unstash(Cell& cell, std::size_t count);
/// While it is on, its messages stay in the mailbox, and only signals are handled. @pre it is reentrant
void hold_mail(Cell& cell, bool on);
/// A message that it doesn't let through: counted, logged and published as a dead letter.
void refuse_message(Cell& by, const MessageOps& message, Undelivered reason, const std::exception_ptr& cause,
                    DeadLetterBox box) noexcept;

}  // namespace troupe::inline v0::detail
