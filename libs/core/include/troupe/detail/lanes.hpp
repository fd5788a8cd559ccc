// The two lanes of an actor's cell, and the one token that says who may run it.
//
// Thread-safety: send_user, send_signal, try_take and the observers may be called by any thread at any
// time, also on a cell that has died or was reused. Everything under "token holder only" belongs to
// whoever holds the cell's token.
//
// Invariants
//  1. Exactly one token exists per cell. It rests in a word (IDLE or DEAD in `user`, SUSP in `sig`), or it
//     is held by a runner or by a ready queue.
//  2. After creation every write to `user` and `sig` is a read-modify-write, so release sequences never
//     break and whoever takes the token sees all that its previous holder did.
//  3. The node that a lane's tail points to has been consumed: it is the lane's stub. It may be freed only
//     when its successor is popped, and must never be linked a second time.
//
//  word | low bits | meaning                                                   | left by
//  user | 0        | the token is elsewhere: held, or resting as SUSP          | sender, signaller, taker
//  user | IDLE (1) | nothing to do: whoever clears the bit holds the token     | rest_idle, try_revive_idle
//  user | DEAD (2) | nobody lives here: whoever clears the bit drains          | rest_dead
//  sig  | 0        | the token is elsewhere                                    | signaller
//  sig  | SUSP (1) | waits for a signal only: the signaller that sees it runs  | rest_suspended
//
// The queues are Dmitry Vyukov's intrusive MPSC queue with the consumer's stub left in the queue; folding
// the idle state into the head word, so that one exchange both links and wakes, is our own.
//
// The class is a template over its atomics so that the very code that runs in production is the code that
// the model checker explores (libs/core/tests/model).
#pragma once

#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>

namespace troupe::inline v0::detail {

/// What a sender has to do after its message is linked.
enum class Wake : std::uint8_t {
  none,      ///< somebody else holds the token and will see the message
  schedule,  ///< the token is yours: hand the cell to a ready queue
  drain,     ///< the token of a dead cell is yours: drain both lanes, then rest_dead()
};

template <template <class> class Atomic>
struct BasicNode {
  Atomic<BasicNode*> next{nullptr};
};

/// `Relax::pause(spins)` is called while another thread is between its exchange and its link.
template <template <class> class Atomic, class Relax>
class BasicLanes {
 public:
  using Node = BasicNode<Atomic>;

  static constexpr std::uintptr_t idle_bit = 1;
  static constexpr std::uintptr_t dead_bit = 2;
  static constexpr std::uintptr_t susp_bit = 1;
  static constexpr std::uintptr_t flag_bits = 3;

  /// Starts dead: a cell comes to life only through try_revive() and try_revive_idle().
  BasicLanes() : user_(word(&user_stub_) | dead_bit), sig_(word(&sig_stub_)) {}
  BasicLanes(const BasicLanes&) = delete;
  BasicLanes& operator=(const BasicLanes&) = delete;

  // --- any thread ------------------------------------------------------------------------------------

  Wake send_user(Node* node) { return send_user(node, node); }

  /// Links the chain first..last, whose inner links are already set, as one burst.
  Wake send_user(Node* first, Node* last) {
    // acq_rel: release publishes the message (pairs with the acquire of `next` in pop), acquire takes over
    // what the last token holder did when the old value carries its resting bit (pairs with rest_*).
    const std::uintptr_t old = user_.exchange(word(last), std::memory_order_acq_rel);
    node_of(old)->next.store(first, std::memory_order_release);
    return wake_of(old);
  }

  Wake send_signal(Node* node) {
    const std::uintptr_t old = sig_.exchange(word(node), std::memory_order_acq_rel);
    node_of(old)->next.store(node, std::memory_order_release);
    if (old & susp_bit) return Wake::schedule;
    return ring();
  }

  /// Takes the token if it rests as IDLE or DEAD: something has come in that its holder must see.
  Wake ring() {
    // Always a read-modify-write, never a load first: it either follows the resting CAS and takes the
    // token, or precedes it, and then the CAS acquires it and the second look in rest_idle sees the signal.
    return wake_of(user_.fetch_and(~flag_bits, std::memory_order_acq_rel));
  }

