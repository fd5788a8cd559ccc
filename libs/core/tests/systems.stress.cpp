// Goal: a system may end while foreign threads still send through its actors' Refs, and ask through them:
// each message is handled or a dead letter, each ask is answered, nobody touches what the system's owner has
// destroyed (its clock, its log), and deadlines of one system don't concern another.
//
// Method: systems come and go, each with its own clock and log, which die with it; threads keep using Refs of
// all systems that there ever were. Asks go without a deadline, or with one that must not pass.
#include <array>
#include <memory>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

constexpr std::uint64_t most_under_way = 5'000;

class Echo;

struct Note {
  Ticket ticket;
};
struct Question {
  Ticket ticket;
  std::uint64_t number;
};
struct AskPeer {
  Ticket ticket;
  Ref<Echo> peer;
  std::uint64_t number;
};

struct World {
  Ledger ledger;
  std::atomic<std::uint64_t> answered{0}, refused{0}, timed_out{0};

  Ref<Echo> pick(Random& random) {
    const std::lock_guard lock(mutex_);
    return refs_[random.below(refs_.size())];
  }
  void put(Random& random, Ref<Echo> ref) {
    const std::lock_guard lock(mutex_);
    refs_[random.below(refs_.size())] = ref;
  }
  void fill(Ref<Echo> ref) { refs_.fill(ref); }
  template <class Outcome>
  void settle(const Outcome& outcome, std::uint64_t number) {
    if (outcome) {
      EXPECT_EQ(*outcome, number + 1);
      answered.fetch_add(1);
    } else {
      (outcome.error().reason() == Reason::timeout ? timed_out : refused).fetch_add(1);
    }
  }

 private:
  std::mutex mutex_;
  std::array<Ref<Echo>, 64> refs_;
};

class Echo : public Actor<Echo> {
 public:
  explicit Echo(World& world) : world_(world) {}
  void on(const Note& note) {
    const OneAtATime::Scope scope(one_);
    note.ticket.done();
  }
  std::uint64_t on(const Question& question) {
    const OneAtATime::Scope scope(one_);
    question.ticket.done();
    return question.number + 1;
  }
  /// Across systems, so queued. The deadline breaks circles of actors that wait for each other.
  Task<void> on(const AskPeer& task) {
    auto peer = task.peer;
    if (peer != self()) {
      auto outcome = co_await peer.try_ask<Question>(Ticket(world_.ledger), task.number)
                         .within(std::chrono::milliseconds(20));
      world_.settle(outcome, task.number);
    }
    task.ticket.done();
  }

 private:
  World& world_;
  OneAtATime one_;
};

/// The machine's time, until it is gone.
class MortalClock final : public Clock {
 public:
  ~MortalClock() override { alive_ = false; }
  SteadyTime now() const override {
    if (!alive_) std::abort();
    return system_clock().now();
  }
  WallTime wall() const override { return system_clock().wall(); }

 private:
  bool alive_ = true;
};
class MortalLog final : public Log {
 public:
  ~MortalLog() override { alive_ = false; }
  void write(LogLevel, std::string_view) noexcept override {
    if (!alive_) std::abort();
  }

 private:
  bool alive_ = true;
};

/// Outside of actors: asks without a deadline, which must be answered all the same.
void bother(World& world, Random& random) {
  const Ref<Echo> ref = world.pick(random);
  const std::uint64_t number = random.next();
  switch (random.below(8)) {
    case 0:
      return world.settle(ref.try_ask<Question>(Ticket(world.ledger), number).within(Duration::max()).get(),
                          number);
    case 1:
      return world.settle(
          ref.try_ask<Question>(Ticket(world.ledger), number).within(std::chrono::hours(1)).get(), number);
    case 2:
      return ref.tell<AskPeer>(Ticket(world.ledger), world.pick(random), number);
    case 3:
      if (random.below(16) == 0) ref.kill();
      return;
    default:
      return ref.tell<Note>(Ticket(world.ledger));
  }
}

TEST(Systems, EndWhileForeignThreadsSendAndAskThroughOldRefs) {
  World world;
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> systems{0};
  Watchdog watchdog([&] { return "in system " + std::to_string(systems.load()); });
  std::vector<std::thread> threads;
  const Timer timer;
  for (std::uint64_t stream = 1; !timer.over() || threads.empty(); ++stream) {
    const auto clock = std::make_unique<MortalClock>();
    const auto log = std::make_unique<MortalLog>();
    Random random(stream);
    {
      System system(
          {.workers = 2, .ask_deadline = std::chrono::hours(1), .log = log.get(), .clock = clock.get()});
      System other({.workers = 1, .log = log.get(), .clock = clock.get()});
      for (int i = 0; i < 16; ++i) {
        const auto ref = system.spawn<Echo>(world);
        if (stream == 1 && i == 0) world.fill(ref);
        world.put(random, ref);
        world.put(random, other.spawn<Echo>(world));
      }
      for (std::uint64_t i = 0; threads.size() < 3; ++i) {
        threads.emplace_back([&, i] {
          Random own(1'000'000 + i);
          while (!over.load()) {
            bother(world, own);
            world.ledger.keep_below(most_under_way);
            watchdog.progress();
          }
        });
      }
      for (std::uint64_t i = random.below(2'000); i > 0; --i) bother(world, random);
    }
    systems.fetch_add(2);
  }
  over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(world.ledger.issued.load(), world.ledger.ended()) << Settings::get().command();
  std::printf(
      "  %llu systems, %llu messages, %llu handled; %llu asks answered, %llu refused, %llu timed out\n",
      static_cast<unsigned long long>(systems.load()),
      static_cast<unsigned long long>(world.ledger.issued.load()),
      static_cast<unsigned long long>(world.ledger.handled.load()),
      static_cast<unsigned long long>(world.answered.load()),
      static_cast<unsigned long long>(world.refused.load()),
      static_cast<unsigned long long>(world.timed_out.load()));
}

}  // namespace
}  // namespace troupe::stress
