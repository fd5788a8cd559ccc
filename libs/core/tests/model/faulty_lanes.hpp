// The lanes once more, with one fault planted in them at compile time.
//
// Only for the tests of the checks: that each fault is found tells that the scenarios look where it matters.
// With Fault::none these lanes do the same as the production ones, and all scenarios hold for them as well.
#pragma once

#include <troupe/detail/lanes.hpp>

#include "message.hpp"

namespace troupe::model {

enum class Fault : std::uint8_t {
  none,
  independent_lanes,      ///< an idle bit per lane, which the token's holder clears when it gets there
  load_then_cas,          ///< a signaller looks first, and modifies only if it saw a bit
  no_second_look,         ///< rest doesn't look at the signal lane after its CAS
  relaxed_rest,           ///< the CAS in rest neither releases nor acquires
  relaxed_suspension,     ///< the same for the CAS that leaves SUSP
  relaxed_link,           ///< a sender doesn't release its message
  greedy_take_back,       ///< a failed rest_idle takes back a dead cell's token too, and the other way round
  tails_read_after_rest,  ///< the signal lane's tail is read when it may be somebody else's
  revived_unseen,         ///< a failed rest_dead doesn't wake who was revived as idle meanwhile
};

template <Fault fault>
class FaultyLanes {
 public:
  using Wake = troupe::detail::Wake;

  static constexpr std::uintptr_t idle_bit = 1;
  static constexpr std::uintptr_t dead_bit = 2;
  static constexpr std::uintptr_t susp_bit = 1;
  static constexpr std::uintptr_t flag_bits = 3;

  FaultyLanes() : user_(word(&user_stub_) | dead_bit), sig_(word(&sig_stub_)) {}

  Wake send_user(Node* first, Node* last) {
    const std::uintptr_t old = user_.exchange(word(last), acq_rel);
    node_of(old)->next.store(first, link_order);
    return wake_of(old);
  }

  Wake send_signal(Node* node) {
    const std::uintptr_t old = sig_.exchange(word(node), acq_rel);
    node_of(old)->next.store(node, link_order);
    if (old & susp_bit) return Wake::schedule;
    return ring();
  }

  Wake ring() {
    if constexpr (fault == Fault::independent_lanes) return Wake::none;
    if constexpr (fault == Fault::load_then_cas) {
      std::uintptr_t seen = user_.load(std::memory_order_acquire);
      while (seen & flag_bits) {
        const std::uintptr_t before = seen;
        if (user_.compare_exchange_strong(seen, seen & ~flag_bits, acq_rel, std::memory_order_acquire)) {
          return wake_of(before);
        }
      }
      return Wake::none;
    }
    return wake_of(user_.fetch_and(~flag_bits, acq_rel));
  }

  bool try_take() { return take(idle_bit); }
  bool try_revive() { return take(dead_bit); }
  bool try_revive_idle() { return take(dead_bit, idle_bit); }
  std::uintptr_t user_word() const { return user_.load(std::memory_order_relaxed); }
  Wake send_user(Node* node) { return send_user(node, node); }

  template <class Free>
  Node* pop_user(Free&& free) {
    if constexpr (fault == Fault::independent_lanes) user_.fetch_and(~idle_bit, acq_rel);
    return pop(user_, user_tail_.write(), &user_stub_, free);
  }
  template <class Free>
  Node* pop_signal(Free&& free) {
    if constexpr (fault == Fault::independent_lanes) sig_.fetch_and(~susp_bit, acq_rel);
    return pop(sig_, sig_tail_.write(), &sig_stub_, free);
  }

  Node* user_stub() const { return user_tail_.read() == &user_stub_ ? nullptr : user_tail_.read(); }
  bool is_embedded_stub(const Node* node) const { return node == &user_stub_; }

  void push_embedded_stub() {
    user_stub_.next.store(nullptr, std::memory_order_relaxed);
    node_of(user_.exchange(word(&user_stub_), acq_rel))->next.store(&user_stub_, std::memory_order_release);
  }