  /// Takes the token of an idle cell, to run it in the calling thread. May fail spuriously.
  bool try_take() { return take(idle_bit, 0); }
  /// Takes the token of a dead cell, to build an actor in it. Fails while a late sender drains it.
  bool try_revive() { return take(dead_bit, 0); }
  /// The same, and leaves it to rest as idle: the actor is built without it. No second look: whoever has let
  /// it rest as dead has one still, and wakes us then.
  bool try_revive_idle() { return take(dead_bit, idle_bit); }

  /// Advice only: stale by the time it is read.
  bool looks_idle() const { return user_.load(std::memory_order_relaxed) & idle_bit; }

  /// Changes with each message that is sent, and with each rest.
  std::uintptr_t user_word() const { return user_.load(std::memory_order_relaxed); }

  bool looks_suspended() const { return sig_.load(std::memory_order_relaxed) & susp_bit; }

  // --- token holder only ------------------------------------------------------------------------------

  bool has_signal() const { return sig_.load(std::memory_order_acquire) != word(sig_tail_); }
  bool has_user() const { return user_.load(std::memory_order_acquire) != word(user_tail_); }

  /// Pops the next message, or null when the lane is empty. The node that was the stub until now goes to
  /// `free`, unless it is the embedded one; the popped node becomes the stub, with its message still in it.
  template <class Free>
  Node* pop_user(Free&& free) {
    return pop(user_, user_tail_, &user_stub_, free);
  }
  template <class Free>
  Node* pop_signal(Free&& free) {
    return pop(sig_, sig_tail_, &sig_stub_, free);
  }

  /// The next message, left in its place; null when the lane is empty, or its sender isn't done.
  Node* peek_user() const { return user_tail_->next.load(std::memory_order_acquire); }
  /// As pop_user(), of a message that peek_user() has found.
  template <class Free>
  void pop_peeked_user(Node* peeked, Free&& free) {
    consume(user_tail_, peeked, &user_stub_, free);
  }

  /// The last consumed message's node, or null when that is the embedded stub.
  Node* user_stub() const { return user_tail_ == &user_stub_ ? nullptr : user_tail_; }
  Node* signal_stub() const { return sig_tail_ == &sig_stub_ ? nullptr : sig_tail_; }

  /// Gives the token back until a message or a signal comes. False: the token is the caller's again, since
  /// something has come in; look at everything anew, as others may have had the token in between, and even
  /// ended the actor and built another.
  bool rest_idle() {
    return rest_idle_unless([] { return false; });
  }
  /// The same for who has another queue beside the lanes: `has_come_in()` is part of the second look. It may
  /// be called when the token is somebody else's already. Whoever puts something there calls ring()
  /// afterwards.
  template <class HasComeIn>
  bool rest_idle_unless(HasComeIn&& has_come_in) {
    // A copy: once the CAS has succeeded, the tails may belong to somebody else.
    const std::uintptr_t signals_seen = word(sig_tail_);
    if (!leave_resting(idle_bit)) return false;
    // The second look: a signaller whose fetch_and came before our CAS found no bit to clear and counts on
    // us. Its exchange happens before its fetch_and, which our CAS has acquired.
    if (sig_.load(std::memory_order_acquire) == signals_seen && !has_come_in()) return true;
    // Take the token back, unless a signaller or a sender has taken it already. Our own bit only: by now the
    // cell may have died, and the DEAD that rests there isn't ours to take.
    return (user_.fetch_and(~idle_bit, std::memory_order_acq_rel) & idle_bit) == 0;
  }
  /// Gives the token of a cell back that nobody lives in. `none`: it rests. `drain`: the token is the
  /// caller's again, since something has come in. `schedule`: another lives there by now, who rested, and
  /// whose token is the caller's.
  Wake rest_dead() {
    const std::uintptr_t signals_seen = word(sig_tail_);
    if (!leave_resting(dead_bit)) return Wake::drain;
    if (sig_.load(std::memory_order_acquire) == signals_seen) return Wake::none;
    // As above. But whoever has revived the cell as idle had no look at the signals, and rests now.
    return ring();
  }

