#include "mailbox/locked_mailbox.hpp"
#include <mutex>
#include <utility>
#include <vector>

#include <troupe/errors.hpp>

#include "await/refusal.hpp"
#include "mailbox/overflow.hpp"

namespace troupe::inline v0::detail {

void LockedMailbox::open(const Mailbox& rules, bool has_urgent) {
  const std::lock_guard guard(lock_);
  closed_ = false;
  overflow_ = rules.overflow;
  capacity_ = rules.capacity;
  overflowed_.store(0, std::memory_order_relaxed);
  quotas_.open(Quotas::ordinary, rules.capacity);
  quotas_.open(Quotas::urgent, rules.capacity);
  has_limits_ = false;
  for (std::uint32_t i = 0; i < Mailbox::max_limits; ++i) {
    limited_[i] = rules.limits[i].message;
    quotas_.open(Quotas::first_type + i, rules.limits[i].at_most);
    has_limits_ = has_limits_ || !limited_[i].empty();
  }
  is_plain_ = !has_limits_ && !has_urgent && overflow_ != Overflow::conflate;
}

Quotas::Of LockedMailbox::with_limit(Quotas::Of of, const Envelope& letter) const {
  for (std::uint32_t i = 0; i < Mailbox::max_limits; ++i) {
    if (limited_[i] == letter.ops->message) of.type = Quotas::first_type + i;
  }
  return of;
}

LockedMailbox::Put LockedMailbox::put_in_full(Envelope* letter, AwaitBlock* waiter, Envelope*& displaced) {
  if (waiter) {
    if (closed_) return Put::gone;
    room_.push_back(*waiter, letter);
    return Put::waits;
  }
  overflowed_.store(overflowed() + 1, std::memory_order_relaxed);
  if (overflow_ != Overflow::drop_oldest) return Put::full;
  const Quotas::Of of = quotas_of(*letter);
  displaced = displace_for(of);
  if (!displaced) return Put::full;
  quotas_.accept(of);
  return append(letter);
}

bool LockedMailbox::conflate_with(Envelope* letter, Envelope*& displaced) {
  // The constant of a told message: equal means the same type, and that nobody waits for an answer, unless
  // the message carries its Reply.
  if (letter->ops->destination) return false;
  LetterQueue& queue = queue_of(*letter);
  Envelope* before = nullptr;
  for (Envelope* one = queue.first(); one; before = one, one = LetterQueue::after(*one)) {
    if (one->ops != letter->ops) continue;
    displaced = queue.replace(before, letter);
    overflowed_.store(overflowed() + 1, std::memory_order_relaxed);
    return true;
  }
  return false;
}

Envelope* LockedMailbox::displace_for(Quotas::Of letter) {
  const bool of_type = letter.type != Quotas::none && !quotas_.has_room(letter.type);
  LetterQueue& queue = letter.queue == Quotas::urgent ? urgent_ : ordinary_;
  Envelope* before = nullptr;
  for (Envelope* one = queue.first(); one; before = one, one = LetterQueue::after(*one)) {
    if (one->ops->kind != Kind::user) continue;
    const Quotas::Of of = quotas_of(*one);
    if (of_type && of.type != letter.type) continue;
    quotas_.withdraw(of);
    queued_.store(queued_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
    return queue.unlink(before);
  }
  return nullptr;
}

std::uint32_t LockedMailbox::depth() {
  const std::lock_guard guard(lock_);
  return quotas_.waiting(Quotas::ordinary) + quotas_.waiting(Quotas::urgent);
}

// --- those who wait for room

namespace {

/// A letter that waits for room: whether it is wanted still. Of a delivery it is claimed herewith.
bool is_wanted(AwaitBlock& waiter) {
  const std::uint64_t number = waiter.number();
  if (waiter.room.delivers) return waiter.claim(number);
  return waiter.state.load(std::memory_order_relaxed) == AwaitBlock::word(number, AwaitBlock::pending);
}

/// An ask that has been answered, by its deadline, has nothing to lose by its letter's end.
void forget_answer(const AwaitBlock& waiter, Envelope& letter) {
  if (!waiter.room.delivers) destination_in(letter) = {};
}

}  // namespace

void LockedMailbox::let_in() {
  AwaitBlock* delivered = nullptr;
  LetterQueue orphans;
  {
    const std::lock_guard guard(lock_);
    while (AwaitBlock* waiter = room_.first()) {
      const Quotas::Of of = quotas_of(*waiter->room.letter);
      if (!quotas_.has_room(of)) break;
      Envelope* letter = room_.remove(*waiter);
      if (!is_wanted(*waiter)) {
        forget_answer(*waiter, *letter);
        orphans.push_back(letter);
        continue;
      }
      quotas_.accept(of);
      append(letter);
      if (waiter->room.delivers) waiter->room.next = std::exchange(delivered, waiter);
    }
  }
  while (delivered) {
    AwaitBlock* waiter = std::exchange(delivered, delivered->room.next);
    send_claimed_value<void>(Destination{waiter, waiter->number()});
  }
  // Whoever waited with them has been told.
  while (!orphans.empty()) drop_silently(orphans.pop_front());
}

void LockedMailbox::withdraw(AwaitBlock& waiter) noexcept {
  Envelope* letter = nullptr;
  {
    const std::lock_guard guard(lock_);
    letter = room_.remove(waiter);
  }
  if (!letter) return;
  forget_answer(waiter, *letter);
  drop_silently(letter);
}

void LockedMailbox::close(const Drop& why) {
  struct Refused {
    Destination to;
    Envelope* letter;
  };
  std::vector<Refused> refused;
  {
    const std::lock_guard guard(lock_);
    closed_ = true;
    while (AwaitBlock* waiter = room_.first()) {
      const Destination to{waiter, waiter->number()};
      refused.push_back({waiter->room.delivers ? to : Destination{}, room_.remove(*waiter)});
    }
  }
  for (const auto& [to, letter] : refused) {
    if (to) send_error(to, refusal(not_accepted(*letter->ops), why));
    letter->ops->drop(*letter, why);
    free_envelope(letter);
  }
}

// --- the runner

/// Under the lock. An urgent letter, or null: then what there is of others is in the batch.
Envelope* LockedMailbox::refill() {
  const std::lock_guard guard(lock_);
  std::uint32_t queued = queued_.load(std::memory_order_relaxed);
  Envelope* urgent = nullptr;
  if (!urgent_.empty()) {
    urgent = urgent_.pop_front();
    --queued;
  }
  urgent_there_.store(!urgent_.empty(), std::memory_order_relaxed);
  if (!urgent && batch_.empty() && !ordinary_.empty()) {
    if (overflow_ == Overflow::reject) {
      // Nobody will displace any of them: no need for the lock with each.
      std::swap(batch_, ordinary_);
      queued = 0;
    } else {
      batch_.push_back(ordinary_.pop_front());
      --queued;
    }
  }
  queued_.store(queued, std::memory_order_relaxed);
  return urgent;
}

Envelope* LockedMailbox::take_slowly() {
  Envelope* letter = nullptr;
  if (batch_.empty() || urgent_there_.load(std::memory_order_relaxed)) letter = refill();
  if (!letter && !batch_.empty()) letter = batch_.pop_front();
  if (letter) give_place_back(*letter);
  if (room_.size() == 0) return letter;
  let_in();
  return letter || !has_letter() ? letter : take();
}

const Envelope* LockedMailbox::peek() const {
  if (urgent_.first()) return urgent_.first();
  return batch_.first() ? batch_.first() : ordinary_.first();
}

bool LockedMailbox::bring_forward(const std::function<bool(const Envelope&)>& is_wanted) {
  const std::lock_guard guard(lock_);
  LetterQueue all;
  all.append(urgent_);
  all.append(batch_);
  all.append(ordinary_);
  urgent_there_.store(false, std::memory_order_relaxed);
  queued_.store(0, std::memory_order_relaxed);
  Envelope* before = nullptr;
  Envelope* found = all.first();
  while (found && !is_wanted(*found)) before = std::exchange(found, LetterQueue::after(*found));
  if (found) all.push_front(all.unlink(before));
  batch_ = all;
  return found != nullptr;
}

void refuse_limits() {
  throw UsageError(
      "a mailbox takes limits of four types of messages at most: limit what floods it, and bound the rest by "
      "bounded(n)");
}

}  // namespace troupe::inline v0::detail
