// Goal: cells may be recycled all the time under stale addresses. Each message is handled once or becomes a
// dead letter once, in its sender's order, one at a time per actor; each ask is answered once, with its
// answer.
//
// Method: threads and actors spawn, tell, ask, stop and kill through current and stale Refs. Each message
// carries a ticket; at the end the ledger and the system's dead letters must agree. An actor asks only
// actors younger than itself, so that no two wait for each other; asks have no deadline, so that an answer
// that is lost is a hang.
#include <array>
#include <set>
#include <stdexcept>
#include <unordered_map>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

constexpr std::size_t slots = 64;
constexpr unsigned driver_threads = 3;
constexpr std::uint64_t most_under_way = 20'000;

class Worker;
struct Entry {
  Ref<Worker> ref;
  std::uint64_t number = 0;  ///< in the order of the spawns
};

struct Sender {
  std::uint64_t id = 0;
  std::uint64_t last = 0;
  std::uint64_t next() { return ++last; }
};

struct Note {
  Ticket ticket;
  std::uint64_t sender, order;
};
struct Query {
  Ticket ticket;
  std::uint64_t sender, order, question;
};
/// Pass a note on to that actor.
struct Forward {
  Ticket ticket;
  Entry to;
};
/// Ask that actor, and wait for the answer.
struct AskOther {
  Ticket ticket;
  Entry whom;
  std::uint64_t question;
};
struct Fail {
  Ticket ticket;
};
/// Stop yourself, with a note to yourself before or after.
struct Leave {
  Ticket ticket;
  bool note_first = false;
  bool kill_as_well = false;
};
/// Dropped unhandled, it tells another actor: a drain that sends to dead cells, which drain in turn.
struct Will {
  Will(struct World& world_, Entry heir_);
  Will(Will&& other) noexcept;
  ~Will();
  Ticket ticket;
  mutable World* world;
  Entry heir;
};

std::uint64_t answer_to(std::uint64_t question) { return question * 3 + 1; }

struct World {
  Ledger ledger;
  std::atomic<std::uint64_t> asked{0}, answered{0}, refused{0}, cut_short{0};
  std::atomic<std::uint64_t> next_number{1};
  std::atomic<std::uint64_t> next_sender{1};

  Entry get(std::size_t slot) {
    const std::lock_guard lock(mutex_);
    return board_[slot];
  }
  Entry put(std::size_t slot, const Entry& entry) {
    const std::lock_guard lock(mutex_);
    cells_.insert(entry.ref.cell_address_());
    return std::exchange(board_[slot], entry);
  }
  std::size_t cells_used() const { return cells_.size(); }
  template <class Outcome>
  void settle(const Outcome& outcome, std::uint64_t question) {
    if (outcome) {
      EXPECT_EQ(*outcome, answer_to(question)) << "another ask's answer";
      answered.fetch_add(1);
    } else {
      EXPECT_NE(outcome.error().reason(), Reason::timeout) << outcome.error().what();
      refused.fetch_add(1);
    }
  }

 private:
  std::mutex mutex_;
  std::array<Entry, slots> board_;
  std::set<const void*> cells_;
};

Will::Will(World& world_, Entry heir_) : ticket(world_.ledger), world(&world_), heir(heir_) {}
Will::Will(Will&& other) noexcept
    : ticket(std::move(other.ticket)), world(std::exchange(other.world, nullptr)), heir(other.heir) {}

class Worker : public Actor<Worker> {
 public:
  Worker(World& world, std::uint64_t number)
      : world_(world), number_(number), me_{world.next_sender.fetch_add(1)} {}

  void on(const Note& note) {
    const OneAtATime::Scope scope(one_);
    check_order(note.sender, note.order);
    note.ticket.done();
  }
  std::uint64_t on(const Query& query) {
    const OneAtATime::Scope scope(one_);
    check_order(query.sender, query.order);
    if (query.question % 64 == 0) stop();
    query.ticket.done();
    return answer_to(query.question);
  }
  void on(const Forward& forward) {
    const OneAtATime::Scope scope(one_);
    forward.to.ref.tell(Note{Ticket(world_.ledger), me_.id, me_.next()});
    forward.ticket.done();
  }
  Task<void> on(const AskOther& task) {
    {
      const OneAtATime::Scope scope(one_);
      world_.asked.fetch_add(1);
    }
    Unfinished unfinished(world_);
    if (task.whom.number > number_) {
      auto outcome =
          co_await task.whom.ref.try_ask<Query>(Ticket(world_.ledger), me_.id, me_.next(), task.question);
      world_.settle(outcome, task.question);
    } else {
      world_.refused.fetch_add(1);
    }
    unfinished.finish();
    task.ticket.done();
  }
  void on(const Will& will) {
    will.world = nullptr;
    will.ticket.done();
  }
  void on(const Leave& leave) {
    const OneAtATime::Scope scope(one_);
    if (leave.note_first) note_to_self();
    stop();
    if (leave.kill_as_well) self().kill();
    note_to_self();
    leave.ticket.done();
  }
  void on(const Fail&) {
    const OneAtATime::Scope scope(one_);
    throw std::runtime_error("as told");
  }