  bool rest_idle() {
    return rest(idle_bit, [] { return false; });
  }
  template <class HasComeIn>
  bool rest_idle_unless(HasComeIn&& has_come_in) {
    return rest(idle_bit, has_come_in);
  }
  Wake rest_dead() {
    // Where nobody is revived as idle, there is no other bit to be taken back than the own one.
    if constexpr (fault != Fault::none)
      return rest(dead_bit, [] { return false; }) ? Wake::none : Wake::drain;
    const std::uintptr_t signals_seen = word(sig_tail_.read());
    std::uintptr_t expected = word(user_tail_.read());
    if (!user_.compare_exchange_strong(expected, expected | dead_bit, acq_rel, std::memory_order_relaxed))
      return Wake::drain;
    return sig_.load(std::memory_order_acquire) == signals_seen ? Wake::none : ring();
  }
  bool rest_suspended() {
    std::uintptr_t expected = word(sig_tail_.read());
    return sig_.compare_exchange_strong(expected, expected | susp_bit, suspend_order,
                                        std::memory_order_acquire);
  }

 private:
  static constexpr auto acq_rel = std::memory_order_acq_rel;
  static constexpr auto link_order =
      fault == Fault::relaxed_link ? std::memory_order_relaxed : std::memory_order_release;
  static constexpr auto rest_order = fault == Fault::relaxed_rest ? std::memory_order_relaxed : acq_rel;
  static constexpr auto suspend_order =
      fault == Fault::relaxed_suspension ? std::memory_order_relaxed : acq_rel;

  static std::uintptr_t word(const Node* node) { return reinterpret_cast<std::uintptr_t>(node); }
  static Node* node_of(std::uintptr_t word) { return reinterpret_cast<Node*>(word & ~flag_bits); }
  static Wake wake_of(std::uintptr_t old) {
    if ((old & flag_bits) == 0) return Wake::none;
    return old & dead_bit ? Wake::drain : Wake::schedule;
  }

  bool take(std::uintptr_t bit, std::uintptr_t left = 0) {
    std::uintptr_t head = user_.load(std::memory_order_relaxed);
    return (head & bit) &&
           user_.compare_exchange_strong(head, (head & ~bit) | left, acq_rel, std::memory_order_relaxed);
  }

  template <class Free>
  static Node* pop(const Atomic<std::uintptr_t>& head, Node*& tail, Node* embedded, Free&& free) {
    Node* next = tail->next.load(std::memory_order_acquire);
    if (!next) {
      if (node_of(head.load(std::memory_order_acquire)) == tail) return nullptr;
      for (unsigned spins = 0; !(next = tail->next.load(std::memory_order_acquire)); ++spins) {
        Relax::pause(spins);
      }
    }
    Node* consumed = tail;
    tail = next;
    if (consumed != embedded) free(consumed);
    return next;
  }

  template <class HasComeIn>
  bool rest(std::uintptr_t bit, HasComeIn&& has_come_in) {
    const std::uintptr_t signals_seen = word(sig_tail_.read());
    std::uintptr_t expected = word(user_tail_.read());
    if constexpr (fault == Fault::independent_lanes) {
      std::uintptr_t signals = signals_seen;
      if (!sig_.compare_exchange_strong(signals, signals | susp_bit, acq_rel)) return false;
      if (user_.compare_exchange_strong(expected, expected | bit, acq_rel)) return true;
      return (sig_.fetch_and(~susp_bit, acq_rel) & susp_bit) == 0;
    }
    if (!user_.compare_exchange_strong(expected, expected | bit, rest_order, std::memory_order_relaxed))
      return false;
    if constexpr (fault == Fault::no_second_look) return true;
    const std::uintptr_t seen = sig_.load(std::memory_order_acquire);
    const bool no_signal =
        seen == (fault == Fault::tails_read_after_rest ? word(sig_tail_.read()) : signals_seen);
    if (no_signal && !has_come_in()) return true;
    const std::uintptr_t taken_back = fault == Fault::greedy_take_back ? flag_bits : bit;
    return (user_.fetch_and(~taken_back, acq_rel) & taken_back) == 0;
  }

  Node user_stub_;
  Node sig_stub_;
  Atomic<std::uintptr_t> user_;
  Atomic<std::uintptr_t> sig_;
  Plain<Node*> user_tail_{"the user lane's tail", &user_stub_};
  Plain<Node*> sig_tail_{"the signal lane's tail", &sig_stub_};
};

}  // namespace troupe::model
