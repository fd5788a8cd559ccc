// Goal: timers at a high rate from many actors that die meanwhile: no tick after cancel, of a replaced timer,
// or twice from a single one; no tick is lost by a living actor; all messages of timers are destroyed.
//
// Method: actors arm, replace and cancel timers of a few milliseconds at random, and check each tick against
// a list of their own; asks with deadlines that pass, or that must not pass, go on beside them, since they
// share the wheel. Before an actor is done with, it counts its single timers down to zero: one that is lost
// is a hang.
#include <array>
#include <map>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

struct TickTag;

struct Tick {
  std::uint64_t number;
  Counted<TickTag> counted;
};
struct Again {
  std::uint64_t number;
  Counted<TickTag> counted;
};
struct Act {};
struct Quiet {};  ///< how many single timers are still to come
struct Never {
  Reply<int> reply;
};
struct Soon {};

struct World {
  std::atomic<std::uint64_t> armed{0}, ticks{0}, repeats{0}, cancelled{0}, timeouts{0}, answers{0};
};

class Clockmaker : public Actor<Clockmaker> {
 public:
  explicit Clockmaker(World& world) : world_(world), random_(self().id()) {}

  void on(Act) {
    switch (random_.below(8)) {
      case 0:
      case 1:
      case 2: {
        const std::uint64_t number = ++last_;
        single_[number] = after(delay(), Tick{number, {}});
        break;
      }
      case 3:
        replace();
        break;
      case 4:
        cancel_one();
        break;
      case 5:
        cancel("beat");
        beat_ = ++last_;
        every("beat", std::chrono::milliseconds(1 + random_.below(5)), Again{beat_, {}});
        break;
      case 6:
        beat_ = 0;
        cancel("beat");
        break;
      default:
        return;
    }
    world_.armed.fetch_add(1);
  }
  void on(const Tick& tick) {
    EXPECT_EQ(single_.erase(tick.number), 1U)
        << "cancelled, replaced, or twice; " << Settings::get().command();
    if (tick.number == keyed_) keyed_ = 0;
    world_.ticks.fetch_add(1);
  }
  void on(const Again& again) {
    EXPECT_EQ(again.number, beat_) << "cancelled or replaced; " << Settings::get().command();
    world_.repeats.fetch_add(1);
  }
  std::uint64_t on(Quiet) const { return single_.size(); }
  void on(Never&& never) { parked_ = std::move(never.reply); }
  int on(Soon) const { return 1; }

 private:
  std::chrono::microseconds delay() { return std::chrono::microseconds(random_.below(8'000)); }
  void replace() {
    if (keyed_ != 0) single_.erase(keyed_);
    keyed_ = ++last_;
    single_[keyed_] = after("key", delay(), Tick{keyed_, {}});
  }
  void cancel_one() {
    if (single_.empty()) return;
    const auto one = single_.begin();
    EXPECT_TRUE(cancel(one->second)) << Settings::get().command();
    EXPECT_FALSE(cancel(one->second));
    if (one->first == keyed_) keyed_ = 0;
    single_.erase(one);
    world_.cancelled.fetch_add(1);
  }

  World& world_;
  Random random_;
  std::uint64_t last_ = 0, keyed_ = 0, beat_ = 0;
  std::map<std::uint64_t, TimerId> single_;
  Reply<int> parked_;
};

void ask(World& world, Random& random, Ref<Clockmaker> ref, bool may_be_dead) {
  if (random.percent(50)) {
    // Its deadline passes, unless the Reply is replaced by another's, or dies with its actor.
    const auto outcome = ref.try_ask<Never>().within(std::chrono::microseconds(random.below(4'000))).get();
    ASSERT_FALSE(outcome);
    if (outcome.error().reason() == Reason::timeout) world.timeouts.fetch_add(1);
    return;
  }
  // A deadline that is far away, or none: must not be taken for the one that passed here before.
  const Duration limit = random.percent(50) ? Duration(std::chrono::hours(1)) : Duration::max();
  const auto outcome = ref.try_ask(Soon{}).within(limit).get();
  if (outcome) {
    world.answers.fetch_add(1);
  } else {
    EXPECT_TRUE(may_be_dead && outcome.error().reason() != Reason::timeout) << outcome.error().what();
  }
}

TEST(Timers, TickOnceAndNotAfterCancelWhileTheirActorsComeAndGo) {
  World world;
  {
    System system({.workers = 3, .log = &null_log()});
    Watchdog watchdog(system);
    const Timer timer;
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        Random random(i);
        while (!timer.over()) {
          std::array<Ref<Clockmaker>, 16> makers;
          // Not inline, so that asks go through await blocks, whose deadlines stay in the wheel.
          for (auto& one : makers) one = system.spawn<Clockmaker>({.inline_asks = false}, world);
          for (int k = 0; k < 2'000; ++k) {
            auto& maker = makers[random.below(makers.size())];
            maker.tell(Act{});
            if (random.below(400) == 0) ask(world, random, maker, false);
          }
          for (const auto& maker : makers) {
            while (random.percent(60) && maker.ask(Quiet{}).get() != 0) std::this_thread::yield();
            random.percent(50) ? maker.kill() : maker.stop();
            if (random.percent(10)) ask(world, random, maker, true);
            watchdog.progress();
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(system.shutdown(std::chrono::hours(1)));
  }
  EXPECT_EQ(Counted<TickTag>::alive, 0) << Settings::get().command();
  std::printf(
      "  %llu armed, %llu ticks, %llu repeated ones, %llu cancelled; %llu asks timed out, %llu answered\n",
      static_cast<unsigned long long>(world.armed.load()),
      static_cast<unsigned long long>(world.ticks.load()),
      static_cast<unsigned long long>(world.repeats.load()),
      static_cast<unsigned long long>(world.cancelled.load()),
      static_cast<unsigned long long>(world.timeouts.load()),
      static_cast<unsigned long long>(world.answers.load()));
}

}  // namespace
}  // namespace troupe::stress
