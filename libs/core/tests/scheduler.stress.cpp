// Goal: whatever becomes ready is run, by a thread of its own group, however it was pushed: no wake-up is
// lost, nothing waits behind a long turn while others idle, pinned actors keep their thread, event loops are
// woken.
//
// Method: asks that need a wake-up each, from outside and from other groups, so that workers go to sleep and
// are woken all the time; a wake-up that is lost is a hang, which the watchdog ends.
#include <algorithm>
#include <array>
#include <deque>
#include <fstream>
#include <iterator>
#include <latch>
#include <memory>
#include <set>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

struct Ping {};
/// Ask the next one, which may be in another group.
struct Round {
  unsigned hops;
};

class Runner : public Actor<Runner> {
 public:
  explicit Runner(std::size_t most_threads) : most_threads_(most_threads) {}

  int on(Ping) {
    note_thread();
    return 1;
  }
  void on(Ref<Runner> next) { next_ = next; }
  Task<int> on(Round round) {
    note_thread();
    if (round.hops == 0) co_return 0;
    const int below = co_await next_.ask<Round>(round.hops - 1);
    note_thread();
    co_return below + 1;
  }

 private:
  void note_thread() {
    const OneAtATime::Scope scope(one_);
    threads_.insert(std::this_thread::get_id());
    EXPECT_LE(threads_.size(), most_threads_) << "it ran outside of its group; " << Settings::get().command();
  }
  const std::size_t most_threads_;
  std::set<std::thread::id> threads_;
  Ref<Runner> next_;
  OneAtATime one_;
};

/// Sleeps on a condition variable. Events are tells.
class TestLoop final : public EventLoop {
 public:
  void wait() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return wakes_ > 0 || !events_.empty(); });
    if (wakes_ > 0) --wakes_;
    handle(lock);
  }
  bool poll() override {
    std::unique_lock lock(mutex_);
    return handle(lock);
  }
  void wake() override {
    {
      const std::lock_guard lock(mutex_);
      ++wakes_;
    }
    changed_.notify_one();
  }
  void post(std::function<void()> event) {
    {
      const std::lock_guard lock(mutex_);
      events_.push_back(std::move(event));
    }
    changed_.notify_one();
  }

 private:
  bool handle(std::unique_lock<std::mutex>& lock) {
    std::deque<std::function<void()>> events;
    events.swap(events_);
    lock.unlock();
    for (auto& event : events) event();
    return !events.empty();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> events_;
  unsigned wakes_ = 0;
};

