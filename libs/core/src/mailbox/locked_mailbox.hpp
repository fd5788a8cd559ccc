// The mailbox of an actor that has a bound, limits of single types, or urgent messages: queues behind a byte
// lock, in place of the cell's lane of messages. Those who wait for room wait here, in order of arrival.
// docs/design/backpressure.md has the choices.
//
// Thread-safety: put(), withdraw() and the observers from any thread, the rest by the token's holder alone.
//
// Invariants
//  1. The runner rests only after it has found the queues empty under the lock, or looks again after its
//     token is given back (looks_empty()). Who puts a letter into empty queues rings, and looks at the token.
//  2. A letter is put in only while its receiver lives: its generation is compared, under the lock, with the
//     mailbox's own copy. The cell's is on a line that the runner writes all the time. So what lies in the
//     queues is of this actor.
//  3. An await block is in the list of those who wait for as long as its `letter` is set; both change under
//     the lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>

#include <troupe/detail/await.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/mailbox.hpp>

#include "mailbox/byte_lock.hpp"
#include "mailbox/letter_queue.hpp"
#include "mailbox/quotas.hpp"
#include "mailbox/room_queue.hpp"

namespace troupe::inline v0::detail {

/// Whether it says anything that a mailbox has to keep to.
inline bool has_rules(const Mailbox& mailbox) {
  const bool is_bounded = mailbox.capacity != Mailbox::by_system && mailbox.capacity != Mailbox::no_bound;
  return is_bounded || !mailbox.limits.front().message.empty();
}

class LockedMailbox {
 public:
  /// `has_urgent`: some messages of its actor are. @pre nobody knows the actor yet
  void open(const Mailbox& rules, bool has_urgent);
  /// From now on letters to this actor are taken.
  void begin(std::uint64_t gen) {
    const std::lock_guard guard(lock_);
    gen_ = gen;
  }
  /// From now on none are.
  void end() { begin(0); }

  // --- any thread
  enum class Put : std::uint8_t {
    accepted,
    accepted_first,  ///< ring: the runner may rest
    full,            ///< the letter is the caller's still
    waits,           ///< the letter is in the await block, which waits for room
    gone,            ///< the actor has ended, or takes nobody who waits: the letter is the caller's still
  };
  /// `displaced` is what had to make room, the caller's to drop, or null.
  Put put(Envelope* letter, Envelope*& displaced) { return put(letter, nullptr, displaced); }
  /// As put(), of what may wait: displaces nothing but by conflation, and isn't counted when there is no
  /// room.
  Put put_at_once(Envelope* letter, Envelope*& displaced) {
    displaced = nullptr;
    const std::lock_guard guard(lock_);
    return put_in_room(letter, true, displaced);
  }
  /// Waits for room in `waiter`, if there is none. Displaces nothing but by conflation.
  Put put_or_wait(Envelope* letter, AwaitBlock& waiter, Envelope*& displaced) {
    return put(letter, &waiter, displaced);
  }
  /// The asker doesn't wait for room any more: its letter, if it has not been let in, ends here.
  void withdraw(AwaitBlock& waiter) noexcept;

  /// For the second look after the token was given back.
  bool looks_empty() const { return queued_.load(std::memory_order_acquire) == 0; }
  std::uint32_t depth();  ///< what waits and is counted
  std::uint32_t capacity() const { return capacity_; }
  /// Letters that were refused or displaced since open().
  std::uint64_t overflowed() const { return overflowed_.load(std::memory_order_relaxed); }
  /// Letters that waited, and gave their place to others.
  std::uint64_t displaced() const { return overflow_ == Overflow::reject ? 0 : overflowed(); }
  std::uint32_t waiters() const { return room_.size(); }

  // --- the token's holder
  /// The next letter, in a block of its own; null: there is none.
  Envelope* take() {
    if (batch_.empty() || urgent_there_.load(std::memory_order_relaxed) || room_.size() != 0)
      return take_slowly();
    Envelope* letter = batch_.pop_front();
    give_place_back(*letter);
    return letter;
  }
  /// Lets in who waits, as far as there is room. Before a rest with a turn that awaits: a waiter may have
  /// come just when its room was made.
  void let_in();
  bool has_letter() const { return !batch_.empty() || !looks_empty(); }
  /// What take() would return, left in its place.
  const Envelope* peek() const;
  /// Makes the first letter that is wanted the next one. False: there is none. Takes all out of the reach of
  /// senders who would displace them.
  bool bring_forward(const std::function<bool(const Envelope&)>& is_wanted);
  /// From now on nobody may wait for room: those who do get this error, and their letters are dropped.
  void close(const Drop& why);