 private:
  /// An ask whose asker is killed has no outcome.
  class Unfinished {
   public:
    explicit Unfinished(World& world) : world_(&world) {}
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished() {
      if (world_) world_->cut_short.fetch_add(1);
    }
    void finish() { world_ = nullptr; }

   private:
    World* world_;
  };

  void note_to_self() { self().tell(Note{Ticket(world_.ledger), me_.id, me_.next()}); }
  void check_order(std::uint64_t sender, std::uint64_t order) {
    std::uint64_t& last = last_[sender];
    EXPECT_LT(last, order) << "overtaken, or handled twice";
    last = order;
  }

  World& world_;
  std::uint64_t number_;
  Sender me_;
  OneAtATime one_;
  std::unordered_map<std::uint64_t, std::uint64_t> last_;
};

Will::~Will() {
  if (world) heir.ref.tell(Note{Ticket(world->ledger), world->next_sender.fetch_add(1), 1});
}

class Driver {
 public:
  Driver(System& system, World& world, unsigned index)
      : system_(system), world_(world), random_(index), me_{world.next_sender.fetch_add(1)} {}

  void step() {
    const Entry target = pick();
    switch (random_.below(16)) {
      case 0:
        return renew();
      case 1:
        return random_.percent(50) ? target.ref.stop() : target.ref.kill();
      case 2:
        if (random_.percent(10)) target.ref.tell(Fail{Ticket(world_.ledger)});
        if (random_.percent(20))
          target.ref.tell(Leave{Ticket(world_.ledger), random_.percent(30), random_.percent(10)});
        return;
      case 3:
      case 4:
        return ask(target);
      case 5:
      case 6:
      case 7:
        return target.ref.tell(AskOther{Ticket(world_.ledger), pick(), random_.next()});
      case 8:
        return target.ref.tell<Will>(world_, pick());
      case 9:
        return target.ref.tell(Forward{Ticket(world_.ledger), pick()});
      default:
        return target.ref.tell(Note{Ticket(world_.ledger), me_.id, me_.next()});
    }
  }

  void renew() {
    const std::uint64_t number = world_.next_number.fetch_add(1);
    const Entry fresh{system_.spawn<Worker>(world_, number), number};
    const Entry old = world_.put(random_.below(slots), fresh);
    stale_[random_.below(stale_.size())] = old;
    if (!old.ref) return;
    if (random_.percent(50)) {
      old.ref.stop();
    } else {
      old.ref.kill();
    }
  }

 private:
  Entry pick() {
    for (;;) {
      const Entry entry =
          random_.percent(75) ? world_.get(random_.below(slots)) : stale_[random_.below(stale_.size())];
      if (entry.ref) return entry;
    }
  }
  void ask(const Entry& target) {
    world_.asked.fetch_add(1);
    const std::uint64_t question = random_.next();
    world_.settle(target.ref.try_ask<Query>(Ticket(world_.ledger), me_.id, me_.next(), question).get(),
                  question);
  }

  System& system_;
  World& world_;
  Random random_;
  Sender me_;
  std::array<Entry, 256> stale_;
};

TEST(Recycling, EachMessageIsHandledOnceOrADeadLetterOnceWhileCellsAreReused) {
  World world;
  System system({.workers = 3, .ask_deadline = Duration::max(), .log = &null_log()});
  Watchdog watchdog(system);
  {
    Driver first(system, world, 99);
    for (std::size_t i = 0; i < slots * 8; ++i) first.renew();
  }
  const Timer timer;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < driver_threads; ++i) {
    threads.emplace_back([&, i] {
      Driver driver(system, world, i);
      while (!timer.over()) {
        for (int k = 0; k < 64; ++k) driver.step();
        world.ledger.keep_below(most_under_way);
        watchdog.progress();
      }
    });
  }
  // Somebody looks on: names, depths and messages of actors that end meanwhile.
  std::uint64_t looks = 0;
  for (; !timer.over(); ++looks) {
    for (const ActorInfo& one : system.tree()) EXPECT_NE(one.actor, "no actor");
    EXPECT_FALSE(world.get(looks % slots).ref.path().empty());
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(system.shutdown(std::chrono::hours(1)));
  world.ledger.expect_balanced(system.dead_letters());
  EXPECT_EQ(world.asked, world.answered + world.refused + world.cut_short);
  std::printf(
      "  %llu actors in %zu cells, seen %llu times; %llu asks answered, %llu refused, %llu cut short\n",
      static_cast<unsigned long long>(world.next_number.load()), world.cells_used(),
      static_cast<unsigned long long>(looks), static_cast<unsigned long long>(world.answered.load()),
      static_cast<unsigned long long>(world.refused.load()),
      static_cast<unsigned long long>(world.cut_short.load()));
  EXPECT_LT(world.cells_used(), 20'000U) << "cells don't come back";
}

}  // namespace
}  // namespace troupe::stress
