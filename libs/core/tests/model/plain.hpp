// model::Plain, for data that isn't atomic, and model::Channel, for queues that aren't under test.
#pragma once

#include <deque>
#include <string>
#include <utility>

#include "machine.hpp"

namespace troupe::model {

/// Reports two accesses of which one writes and neither happens before the other.
template <class T>
class Plain {
 public:
  explicit Plain(const char* name, T value = T{}) : name_(name), value_(std::move(value)) { note(written_); }

  const T& read() const {
    expect(written_, "read", "written");
    note(read_);
    return value_;
  }

  T& write() {
    expect(written_, "written", "written");
    expect(read_, "written", "read");
    note(written_);
    return value_;
  }

 private:
  static Clock& now() { return machine().memory.mind(machine().self()).now.clock; }
  static void note(Clock& when) { when.raise(machine().self(), now().at[machine().self()]); }

  void expect(const Clock& before, const char* does, const char* did) const {
    if (now().first_behind(before) != max_threads) {
      machine().fail("data race: " + std::string(name_) + " is " + does + ", and that it was " + did +
                     " by another thread didn't happen before");
    }
  }

  const char* name_;
  T value_;
  Clock written_;
  mutable Clock read_;
};

/// A queue whose items hand over what their sender knew, and nothing else: the least that a correct ready
/// queue or free list promises. Each operation is a step.
template <class T>
class Channel {
 public:
  explicit Channel(const char* name) : name_(name) {}

  void push(T item) {
    machine().step();
    note("push");
    items_.push_back({std::move(item), machine().memory.release(machine().self())});
  }

  /// The oldest item, or T{} when there is none.
  T try_pop() {
    machine().step();
    return take();
  }

  /// Waits for an item; T{} when none can come any more, since all other threads have ended or wait as well.
  T pop() {
    machine().wait_until([this] { return !items_.empty(); }, true, name_);
    return take();
  }

  [[nodiscard]] std::size_t size() const { return items_.size(); }

 private:
  T take() {
    note(items_.empty() ? "pop: nothing" : "pop");
    if (items_.empty()) return T{};
    T item = std::move(items_.front().first);
    machine().memory.hand_over(machine().self(), items_.front().second);
    items_.pop_front();
    return item;
  }
  void note(const char* what) const {
    if (machine().recording()) machine().record(std::string(name_) + '.' + what);
  }

  const char* name_;
  std::deque<std::pair<T, Knowledge>> items_;
};

}  // namespace troupe::model