  /// Gives the token back until a signal comes; user messages pile up unseen. False: still the caller's.
  bool rest_suspended() {
    std::uintptr_t expected = word(sig_tail_);
    // release hands over the object and the tails to the signaller that sees SUSP; acquire on failure is
    // had by the pop that follows.
    return sig_.compare_exchange_strong(expected, expected | susp_bit, std::memory_order_acq_rel,
                                        std::memory_order_acquire);
  }

  /// Puts the embedded stub behind the last message, so that a large last block can be freed while the
  /// cell idles. @pre user_stub() != nullptr, and nothing was queued at some moment since the last call, so
  /// that the stub isn't in the queue
  void push_embedded_stub() {
    assert(user_tail_ != &user_stub_);
    user_stub_.next.store(nullptr, std::memory_order_relaxed);
    const std::uintptr_t old = user_.exchange(word(&user_stub_), std::memory_order_acq_rel);
    assert((old & flag_bits) == 0 && "the token holder's own lane can't be resting");
    node_of(old)->next.store(&user_stub_, std::memory_order_release);
  }

  bool is_embedded_stub(const Node* node) const { return node == &user_stub_; }

  /// Walks the queued nodes, at most `limit`. Only while nobody can pop: by the token holder, or by an
  /// observer that keeps the holder from popping (Cell::mailbox_depth).
  std::size_t count_user(std::size_t limit) const {
    std::size_t count = 0;
    for (const Node* node = user_tail_->next.load(std::memory_order_acquire); node && count < limit;
         node = node->next.load(std::memory_order_acquire)) {
      if (node != &user_stub_) ++count;
    }
    return count;
  }

 private:
  static std::uintptr_t word(const Node* node) { return reinterpret_cast<std::uintptr_t>(node); }
  static Node* node_of(std::uintptr_t word) { return reinterpret_cast<Node*>(word & ~flag_bits); }
  static Wake wake_of(std::uintptr_t old) {
    if ((old & flag_bits) == 0) return Wake::none;
    return old & dead_bit ? Wake::drain : Wake::schedule;
  }

  bool take(std::uintptr_t bit, std::uintptr_t left) {
    std::uintptr_t head = user_.load(std::memory_order_relaxed);
    if (!(head & bit)) return false;
    // acquire: the object as its last runner left it; release keeps the chain of read-modify-writes.
    return user_.compare_exchange_strong(head, (head & ~bit) | left, std::memory_order_acq_rel,
                                         std::memory_order_relaxed);
  }

  template <class Free>
  static Node* pop(const Atomic<std::uintptr_t>& head, Node*& tail, Node* embedded, Free&& free) {
    Node* next = tail->next.load(std::memory_order_acquire);  // pairs with the link in send_*
    if (!next) {
      if (node_of(head.load(std::memory_order_acquire)) == tail) return nullptr;
      next = await_link(*tail);
    }
    consume(tail, next, embedded, free);
    return next;
  }
  template <class Free>
  static void consume(Node*& tail, Node* next, Node* embedded, Free&& free) {
    Node* consumed = tail;
    tail = next;
    if (consumed != embedded) free(consumed);
  }

  /// A sender is between its exchange and its link: it can't be far.
  [[gnu::noinline, gnu::cold]] static Node* await_link(const Node& tail) {
    Node* next = nullptr;
    for (unsigned spins = 0; !(next = tail.next.load(std::memory_order_acquire)); ++spins) {
      Relax::pause(spins);
    }
    return next;
  }

  /// False: a message has come in.
  bool leave_resting(std::uintptr_t bit) {
    std::uintptr_t expected = word(user_tail_);
    return user_.compare_exchange_strong(expected, expected | bit, std::memory_order_acq_rel,
                                         std::memory_order_relaxed);
  }

  // Their order: Cell has its cache lines meet between `user_` and `sig_`.
  Node user_stub_;
  Node sig_stub_;
  /// Written by senders all the time, and seldom touched by the runner.
  Atomic<std::uintptr_t> user_;
  /// Looked at by the runner for each message, and seldom written.
  Atomic<std::uintptr_t> sig_;
  // Token holder only.
  Node* user_tail_ = &user_stub_;
  Node* sig_tail_ = &sig_stub_;
};

}  // namespace troupe::inline v0::detail
