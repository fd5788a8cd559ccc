// Goal: every frame, message and reply of coroutine handlers is destroyed once, however their turns end.
//
// Method: random trees of asks, sequential, all, first and nested tasks, with deadlines on the machine's
// clock that sometimes pass, between exclusive and reentrant actors, some of which are killed, stopped or
// throw meanwhile. Every frame holds a local that is counted, every message and Reply too.
#include <array>
#include <deque>
#include <stdexcept>
#include <variant>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

struct FrameTag;
struct MessageTag;
struct ActorTag;

template <Turns how>
class Grower;
using Exclusive = Grower<exclusive>;
using Reentrant = Grower<reentrant>;

/// Ask others below, `depth` more levels.
struct Grow {
  unsigned depth = 0;
  Counted<MessageTag> counted;
};
/// Answered at some later time, or never.
struct Park {
  Reply<std::uint64_t> reply;
  Counted<MessageTag> counted;
};
struct Release {};

struct World {
  explicit World(System& one) : system(one) {}
  System& system;
  std::atomic<std::uint64_t> good{0}, bad{0};

  // Levels, so that exclusive actors never wait for each other in a circle.
  static constexpr std::size_t levels = 6, width = 8;
  struct Pair {
    Ref<Exclusive> exclusive;
    Ref<Reentrant> reentrant;
  };
  Pair get(std::size_t level, Random& random) {
    const std::lock_guard lock(mutex_);
    return board_[level][random.below(width)];
  }
  void renew(std::size_t level, Random& random);
  void fill(Random& random);

 private:
  std::mutex mutex_;
  std::array<std::array<Pair, width>, levels> board_;
};

template <Turns how>
class Grower : public Actor<Grower<how>> {
 public:
  static constexpr Turns turns = how;

  Grower(World& world, std::size_t level) : world_(world), level_(level), random_(this->self().id()) {}

  Task<std::uint64_t> on(const Grow& grow) {
    const Counted<FrameTag> frame;
    if (grow.depth == 0 || level_ + 1 == World::levels) co_return 1;
    if (random_.below(500) == 0) throw std::runtime_error("as told");
    std::uint64_t sum = 1;
    switch (random_.below(6)) {
      case 0:
        sum += co_await one_by_one(grow.depth - 1);
        break;
      case 1:
        sum += co_await all_at_once(grow.depth - 1);
        break;
      case 2:
        sum += co_await the_first(grow.depth - 1);
        break;
      case 3:
        sum += co_await parked();
        break;
      case 4: {
        const std::uint64_t drawn =
            co_await blocking([](std::uint64_t number) { return number; }, random_.below(5));
        sum += drawn;
        break;
      }
      default: {
        auto below = world_.get(level_ + 1, random_);
        auto answer = co_await below.exclusive.template try_ask<Grow>(grow.depth - 1).within(limit());
        sum += count(answer);
      }
    }
    co_return sum;
  }
  void on(Park&& park) {
    if (random_.percent(80)) parked_.push_back(std::move(park));
    release();
  }
  void on(Release) { release(); }

