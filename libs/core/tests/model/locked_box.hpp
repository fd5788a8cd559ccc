// A mailbox beside the lanes, as LockedMailbox is: letters behind a byte lock, and a count that is looked at
// without it. What it models is who rings, and who looks again: not quotas, nor those who wait for room.
#pragma once

#include <cstdint>
#include <deque>

#include "atomic.hpp"
#include "message.hpp"
#include "plain.hpp"

namespace troupe::model {

class LockedBox {
 public:
  explicit LockedBox(const char* cell) { name_atomics(*this, std::string(cell) + ".box.", "lock", "queued"); }

  enum class Put : std::uint8_t { accepted, accepted_first, gone };
  /// From now on what is sent to this generation is taken; 0: nothing is.
  void begin(std::uint64_t generation) {
    lock();
    generation_.write() = generation;
    unlock();
  }
  Put put(Message& message) {
    lock();
    if (generation_.read() != message.generation) {
      unlock();
      return Put::gone;
    }
    letters_.write().push_back(&message);
    const auto before = queued_.load(std::memory_order_relaxed);
    queued_.store(before + 1, std::memory_order_relaxed);
    unlock();
    return before == 0 ? Put::accepted_first : Put::accepted;
  }

  Message* take() {
    lock();
    Message* message = nullptr;
    if (auto& letters = letters_.write(); !letters.empty()) {
      message = letters.front();
      letters.pop_front();
      queued_.store(queued_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
    }
    unlock();
    return message;
  }

  bool looks_empty() const { return queued_.load(std::memory_order_acquire) == 0; }

 private:
  void lock() {
    for (unsigned spins = 0; lock_.exchange(1, std::memory_order_acquire) != 0; ++spins) {
      while (lock_.load(std::memory_order_relaxed) != 0) Relax::pause(spins++);
    }
  }
  void unlock() { lock_.store(0, std::memory_order_release); }

  Atomic<std::uint64_t> lock_{0};
  Atomic<std::uint64_t> queued_{0};
  Plain<std::uint64_t> generation_{"the box's generation"};
  Plain<std::deque<Message*>> letters_{"the box's letters"};
};

}  // namespace troupe::model
