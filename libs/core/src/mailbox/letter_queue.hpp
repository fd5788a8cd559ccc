// Letters in a row, linked through their own nodes. Not synchronised: whoever owns the queue does that.
#pragma once

#include <troupe/detail/envelope.hpp>

namespace troupe::inline v0::detail {

class LetterQueue {
 public:
  bool empty() const { return first_ == nullptr; }
  Envelope* first() const { return first_; }
  static Envelope* after(const Envelope& letter) {
    return static_cast<Envelope*>(letter.next.load(std::memory_order_relaxed));
  }

  void push_back(Envelope* letter) {
    link(*letter, nullptr);
    if (first_) {
      link(*last_, letter);
    } else {
      first_ = letter;
    }
    last_ = letter;
  }
  void push_front(Envelope* letter) {
    link(*letter, first_);
    first_ = letter;
    if (!last_) last_ = letter;
  }
  void append(LetterQueue& others) {
    while (!others.empty()) push_back(others.pop_front());
  }
  /// @pre not empty
  Envelope* pop_front() {
    Envelope* letter = first_;
    first_ = after(*letter);
    if (!first_) last_ = nullptr;
    return letter;
  }
  /// Takes out the letter after `before`; null: the first. @pre there is one
  Envelope* unlink(Envelope* before) {
    Envelope* letter = before ? after(*before) : first_;
    Envelope* next = after(*letter);
    if (before) {
      link(*before, next);
    } else {
      first_ = next;
    }
    if (last_ == letter) last_ = before;
    return letter;
  }
  /// Puts `other` where the letter after `before` stands, which it returns.
  Envelope* replace(Envelope* before, Envelope* other) {
    Envelope* letter = before ? after(*before) : first_;
    link(*other, after(*letter));
    if (before) {
      link(*before, other);
    } else {
      first_ = other;
    }
    if (last_ == letter) last_ = other;
    return letter;
  }

 private:
  // Relaxed: the owner's lock, or token, orders all.
  static void link(Envelope& letter, Envelope* next) { letter.next.store(next, std::memory_order_relaxed); }

  Envelope* first_ = nullptr;
  Envelope* last_ = nullptr;
};

}  // namespace troupe::inline v0::detail