 private:
  Put put(Envelope* letter, AwaitBlock* waiter, Envelope*& displaced) {
    displaced = nullptr;
    const std::lock_guard guard(lock_);
    const bool is_asked = waiter && !waiter->room.delivers;
    const Put outcome = put_in_room(letter, !is_asked, displaced);
    return outcome == Put::full ? put_in_full(letter, waiter, displaced) : outcome;
  }
  // Under the lock.
  Put put_in_room(Envelope* letter, bool may_conflate, Envelope*& displaced) {
    if (letter->addressee() != gen_) return Put::gone;
    if (is_plain_ && letter->ops->kind == Kind::user) [[likely]]
      return put_plainly(letter);
    return put_by_rules(letter, may_conflate, displaced);
  }
  // Out of line: few have such rules.
  [[gnu::noinline]] Put put_by_rules(Envelope* letter, bool may_conflate, Envelope*& displaced) {
    if (letter->ops->kind != Kind::user) return append(letter);
    if (overflow_ == Overflow::conflate && may_conflate && conflate_with(letter, displaced))
      return Put::accepted;
    const Quotas::Of of = quotas_of(*letter);
    if (!has_room(of)) return Put::full;
    quotas_.accept(of);
    return append(letter);
  }
  Put put_plainly(Envelope* letter) {
    constexpr Quotas::Of of{Quotas::ordinary, Quotas::none};
    if (!has_room(of)) return Put::full;
    quotas_.accept(of);
    ordinary_.push_back(letter);
    return count_queued();
  }
  Put put_in_full(Envelope* letter, AwaitBlock* waiter, Envelope*& displaced);
  /// Room that is made while others wait for it is theirs.
  bool has_room(Quotas::Of letter) { return room_.size() == 0 && quotas_.has_room(letter); }
  bool conflate_with(Envelope* letter, Envelope*& displaced);
  Envelope* displace_for(Quotas::Of letter);
  Put append(Envelope* letter) {
    queue_of(*letter).push_back(letter);
    if (letter->ops->urgent) urgent_there_.store(true, std::memory_order_relaxed);
    return count_queued();
  }
  Put count_queued() {
    const std::uint32_t before = queued_.load(std::memory_order_relaxed);
    // Relaxed: who looks without the lock has the sender's ring, or the token, to order it.
    queued_.store(before + 1, std::memory_order_relaxed);
    return before == 0 ? Put::accepted_first : Put::accepted;
  }
  Envelope* take_slowly();
  void give_place_back(const Envelope& letter) {
    if (letter.ops->kind != Kind::user) return;
    quotas_.give_back(is_plain_ ? Quotas::Of{Quotas::ordinary, Quotas::none} : quotas_of(letter));
  }
  Envelope* refill();
  Quotas::Of quotas_of(const Envelope& letter) const {
    const Quotas::Of of{letter.ops->urgent ? Quotas::urgent : Quotas::ordinary, Quotas::none};
    return has_limits_ ? with_limit(of, letter) : of;
  }
  Quotas::Of with_limit(Quotas::Of of, const Envelope& letter) const;
  LetterQueue& queue_of(const Envelope& letter) { return letter.ops->urgent ? urgent_ : ordinary_; }

  // Written by senders, under the lock.
  alignas(64) ByteLock lock_;
  bool closed_ = false;
  std::uint64_t gen_ = 0;  ///< of the actor that lives; no generation is 0
  LetterQueue ordinary_;
  LetterQueue urgent_;
  std::atomic<std::uint32_t> queued_{0};  ///< in both
  Quotas quotas_;                         ///< its second half is written by the runner
  // The runner's.
  LetterQueue batch_;  ///< taken out of `ordinary_` at once
  // Read by all, seldom written.
  alignas(64) RoomQueue room_;
  std::atomic<bool> urgent_there_{false};  ///< written under the lock; the runner comes under it to act on it
  Overflow overflow_ = Overflow::reject;
  bool has_limits_ = false;
  bool is_plain_ = false;  ///< has one bound, for all messages alike, and rejects or drops what is over it
  std::uint32_t capacity_ = Mailbox::no_bound;
  std::array<std::string_view, Mailbox::max_limits> limited_{};
  std::atomic<std::uint64_t> overflowed_{0};
};

}  // namespace troupe::inline v0::detail
