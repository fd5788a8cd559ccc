// What the tests of the core share: one World per test, on threads or on a seed, without a moment of real
// time in it. A test that is instantiated with every_scheduler() runs on both, and in tests/simulated_core in
// the simulator too.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe_test {

using namespace std::chrono_literals;

/// Set once by whoever has come so far, awaited by a thread.
class Signal {
 public:
  void set() {
    // release: pairs with the acquire in is_set() and wait().
    set_.store(true, std::memory_order_release);
    set_.notify_all();
  }
  bool is_set() const { return set_.load(std::memory_order_acquire); }
  void wait() const { set_.wait(false, std::memory_order_acquire); }

 private:
  std::atomic<bool> set_{false};
};

class CollectingLog final : public troupe::Log {
 public:
  void write(troupe::LogLevel level, std::string_view line) noexcept override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::string(troupe::to_string(level)) + ": " + std::string(line));
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  /// How many lines have this part.
  std::size_t count(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    std::size_t found = 0;
    for (const std::string& line : lines_) found += line.find(part) != line.npos ? 1 : 0;
    return found;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// How a test's system runs: on so many workers, or, with none, in the test's thread by a seed.
struct RunOn {
  unsigned workers = 0;
  std::uint64_t seed = 0;
};

inline RunOn threads(unsigned workers) { return {workers, 0}; }
inline RunOn seeded(std::uint64_t seed) { return {0, seed}; }

/// A system in the test's thread, and what drives it.
class Seeded {
 public:
  virtual ~Seeded() = default;
  virtual troupe::System& system() = 0;
  virtual troupe::DeterministicScheduler& scheduler() = 0;
};

class PlainSeeded final : public Seeded {
 public:
  PlainSeeded(std::uint64_t seed, troupe::SystemOptions options) : scheduler_(seed) {
    options.scheduler = &scheduler_;
    system_.emplace(options);
  }
  static std::unique_ptr<Seeded> make(std::uint64_t seed, const troupe::SystemOptions& options) {
    return std::make_unique<PlainSeeded>(seed, options);
  }
  troupe::System& system() override { return *system_; }
  troupe::DeterministicScheduler& scheduler() override { return scheduler_; }

 private:
  troupe::DeterministicScheduler scheduler_;
  std::optional<troupe::System> system_;
};

/// What systems without threads are made by. The simulator puts its own here, before main.
inline std::unique_ptr<Seeded> (*make_seeded)(std::uint64_t seed,
                                              const troupe::SystemOptions& options) = &PlainSeeded::make;

inline auto every_scheduler() {
  std::vector<RunOn> all{seeded(1), seeded(2), seeded(3)};
  if (make_seeded == &PlainSeeded::make) all.insert(all.begin(), {threads(1), threads(2)});
  return ::testing::ValuesIn(all);
}
inline std::string name_of(const RunOn& run) {
  return run.workers == 0 ? "Seed" + std::to_string(run.seed) : "Workers" + std::to_string(run.workers);
}
inline std::string run_name(const ::testing::TestParamInfo<RunOn>& info) { return name_of(info.param); }
/// For GoogleTest, which would print its bytes.
inline void PrintTo(const RunOn& run, std::ostream* out) { *out << name_of(run); }

/// With asks that run inside the asker's thread where they may, and with queued ones only.
using RunOnAndInline = std::tuple<RunOn, bool>;
inline auto every_scheduler_and_lane() { return ::testing::Combine(every_scheduler(), ::testing::Bool()); }
inline std::string run_and_inline_name(const ::testing::TestParamInfo<RunOnAndInline>& info) {
  return name_of(std::get<0>(info.param)) + (std::get<1>(info.param) ? "Inline" : "Queued");
}

/// Runs what a test wants done inside an actor's turn.
struct Inside final : troupe::Actor<Inside> {
  using Body = std::function<troupe::Task<>(Inside&)>;
  struct Step {
    Body body;
  };
  troupe::Task<> on(const Step& step) { co_await step.body(*this); }

  using Actor::after;
  using Actor::now;
  using Actor::path;
  using Actor::random;
  using Actor::self;
  using Actor::spawn;
  using Actor::stop;
};

/// A system whose time stands still until the test moves it, and whose log the test can read.
class World {
 public:
  explicit World(const RunOn& run, troupe::SystemOptions options = {}) {
    options.log = &log_;
    if (run.workers == 0) {
      seeded_ = make_seeded(run.seed, options);
      return;
    }
    options.workers = run.workers;
    options.clock = &clock_;
    system_.emplace(options);
  }

  troupe::System& system() { return seeded_ ? seeded_->system() : *system_; }
  troupe::System* operator->() { return &system(); }
  const CollectingLog& log() const { return log_; }
  bool on_threads() const { return !seeded_; }
  /// Only without threads.
  troupe::DeterministicScheduler& scheduler() { return seeded_->scheduler(); }

  /// Moves time, and fires what becomes due. On threads what is fired is sent when this returns.
  void advance(std::chrono::nanoseconds step) {
    if (seeded_) {
      scheduler().advance(step);
    } else {
      clock_.advance(step);
    }
  }
  /// Waits until somebody has come so far. Without threads, time passes only where nothing else can run.
  void await(const Signal& signal) {
    if (on_threads()) return signal.wait();
    EXPECT_TRUE(scheduler().run_until([&] { return signal.is_set(); })) << "nothing is left that could run";
  }
  /// Runs the body in a turn of an actor of its own, and throws what it throws.
  void in_actor(Inside::Body body, const troupe::SpawnOptions& options = {}) {
    const auto actor = system().spawn<Inside>(options);
    actor.ask<Inside::Step>(std::move(body)).within(troupe::Duration::max()).get();
  }
  /// Ends the system before the test ends.
  void end() {
    seeded_.reset();
    system_.reset();
  }

 private:
  CollectingLog log_;
  troupe::ManualClock clock_;
  // One of the two, until end().
  std::unique_ptr<Seeded> seeded_;
  std::optional<troupe::System> system_;
};

/// What happened, in order, in several actors.
class Events {
 public:
  void add(std::string event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> events_;
};

/// Awaits the end of an actor that lives still, and says how it ended.
class EndOf {
 public:
  template <class Address>
  EndOf(World& world, Address actor) : world_(world) {
    auto mourner = world->spawn<Mourner>(this);
    mourner.template ask<typename Mourner::Watch>([actor](Mourner& me) { me.watch(actor); }).get();
  }
  EndOf(const EndOf&) = delete;
  EndOf& operator=(const EndOf&) = delete;

  troupe::Terminated get() {
    world_.await(ended_);
    return news_;
  }

 private:
  struct Mourner final : troupe::Actor<Mourner> {
    struct Watch {
      std::function<void(Mourner&)> watch;
    };
    explicit Mourner(EndOf* to) : owner(to) {}
    void on(const Watch& message) { message.watch(*this); }
    void on(const troupe::Terminated& news) {
      owner->news_ = news;
      owner->ended_.set();
    }
    using Actor::watch;
    EndOf* owner;
  };

  World& world_;
  Signal ended_;
  troupe::Terminated news_;
};

/// The base of tests that run on every scheduler: `World world(GetParam());`.
class OnEveryScheduler : public ::testing::TestWithParam<RunOn> {};

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// What() of the exception that the call throws; empty if it throws none.
template <class Exception, class F>
std::string thrown(F&& call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace troupe_test
