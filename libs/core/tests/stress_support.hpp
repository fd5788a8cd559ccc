// What the stress tests share: a seed and how to repeat it, a watchdog, and a ledger of messages.
//
// Environment: TROUPE_SEED (default: from the clock), TROUPE_STRESS_SECONDS (5), TROUPE_STRESS_MESSAGES.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/troupe.hpp>

namespace troupe::stress {

inline std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text && *text ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// The program's settings: read once, and printed with the one command that repeats the run.
struct Settings {
  std::uint64_t seed = number_from(
      "TROUPE_SEED", static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()));
  std::chrono::seconds duration{number_from("TROUPE_STRESS_SECONDS", 5)};

  static const Settings& get() {
    static const Settings settings;
    return settings;
  }
  std::string command() const {
    const auto& test = *testing::UnitTest::GetInstance()->current_test_info();
    return "TROUPE_SEED=" + std::to_string(seed) +
           " TROUPE_STRESS_SECONDS=" + std::to_string(duration.count()) + ' ' +
           testing::internal::GetArgvs().front() + " --gtest_filter=" + test.test_suite_name() + '.' +
           test.name();
  }
};

/// SplitMix64. Each thread and actor has its own.
class Random {
 public:
  explicit Random(std::uint64_t stream)
      : state_(Settings::get().seed * 0x9E3779B97F4A7C15u + stream * 0xD1B54A32D192ED03u) {}
  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  bool percent(unsigned chance) { return below(100) < chance; }

 private:
  std::uint64_t state_;
};

/// Ends the process, with the seed and what the systems look like, when nothing has moved for a minute.
class Watchdog {
 public:
  explicit Watchdog(std::function<std::string()> describe) : describe_(std::move(describe)) {
    std::printf("repeat: %s\n", Settings::get().command().c_str());
    std::fflush(stdout);
    thread_ = std::thread([this] { run(); });
  }
  explicit Watchdog(const System& system) : Watchdog([&system] { return to_string(system.tree()); }) {}
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  void progress() { steps_.fetch_add(1, std::memory_order_relaxed); }

 private:
  static constexpr int patience_seconds = 60;

  void run() {
    std::unique_lock lock(mutex_);
    std::uint64_t seen = 0;
    for (int still = 0; !over_;) {
      // sleeps: a hang can only be told from slowness by waiting
      changed_.wait_for(lock, std::chrono::seconds(1));
      const std::uint64_t steps = steps_.load(std::memory_order_relaxed);
      still = steps == seen ? still + 1 : 0;
      seen = steps;
      if (!over_ && still >= patience_seconds) give_up();
    }
  }
  [[noreturn]] void give_up() {
    std::fprintf(stderr, "nothing has moved for %d s; repeat: %s\n", patience_seconds,
                 Settings::get().command().c_str());
    std::fprintf(stderr, "%s\n", describe_().c_str());
    std::abort();
  }

  std::function<std::string()> describe_;
  std::atomic<std::uint64_t> steps_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

/// Until when a test driven by time goes on.
class Timer {
 public:
  explicit Timer(unsigned part_of = 1)
      : end_(std::chrono::steady_clock::now() +
             std::chrono::milliseconds(Settings::get().duration) / part_of) {}
  bool over() const { return std::chrono::steady_clock::now() >= end_; }

 private:
  std::chrono::steady_clock::time_point end_;
};

/// What became of the messages: each ticket is issued once, and ends once: handled, or dropped.
struct Ledger {
  std::atomic<std::uint64_t> issued{0};
  std::atomic<std::uint64_t> handled{0};
  std::atomic<std::uint64_t> dropped{0};

  std::uint64_t ended() const { return handled.load() + dropped.load(); }
  std::uint64_t under_way() const {
    const std::uint64_t gone = ended();  // first, so that the difference is never negative
    return issued.load() - gone;
  }
  /// Lets the actors catch up, so that the mailboxes stay bounded.
  void keep_below(std::uint64_t limit) const {
    while (under_way() > limit) std::this_thread::yield();
  }
  /// @pre all actors have ended
  void expect_balanced(const DeadLetterCounts& dead) const {
    EXPECT_EQ(issued.load(), ended()) << Settings::get().command();
    EXPECT_EQ(dropped.load(), dead.total() - dead[Undelivered::late_reply]) << Settings::get().command();
    std::printf("  %llu messages: %llu handled, %llu dead letters, %llu late replies\n",
                static_cast<unsigned long long>(issued.load()),
                static_cast<unsigned long long>(handled.load()),
                static_cast<unsigned long long>(dropped.load()),
                static_cast<unsigned long long>(dead[Undelivered::late_reply]));
  }
};

/// Part of a message. Moves with it; the last place it was in says how the message ended.
class Ticket {
 public:
  explicit Ticket(Ledger& ledger) : ledger_(&ledger) { ledger.issued.fetch_add(1); }
  Ticket(Ticket&& other) noexcept : ledger_(std::exchange(other.ledger_, nullptr)) { other.check(); }
  Ticket& operator=(Ticket&&) = delete;
  ~Ticket() {
    check();
    canary_ = 0;
    if (ledger_) ledger_->dropped.fetch_add(1);
  }
  /// The message has been handled, to the end of its turn.
  void done() const {
    check();
    Ledger* ledger = std::exchange(ledger_, nullptr);
    if (!ledger) die("a message was handled twice");
    ledger->handled.fetch_add(1);
  }

 private:
  static constexpr std::uint64_t sound = 0x600DC0DE600DC0DE;
  void check() const {
    if (canary_ != sound) die("a message was used after its end");
  }
  [[noreturn]] static void die(const char* what) {
    std::fprintf(stderr, "%s; repeat: %s\n", what, Settings::get().command().c_str());
    std::abort();
  }
  mutable Ledger* ledger_;
  volatile std::uint64_t canary_ = sound;
};

/// Aborts if two handlers of one actor overlap. The member is plain, so that ThreadSanitizer sees what the
/// check misses.
class OneAtATime {
 public:
  class Scope {
   public:
    explicit Scope(OneAtATime& owner) : owner_(owner) {
      if (std::exchange(owner_.inside_, true)) std::abort();
    }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { owner_.inside_ = false; }

   private:
    OneAtATime& owner_;
  };

 private:
  bool inside_ = false;
};

/// Counts its living instances.
template <class Tag>
struct Counted {
  static inline std::atomic<std::int64_t> alive{0};
  Counted() { alive.fetch_add(1, std::memory_order_relaxed); }
  Counted(const Counted&) { alive.fetch_add(1, std::memory_order_relaxed); }
  Counted& operator=(const Counted&) = default;
  ~Counted() { alive.fetch_sub(1, std::memory_order_relaxed); }
};

}  // namespace troupe::stress
