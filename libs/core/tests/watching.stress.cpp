// Goal: each watch yields exactly one Terminated, however it races with the end of the watched actor, of the
// watcher and with unwatch; none comes after unwatch. Each join is answered once, and after those who watch
// were told.
//
// Method: watchers watch, unwatch and watch again actors that are stopped, killed and failing meanwhile, and
// keep a list of their own of what they are owed.
#include <array>
#include <stdexcept>
#include <unordered_set>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

struct Die {};

class Mortal {
 public:
  void on(Die) { throw std::runtime_error("as told"); }

 private:
  Counted<Mortal> counted_;
};

struct World {
  std::atomic<std::uint64_t> watches{0}, news{0}, taken_back{0}, died_owed{0}, joins{0}, joined{0},
      unjoined{0};

  Ref<Mortal> pick(Random& random) {
    const std::lock_guard lock(mutex_);
    return board_[random.below(board_.size())];
  }
  Ref<Mortal> replace(Random& random, Ref<Mortal> fresh) {
    const std::lock_guard lock(mutex_);
    return std::exchange(board_[random.below(board_.size())], fresh);
  }
  void fill(System& system) {
    for (auto& one : board_) one = system.spawn<Mortal>();
  }
  void kill_all() {
    for (auto& one : board_) one.kill();
  }

 private:
  std::mutex mutex_;
  std::array<Ref<Mortal>, 128> board_;
};

struct Watch {
  Ref<Mortal> whom;
};
struct Unwatch {
  Ref<Mortal> whom;
};
struct Join {
  Ref<Mortal> whom;
};
struct Owed {};

class Watcher : public Actor<Watcher> {
 public:
  explicit Watcher(World& world) : world_(world) {}
  ~Watcher() { world_.died_owed.fetch_add(owed_.size()); }

  void on(Watch request) {
    watch(request.whom);
    if (owed_.insert(request.whom).second) world_.watches.fetch_add(1);
  }
  void on(Unwatch request) {
    unwatch(request.whom);
    world_.taken_back.fetch_add(owed_.erase(request.whom));
  }
  void on(const Terminated& news) {
    for (auto one = owed_.begin(); one != owed_.end(); ++one) {
      if (!news.is(*one)) continue;
      EXPECT_FALSE(one->alive());
      owed_.erase(one);
      world_.news.fetch_add(1);
      return;
    }
    ADD_FAILURE() << "news that nobody is owed: " << news.path << "; " << Settings::get().command();
  }
  Task<void> on(Join request) {
    world_.joins.fetch_add(1);
    Unfinished unfinished{&world_};
    auto whom = request.whom;
    const Terminated news = co_await whom.join();
    EXPECT_TRUE(news.is(whom));
    unfinished.world = nullptr;
    world_.joined.fetch_add(1);
  }
  std::uint64_t on(Owed) const { return owed_.size(); }

 private:
  struct Unfinished {
    World* world;
    ~Unfinished() {
      if (world) world->unjoined.fetch_add(1);
    }
  };
  World& world_;
  std::unordered_set<Ref<Mortal>> owed_;
};

TEST(Watching, YieldsOneTerminatedPerWatchWhateverItRacesWith) {
  World world;
  {
    System system({.workers = 3, .ask_deadline = Duration::max(), .log = &null_log()});
    Watchdog watchdog(system);
    world.fill(system);
    const Timer timer;
    std::mutex mutex;
    std::vector<Ref<Watcher>> survivors;
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        Random random(i);
        std::array<Ref<Watcher>, 16> watchers;
        for (auto& one : watchers) one = system.spawn<Watcher>(world);
        std::array<Ref<Mortal>, 64> old;
        old.fill(world.pick(random));
        const auto target = [&] {
          return random.percent(60) ? world.pick(random) : old[random.below(old.size())];
        };
        while (!timer.over()) {
          auto& watcher = watchers[random.below(watchers.size())];
          for (int k = 0; k < 16; ++k) watcher.tell(Watch{target()});
          for (int k = 0; k < 6; ++k) watcher.tell(Unwatch{target()});
          const Ref<Mortal> ended = world.replace(random, system.spawn<Mortal>());
          old[random.below(old.size())] = ended;
          if (random.percent(20)) watcher.tell(Join{ended});
          switch (random.below(3)) {
            case 0:
              ended.stop();
              break;
            case 1:
              ended.kill();
              break;
            default:
              ended.tell(Die{});
          }
          if (random.percent(10)) {
            world.joins.fetch_add(1);
            EXPECT_TRUE(ended.join().get().is(ended));
            world.joined.fetch_add(1);
          }
          if (random.percent(1)) {
            watcher.kill();
            watcher = system.spawn<Watcher>(world);
          }
          // Answered after all that it was told: so the mailboxes stay bounded.
          if (random.percent(10)) {
            EXPECT_TRUE(watcher.try_ask(Owed{}).get());
          }
          watchdog.progress();
        }
        const std::lock_guard lock(mutex);
        survivors.insert(survivors.end(), watchers.begin(), watchers.end());
      });
    }
    for (std::thread& thread : threads) thread.join();
    // When all mortals have ended, nobody is owed anything any more; news that is lost is a hang.
    world.kill_all();
    for (const auto& watcher : survivors) {
      while (watcher.ask(Owed{}).get() != 0) std::this_thread::yield();
      watchdog.progress();
    }
    EXPECT_TRUE(system.shutdown(std::chrono::hours(1)));
  }
  EXPECT_EQ(world.watches, world.news + world.taken_back + world.died_owed) << Settings::get().command();
  EXPECT_EQ(world.joins, world.joined + world.unjoined) << Settings::get().command();
  EXPECT_EQ(Counted<Mortal>::alive, 0);
  std::printf("  %llu watches: %llu news, %llu taken back, %llu watchers ended first; %llu joins\n",
              static_cast<unsigned long long>(world.watches.load()),
              static_cast<unsigned long long>(world.news.load()),
              static_cast<unsigned long long>(world.taken_back.load()),
              static_cast<unsigned long long>(world.died_owed.load()),
              static_cast<unsigned long long>(world.joins.load()));
}

struct Heard {};

/// Watches one actor after the other, and can say of which the end has been told.
class Listener : public Actor<Listener> {
 public:
  void on(Watch request) { watch(request.whom); }
  void on(const Terminated&) { ++heard_; }
  std::uint64_t on(Heard) const { return heard_; }

 private:
  std::uint64_t heard_ = 0;
};

TEST(Watching, HasToldOfTheEndBeforeALateJoinIsAnswered) {
  System system({.workers = 2, .log = &null_log()});
  Watchdog watchdog(system);
  const Timer timer;
  const auto listener = system.spawn<Listener>();
  std::uint64_t ended = 0;
  std::vector<Ref<Mortal>> crowd(64);
  while (!timer.over()) {
    // Many at once: so they are ending all the while that they are joined.
    for (auto& one : crowd) {
      one = system.spawn<Mortal>();
      listener.tell(Watch{one});
    }
    ASSERT_EQ(listener.ask(Heard{}).get(), ended);
    for (const auto& one : crowd) one.stop();
    for (const auto& one : crowd) {
      one.join().get();
      ++ended;
      // It may have heard of others as well, but of this one and those before it has.
      ASSERT_GE(listener.ask(Heard{}).get(), ended) << Settings::get().command();
    }
    watchdog.progress();
  }
  EXPECT_TRUE(system.shutdown(std::chrono::hours(1)));
}

}  // namespace
}  // namespace troupe::stress
