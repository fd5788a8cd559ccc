// The machine that a scenario runs on: threads, memory, and the choices that make up one execution.
//
// Every atomic operation is a step: before it, the machine chooses whose step is next. Plain accesses aren't
// steps: without a data race, which is reported, nobody could tell the difference.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "choices.hpp"
#include "fiber.hpp"
#include "memory.hpp"

namespace troupe::model {

struct Options {
  std::string name = "scenario";
  unsigned preemptions = 2;                  ///< at most so many switches away from a thread that could go on
  unsigned stale_reads = 1000;               ///< at most so many loads that don't read the newest store
  std::size_t max_executions = 100'000'000;  ///< more is an error
  std::size_t max_steps = 5000;              ///< in one execution: more is an error, it probably never ends
};

/// Unwinds the threads of an execution that has failed.
struct Abandoned {};

class Machine {
 public:
  Machine(const Options& options, Choices& choices) : options_(options), choices_(choices) {}
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // --- the scenario ------------------------------------------------------------------------------------

  /// Adds a thread; its steps begin with join(). It shall own nothing that outlives the scenario.
  void thread(std::string_view name, std::function<void()> body) {
    if (used_ == max_threads) throw std::length_error("raise max_threads");
    const std::size_t id = used_++;
    if (id >= slots_.size()) slots_.push_back(std::make_unique<Slot>([this, id] { serve(id); }));
    Slot& slot = *slots_[id];
    slot.name = name;
    slot.body = std::move(body);
    slot.finished = false;
    slot.wait = {};
    memory.hand_over(id, memory.release(0));
    // Up to its first step a thread can't be told apart from one that hasn't started.
    starting_ = true;
    resume(id);
    starting_ = false;
    if (failed()) throw Abandoned{};
  }

  /// Runs all threads to their end. Afterwards the scenario knows all that they did.
  void join() {
    if (const std::size_t first = pick(false); first != 0) resume(first);
    if (failed()) throw Abandoned{};
    for (std::size_t id = 1; id < used_; ++id) memory.hand_over(0, memory.mind(id).now);
    ended_ = true;
  }

  // --- any thread of the model -------------------------------------------------------------------------

  /// The point before an operation that other threads can see.
  void step() {
    if (current_ == 0) return;  // the scenario's own operations come before or after all threads
    if (++steps_ > options_.max_steps) fail("the execution doesn't end: raise max_steps, or bound a loop");
    const std::size_t self = current_;
    if (starting_) {
      go_to(0);
    } else if (const std::size_t next = pick(true); next != self) {
      go_to(next);
    }
    if (failed()) throw Abandoned{};
    pass_spin(*slots_[self]);
  }

  /// Waits for a step at which `ready` holds. With `or_quiescent` it also ends, with false, when all other
  /// threads have ended or wait like this one.
  template <class Ready>
  bool wait_until(Ready ready, bool or_quiescent, std::string_view what) {
    if (current_ == 0) {
      if (!ready()) fail("the scenario itself would wait for " + std::string(what));
      return true;
    }
    Wait& wait = slots_[current_]->wait;
    wait.ready = [](void* it) { return (*static_cast<Ready*>(it))(); };
    wait.argument = &ready;
    wait.or_quiescent = or_quiescent;
    wait.what = what;
    step();
    wait.ready = nullptr;
    return !quiescent_ || ready();
  }

  /// A turn of a spin loop: its thread goes on once the location that it has last loaded has a newer store
  /// than the one that it saw, and sees that or a newer one. All turns that change nothing are thus one.
  void pause() { slots_[current_]->wait.spins = current_ != 0; }

  unsigned choose(unsigned count) { return choices_.choose(count); }

  /// How many of `count` stores, from the newest back, a load may read: all, unless it's old enough.
  unsigned allowed_stale(std::size_t count) {
    if (current_ == 0) return 1;
    return static_cast<unsigned>(std::min<std::size_t>(count, options_.stale_reads - stale_reads_ + 1));
  }
  void count_stale(bool stale) { stale_reads_ += stale; }
  void last_loaded(std::size_t location, std::size_t index) {
    if (current_ == 0) return;
    slots_[current_]->wait.location = location;
    slots_[current_]->wait.seen = index;
  }

  void check(bool holds, std::string_view what) {
    if (!holds) fail(std::string(what));
  }
  [[noreturn]] void fail(const std::string& what) {
    note_failure(slots_.empty() ? what : slots_[current_]->name + ": " + what);
    throw Abandoned{};
  }

  [[nodiscard]] std::size_t self() const { return current_; }
  [[nodiscard]] bool failed() const { return !failure_.empty(); }
  [[nodiscard]] const std::string& failure() const { return failure_; }

  // --- the record of a failure -------------------------------------------------------------------------

  [[nodiscard]] bool recording() const { return recording_; }
  void record(const std::string& line) {
    std::string text = slots_[current_]->name;
    text.resize(std::max<std::size_t>(text.size(), 14), ' ');
    record_ += "  " + text + ' ' + line + '\n';
  }
  [[nodiscard]] const std::string& interleaving() const { return record_; }