 private:
  Duration limit() {
    return random_.percent(10) ? std::chrono::microseconds(random_.below(3'000))
                               : Duration(std::chrono::hours(1));
  }
  template <class Outcome>
  std::uint64_t count(const Outcome& outcome) {
    (outcome ? world_.good : world_.bad).fetch_add(1);
    return outcome ? *outcome : 0;
  }

  Task<std::uint64_t> one_by_one(unsigned depth) {
    const Counted<FrameTag> frame;
    std::uint64_t sum = 0;
    for (unsigned i = 0; i < 3; ++i) {
      auto below = world_.get(level_ + 1, random_);
      auto answer = co_await below.reentrant.template try_ask<Grow>(depth).within(limit());
      sum += count(answer);
    }
    co_return sum;
  }
  Task<std::uint64_t> all_at_once(unsigned depth) {
    const Counted<FrameTag> frame;
    auto below = world_.get(level_ + 1, random_);
    auto other = world_.get(level_ + 1, random_);
    auto answers = co_await all(below.exclusive.template try_ask<Grow>(depth).within(limit()),
                                below.reentrant.template try_ask<Grow>(depth).within(limit()),
                                other.exclusive.template try_ask<Grow>(depth).within(limit()));
    co_return count(std::get<0>(answers)) + count(std::get<1>(answers)) + count(std::get<2>(answers));
  }
  /// Also fails as a whole, when all do.
  Task<std::uint64_t> the_first(unsigned depth) {
    const Counted<FrameTag> frame;
    auto below = world_.get(level_ + 1, random_);
    auto other = world_.get(level_ + 1, random_);
    auto answer = co_await first(below.exclusive.template ask<Grow>(depth).within(limit()),
                                 other.reentrant.template ask<Grow>(depth).within(limit()));
    co_return std::visit([](std::uint64_t value) { return value; }, answer);
  }
  Task<std::uint64_t> parked() {
    const Counted<FrameTag> frame;
    auto below = world_.get(level_ + 1, random_);
    auto answer = co_await below.exclusive.template try_ask<Park>().within(
        std::chrono::milliseconds(1 + random_.below(5)));
    co_return count(answer);
  }
  void release() {
    while (!parked_.empty() && random_.percent(70)) {
      if (random_.percent(80)) parked_.front().reply.answer(1U);
      parked_.pop_front();
    }
  }

  World& world_;
  std::size_t level_;
  Random random_;
  std::deque<Park> parked_;
  Counted<ActorTag> counted_;
};

void World::renew(std::size_t level, Random& random) {
  const Pair fresh{system.spawn<Exclusive>(*this, level), system.spawn<Reentrant>(*this, level)};
  Pair old;
  {
    const std::lock_guard lock(mutex_);
    old = std::exchange(board_[level][random.below(width)], fresh);
  }
  if (!old.exclusive) return;
  if (random.percent(50)) {
    old.exclusive.stop();
    old.reentrant.stop();
  } else {
    old.exclusive.kill();
    old.reentrant.kill();
  }
}

void World::fill(Random& random) {
  const std::lock_guard lock(mutex_);
  for (std::size_t level = 0; level < levels; ++level) {
    for (Pair& one : board_[level]) {
      one = {system.spawn<Exclusive>(*this, level), system.spawn<Reentrant>(*this, level)};
    }
  }
  static_cast<void>(random);
}

TEST(Coroutines, FramesAndMessagesAreDestroyedOnceHoweverTheirTurnsEnd) {
  {
    System system(
        {.workers = 3, .ask_deadline = std::chrono::hours(1), .log = &null_log(), .blocking_threads = 2});
    Watchdog watchdog(system);
    World world(system);
    Random filler(77);
    world.fill(filler);
    const Timer timer;
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] {
        Random random(i);
        while (!timer.over()) {
          auto top = world.get(0, random);
          const auto limit = std::chrono::milliseconds(1 + random.below(200));
          const bool good = random.percent(50)
                                ? top.exclusive.try_ask<Grow>(4U).within(limit).get().has_value()
                                : top.reentrant.try_ask<Grow>(4U).within(limit).get().has_value();
          (good ? world.good : world.bad).fetch_add(1);
          if (random.percent(30)) top.exclusive.tell<Grow>(4U);
          if (random.percent(30)) top.reentrant.tell<Grow>(4U);
          const std::size_t level = random.below(World::levels);
          if (random.percent(10)) world.renew(level, random);
          world.get(level, random).exclusive.tell(Release{});
          watchdog.progress();
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    std::printf("  %llu asks answered, %llu failed\n", static_cast<unsigned long long>(world.good.load()),
                static_cast<unsigned long long>(world.bad.load()));
    EXPECT_TRUE(system.shutdown(std::chrono::hours(1)));
  }
  EXPECT_EQ(Counted<FrameTag>::alive, 0) << Settings::get().command();
  EXPECT_EQ(Counted<MessageTag>::alive, 0) << Settings::get().command();
  EXPECT_EQ(Counted<ActorTag>::alive, 0) << Settings::get().command();
}

}  // namespace
}  // namespace troupe::stress