TEST(Scheduler, WakesSleepingWorkersOfAllGroups) {
  TestLoop loop;
  System system({.workers = 2, .ask_deadline = Duration::max(), .log = &null_log()});
  system.add_group("few", {.threads = 2});
  system.add_group("loop", {.threads = 2, .loop = &loop});
  Watchdog watchdog(system);
  constexpr SpawnOptions queued{.inline_asks = false};
  std::vector<Ref<Runner>> all;
  for (int i = 0; i < 4; ++i) {
    all.push_back(system.spawn<Runner>(queued, 2U));
    all.push_back(system.spawn<Runner>({.group = "few"}, 2U));
    all.push_back(system.spawn<Runner>({.pinned = true}, 1U));
    all.push_back(system.spawn<Runner>({.group = "loop"}, 2U));
  }
  // Chains instead of a ring: a Round never comes back to an actor that awaits.
  for (std::size_t i = 0; i + 1 < all.size(); ++i) all[i].tell(all[i + 1]);
  const Timer timer(2);
  std::vector<std::thread> threads;
  std::atomic<std::uint64_t> asks{0}, events{0}, handled{0};
  for (unsigned i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      Random random(i);
      while (!timer.over()) {
        const std::size_t first = random.below(all.size());
        if (random.percent(70)) {
          EXPECT_EQ(all[first].ask(Ping{}).get(), 1);
        } else {
          const auto hops = static_cast<unsigned>(random.below(all.size() - first));
          EXPECT_EQ(all[first].ask<Round>(hops).get(), static_cast<int>(hops));
        }
        if (random.percent(20)) {
          events.fetch_add(1);
          loop.post([&, target = all[random.below(all.size())]] {
            target.tell(Ping{});
            handled.fetch_add(1);
          });
        }
        asks.fetch_add(1);
        watchdog.progress();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  while (handled.load() != events.load()) std::this_thread::yield();
  EXPECT_TRUE(system.shutdown(std::chrono::hours(1)));
  EXPECT_EQ(system.dead_letters().total(), 0U);
  std::printf("  %llu asks, %llu events\n", static_cast<unsigned long long>(asks.load()),
              static_cast<unsigned long long>(events.load()));
}

struct Hold {
  std::vector<Ref<class Helper>> helpers;
  std::latch* latch;
};
struct Help {
  std::latch* latch;
};
class Helper {
 public:
  void on(Help help) { help.latch->count_down(); }
};
class Holder {
 public:
  void on(const Hold& hold) {
    for (const auto& helper : hold.helpers) helper.tell<Help>(hold.latch);
    hold.latch->wait();
  }
};

TEST(Scheduler, LetsNothingWaitBehindALongTurnWhileOthersIdle) {
  System system({.workers = 2, .ask_deadline = Duration::max(), .log = &null_log()});
  Watchdog watchdog(system);
  Random random(0);
  const Timer timer(4);
  const auto holder = system.spawn<Holder>({.inline_asks = false});
  std::vector<Ref<Helper>> helpers;
  for (int i = 0; i < 600; ++i) helpers.push_back(system.spawn<Helper>());
  std::uint64_t rounds = 0;
  for (; !timer.over(); ++rounds) {
    // Mostly one message; now and then more than a worker's queue holds.
    const std::size_t count = random.percent(80) ? 1 : 1 + random.below(helpers.size());
    std::latch latch(static_cast<std::ptrdiff_t>(count));
    const Hold hold{{helpers.begin(), helpers.begin() + static_cast<std::ptrdiff_t>(count)}, &latch};
    holder.ask(hold).get();
    watchdog.progress();
  }
  std::printf("  %llu long turns\n", static_cast<unsigned long long>(rounds));
}

TEST(Scheduler, TakesBackWhatThreadsLeaveBehind) {
  System system({.workers = 2, .log = &null_log()});
  Watchdog watchdog(system);
  const Timer timer(4);
  std::set<const void*> cells;
  std::uint64_t threads = 0;
  for (; !timer.over(); ++threads) {
    std::thread([&] {
      std::array<Ref<Runner>, 16> runners;
      for (auto& one : runners) one = system.spawn<Runner>(3U);
      for (auto& one : runners) {
        one.tell(Ping{});
        EXPECT_EQ(one.ask(Ping{}).get(), 1);
        cells.insert(one.cell_address_());
        one.stop();
      }
      for (auto& one : runners) one.join().get();
    }).join();
    watchdog.progress();
  }
  EXPECT_LT(cells.size(), 2'000U) << "cells of ended threads don't come back";
  std::printf("  %llu threads, %zu cells\n", static_cast<unsigned long long>(threads), cells.size());
}

TEST(Scheduler, GivesBackTheThreadsOfPinnedActors) {
  System system({.workers = 1, .log = &null_log()});
  Watchdog watchdog(system);
  const Timer timer(4);
  std::uint64_t rounds = 0;
  for (; !timer.over(); ++rounds) {
    const auto pinned = system.spawn<Runner>({.pinned = true}, 1U);
    EXPECT_EQ(pinned.ask(Ping{}).get(), 1);
    rounds % 2 ? pinned.stop() : pinned.kill();
    pinned.join().get();
    watchdog.progress();
  }
  // A thread that nobody joins keeps its stack.
  std::ifstream maps("/proc/self/maps");
  const auto lines = std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
  EXPECT_LT(lines, 2'000) << "threads of pinned actors aren't given back";
  std::printf("  %llu pinned actors\n", static_cast<unsigned long long>(rounds));
}

}  // namespace
}  // namespace troupe::stress