  // --- the explorer ------------------------------------------------------------------------------------

  /// One execution, from the start, along the path of the choices.
  void run(const std::function<void(Machine&)>& scenario, bool recording) {
    if (slots_.empty()) slots_.push_back(std::make_unique<Slot>());
    slots_[0]->name = "(scenario)";
    memory.reset();
    used_ = 1;
    current_ = 0;
    preemptions_ = stale_reads_ = 0;
    steps_ = 0;
    starting_ = quiescent_ = ended_ = false;
    failure_.clear();
    record_.clear();
    recording_ = recording;
    try {
      scenario(*this);
      if (!ended_ && used_ > 1) note_failure("the scenario has threads, and never joins them");
    } catch (const Abandoned&) {
    }
    unwind();
  }

  Memory memory;

 private:
  struct Wait {
    bool (*ready)(void*) = nullptr;
    void* argument = nullptr;
    bool or_quiescent = false;
    std::string_view what;
    bool spins = false;  // and if so, for a store newer than `seen` at `location`
    std::size_t location = 0;
    std::size_t seen = 0;
  };

  struct Slot {
    Slot() = default;
    explicit Slot(std::function<void()> entry) : fiber(std::move(entry)) {}

    std::string name;
    std::function<void()> body;
    bool finished = true;
    Wait wait;
    Fiber fiber;
  };

  /// The life of a fiber, which serves one execution after the other.
  void serve(std::size_t id) {
    for (;;) {
      Slot& slot = *slots_[id];
      try {
        slot.body();
      } catch (const Abandoned&) {
      } catch (const std::exception& error) {
        note_failure(slot.name + " has thrown: " + error.what());
      }
      slot.finished = true;
      go_to(starting_ || failed() ? 0 : pick(false));
    }
  }

  void go_to(std::size_t id) {
    Slot& self = *slots_[current_];
    current_ = id;
    self.fiber.switch_to(slots_[id]->fiber);
  }
  void resume(std::size_t id) { go_to(id); }

  /// Whose step is next: 0, the scenario, when all have finished or the execution has failed. To go on with
  /// the same thread is the first choice, and the only one once the preemptions are used up.
  std::size_t pick(bool may_go_on) {
    std::array<std::size_t, max_threads> enabled;
    unsigned count = 0;
    const bool goes_on = may_go_on && is_enabled(*slots_[current_]);
    if (goes_on) enabled[count++] = current_;
    if (goes_on && preemptions_ >= options_.preemptions) return current_;
    for (std::size_t id = 1; id < used_; ++id) {
      if ((id != current_ || !goes_on) && is_enabled(*slots_[id])) enabled[count++] = id;
    }
    if (count == 0) return pick_at_rest();
    const unsigned choice = quiescent_ ? 0 : choices_.choose(count);
    if (goes_on && choice != 0) ++preemptions_;
    return enabled[choice];
  }

  std::size_t pick_at_rest() {
    std::size_t first = 0;
    std::string waits;
    for (std::size_t id = used_ - 1; id > 0; --id) {
      const Slot& slot = *slots_[id];
      if (slot.finished) continue;
      first = id;
      if (!slot.wait.spins && slot.wait.or_quiescent) continue;
      waits += ", " + slot.name + " waits for " + std::string(slot.wait.spins ? "a store" : slot.wait.what);
    }
    if (waits.empty()) {
      quiescent_ = first != 0;
      return first;
    }
    note_failure("deadlock" + waits);
    return 0;
  }

  bool is_enabled(const Slot& slot) {
    if (slot.finished) return false;
    if (slot.wait.spins) return memory.location(slot.wait.location).stores.size() > slot.wait.seen + 1;
    if (slot.wait.ready) return (quiescent_ && slot.wait.or_quiescent) || slot.wait.ready(slot.wait.argument);
    return true;
  }

  void pass_spin(Slot& slot) {
    if (!slot.wait.spins) return;
    slot.wait.spins = false;
    memory.mind(current_).now.view.raise(slot.wait.location, slot.wait.seen + 1);
  }

  void note_failure(const std::string& what) {
    if (failure_.empty()) failure_ = what;
  }

  /// Lets the threads of a failed execution end: each is thrown out of the step that it is at.
  void unwind() {
    if (!failed()) return;
    current_ = 0;
    for (std::size_t id = 1; id < used_; ++id) {
      if (!slots_[id]->finished) resume(id);
    }
  }

  const Options& options_;
  Choices& choices_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::size_t used_ = 1;
  std::size_t current_ = 0;
  unsigned preemptions_ = 0;
  unsigned stale_reads_ = 0;
  std::size_t steps_ = 0;
  bool starting_ = false;   // a thread runs up to its first step
  bool quiescent_ = false;  // nothing but waiting for work is left
  bool ended_ = false;
  bool recording_ = false;
  std::string failure_;
  std::string record_;
};

inline Machine* active_machine = nullptr;

/// The machine of the exploration that is under way.
inline Machine& machine() { return *active_machine; }

/// What the code under test calls in its spin loops.
struct Relax {
  static void pause(unsigned /*spins*/) { machine().pause(); }
};

}  // namespace troupe::model
