// What threads have run is run again in a simulation: each actor handles the same in the same order.
#include <array>
#include <cstring>
#include <thread>

#include <troupe/detail/tracing.hpp>
#include <troupe/observe/recorder.hpp>
#include <troupe/sim/replay.hpp>

#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;
using troupe::Task;
using troupe::observe::Recorder;
using troupe::observe::Recording;

/// What an actor has handled, as it tells it itself.
using Log = std::vector<int>;

struct Order {
  int number;
};
struct Check {
  int number;
};
struct Take {
  int number;
};
struct Note {
  int what;
};
struct Again {
  int number;
};

struct Auditor {
  Log* log;
  bool on(Check check) {
    log->push_back(check.number);
    return check.number % 7 != 0;
  }
};
struct Go {};
struct Journal {
  Log* log;
  void on(Note note) { log->push_back(note.what); }
  bool on(Go) const { return true; }
};
/// Lets other turns in while the auditor thinks.
struct Account {
  static constexpr troupe::Turns turns = troupe::reentrant;
  Log* log;
  Ref<Auditor> auditor;
  Ref<Journal> journal;
  Task<int> on(Take take) {
    log->push_back(take.number);
    const bool fine = co_await auditor.ask<Check>(take.number);
    log->push_back(fine ? -take.number : 0);
    journal.tell<Note>(take.number);
    co_return fine ? 1 : 0;
  }
};
/// Takes one order after the other, and some again later.
struct Customer final : troupe::Actor<Customer> {
  Customer(Log* to, std::vector<Ref<Account>> refs, Ref<Journal> ref)
      : log(to), accounts(std::move(refs)), journal(ref) {}
  Task<void> on(Order order) {
    log->push_back(order.number);
    const auto which = static_cast<std::size_t>(order.number) % accounts.size();
    const int first = co_await accounts[which].ask<Take>(order.number);
    log->push_back(first);
    const int second = co_await accounts[(which + 1) % accounts.size()].ask<Take>(order.number + 1000);
    log->push_back(second);
    if (order.number % 5 == 0) self().tell<Again>(order.number);
    if (order.number % 11 == 0) after(1ms, Again{order.number + 1});
  }
  void on(Again again) {
    log->push_back(again.number);
    journal.tell<Note>(-again.number);
  }
  Log* log;
  std::vector<Ref<Account>> accounts;
  Ref<Journal> journal;
};

constexpr std::size_t accounts = 3;
constexpr std::size_t customers = 4;
/// Of the auditor, the journal, the accounts, the customers.
using Logs = std::array<Log, 2 + accounts + customers>;

/// The same in production and in a simulation.
std::vector<Ref<Customer>> open_bank(troupe::System& system, Logs& logs) {
  const auto auditor = system.spawn<Auditor>({.name = "auditor"}, &logs[0]);
  const auto journal = system.spawn<Journal>({.name = "journal"}, &logs[1]);
  std::vector<Ref<Account>> all;
  for (std::size_t i = 0; i < accounts; ++i)
    all.push_back(system.spawn<Account>(&logs[2 + i], auditor, journal));
  std::vector<Ref<Customer>> result;
  for (std::size_t i = 0; i < customers; ++i) {
    result.push_back(system.spawn<Customer>(&logs[2 + accounts + i], all, journal));
  }
  return result;
}

/// Eight threads run it, and four tell it what to do.
std::vector<std::byte> record(Logs& logs) {
  std::vector<std::byte> file;
  Recorder recorder({.write = [&](std::span<const std::byte> piece) {
    file.insert(file.end(), piece.begin(), piece.end());
  }});
  recorder.switch_on();
  EXPECT_TRUE(troupe::detail::tagging());
  {
    troupe::System system({.workers = 8, .log = &troupe::null_log(), .tracer = &recorder});
    const auto all = open_bank(system, logs);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 15; ++i) {
          const int number = t * 100 + i;
          recorder.came_in(std::as_bytes(std::span(&number, 1)));
          all[static_cast<std::size_t>(t + i) % all.size()].tell<Order>(number);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(system.shutdown().clean());
  }
  recorder.finish();
  return file;
}

Inputs orders() {
  Inputs inputs;
  inputs.add<Customer, Order>([](Inputs::Payload payload) {
    Order order{};
    std::memcpy(&order.number, payload.data(), sizeof order.number);
    return order;
  });
  return inputs;
}

TEST(Replays, GiveTheOrderOfEachActorOfEightThreads) {
  const Inputs inputs = orders();
  for (std::uint64_t round = 0; round < 100; ++round) {
    Logs recorded;
    const auto recording = Recording::read(record(recorded));
    ASSERT_TRUE(recording.has_value());
    Logs replayed;
    Simulation sim({.seed = round});
    open_bank(sim.system(), replayed);
    const Replayed result = replay(sim, *recording, inputs);
    ASSERT_TRUE(result.succeeded()) << round << ": " << result.difference;
    EXPECT_GT(result.deliveries, 100u);
    ASSERT_EQ(replayed, recorded) << round;
  }
}

/// Records what a scenario does in a system of its own.
Recording recorded(const std::function<void(troupe::System&, Recorder&)>& scenario) {
  std::vector<std::byte> file;
  Recorder recorder({.write = [&](std::span<const std::byte> piece) {
    file.insert(file.end(), piece.begin(), piece.end());
  }});
  recorder.switch_on();
  {
    troupe::System system({.log = &troupe::null_log(), .tracer = &recorder});
    scenario(system, recorder);
  }
  recorder.finish();
  return Recording::read(file).value();
}

TEST(Replays, SayWhichInputTheyLack) {
  const Recording recording = recorded([](troupe::System& system, Recorder&) {
    Log log;
    system.spawn<Journal>({.name = "journal"}, &log).tell<Note>(1);
    EXPECT_TRUE(system.shutdown().clean());
  });
  Log log;
  Simulation sim;
  sim.spawn<Journal>({.name = "journal"}, &log);
  const Replayed result = replay(sim, recording, {});
  EXPECT_PRED2(contains, result.difference, "is next to handle");
  EXPECT_PRED2(contains, result.difference, "Inputs::add<");
}

struct Talker {
  Ref<Journal> journal;
  bool talks;
  void on(Go) {
    if (talks) journal.tell<Note>(1);
  }
};

TEST(Replays, SayWhereTheRunHasBecomeAnother) {
  Log log;
  const Recording recording = recorded([&](troupe::System& system, Recorder&) {
    const auto journal = system.spawn<Journal>({.name = "journal"}, &log);
    const auto talker = system.spawn<Talker>({.name = "talker"}, journal, true);
    talker.tell<Go>();
    talker.stop();
    talker.join().get();
    EXPECT_TRUE(system.shutdown().clean());
  });
  Inputs inputs;
  inputs.add<Talker, Go>();
  {
    Simulation nobody;
    EXPECT_PRED2(contains, replay(nobody, recording, inputs).difference, "was never spawned");
  }
  Simulation sim;
  const auto journal = sim.spawn<Journal>({.name = "journal"}, &log);
  sim.spawn<Talker>({.name = "talker"}, journal, false);
  const Replayed result = replay(sim, recording, inputs);
  EXPECT_EQ(result.deliveries, 1u);
  EXPECT_EQ(result.difference,
            "the replay stands still: a1 journal (Journal) is next to handle a message of "
            "talker, which hasn't been sent");
}

/// Tells the journal in bursts, and between them itself.
struct Reporter final : troupe::Actor<Reporter> {
  Reporter(int number, Ref<Journal> ref) : first(10'000 * number), journal(ref) {}
  void on(Order order) {
    for (int i = 0; i < order.number; ++i) journal.tell<Note>(first++);
    if (order.number > 1) self().tell<Again>(order.number / 2);
    for (int i = 0; i < order.number; ++i) journal.tell<Note>(first++);
  }
  void on(Again again) { on(Order{again.number}); }
  int first;
  Ref<Journal> journal;
};
std::vector<Ref<Reporter>> open_newspaper(troupe::System& system, Log* log) {
  const auto journal = system.spawn<Journal>({.name = "journal"}, log);
  std::vector<Ref<Reporter>> all;
  for (const char* name : {"a", "b", "c", "d"})
    all.push_back(system.spawn<Reporter>({.name = name}, static_cast<int>(all.size()), journal));
  return all;
}

TEST(Replays, HaveBurstsOfManySenders) {
  Inputs inputs;
  inputs.add<Reporter, Order>([](Inputs::Payload) { return Order{100}; });
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Log log, again;
    const Recording recording = recorded([&](troupe::System& system, Recorder&) {
      for (const auto& reporter : open_newspaper(system, &log)) {
        for (int i = 0; i < 3; ++i) reporter.tell<Order>(100);
      }
      EXPECT_TRUE(system.shutdown().clean());
    });
    Simulation sim({.seed = seed, .max_steps = 1'000'000});
    open_newspaper(sim.system(), &again);
    const Replayed result = replay(sim, recording, inputs);
    EXPECT_TRUE(result.succeeded()) << result.difference;
    EXPECT_GT(log.size(), 2400u);
    EXPECT_EQ(again, log);
  }
}

struct Tick {};
struct Child {
  Log* log;
  void on(Note note) { log->push_back(note.what); }
};
/// Has timers, one of them periodic, and a child whose end it hears of. What it tells itself lies between
/// what it tells others.
struct Parent final : troupe::Actor<Parent> {
  Parent(Log* to, Log* of_child, Ref<Journal> ref) : log(to), log_of_child(of_child), journal(ref) {}
  void on(troupe::Started) {
    child = spawn<Child>({.name = "child"}, log_of_child);
    watch(child);
    every("tick", 1ms, Tick{});
    after(3ms, Again{3});
    child.tell<Note>(9);
    child.stop();
  }
  void on(Tick) {
    log->push_back(1);
    journal.tell<Note>(6);
    self().tell<Again>(10 + ticks);
    journal.tell<Note>(7);
    if (++ticks == 5) {
      journal.tell<Note>(5);
      stop();
    }
  }
  void on(Again again) { log->push_back(again.number); }
  void on(const troupe::Terminated&) { log->push_back(2); }
  Log* log;
  Log* log_of_child;
  Ref<Journal> journal;
  Ref<Child> child{};
  int ticks = 0;
};

TEST(Replays, HaveTimersAndEnds) {
  std::array<Log, 3> logs;
  const Recording recording = recorded([&](troupe::System& system, Recorder&) {
    const auto journal = system.spawn<Journal>({.name = "journal"}, &logs[0]);
    system.spawn<Parent>({.name = "parent"}, &logs[1], &logs[2], journal).join().get();
    EXPECT_TRUE(system.shutdown().clean());
  });
  std::array<Log, 3> again;
  Simulation sim;
  const auto journal = sim.spawn<Journal>({.name = "journal"}, &again[0]);
  sim.spawn<Parent>({.name = "parent"}, &again[1], &again[2], journal);
  const Replayed result = replay(sim, recording, {});
  EXPECT_TRUE(result.succeeded()) << result.difference;
  EXPECT_EQ(again, logs);
}

struct Open {};
/// Keeps what comes early, and tells of each note what it has been told.
struct Keeper final : troupe::Actor<Keeper> {
  Keeper(Log* to, Ref<Journal> ref) : log(to), journal(ref) {}
  void on(Note note) {
    log->push_back(note.what);
    if (!open) return stash(Note(note));
    journal.tell<Note>(100 + note.what);
  }
  void on(Open) {
    open = true;
    unstash_all();
  }
  Log* log;
  Ref<Journal> journal;
  bool open = false;
};
/// Speaks while it is made, in its parent's turn, and while it ends.
struct Loud {
  explicit Loud(Ref<Journal> ref) : journal(ref) { journal.tell<Note>(7); }
  void on(Note note) { journal.tell<Note>(note.what); }
  void on(troupe::Stopping) { journal.tell<Note>(8); }
  Ref<Journal> journal;
};
/// Is told by a plain turn to do all of it.
struct Director final : troupe::Actor<Director> {
  Director(Log* to, Ref<Journal> ref, Ref<Keeper> other) : log(to), journal(ref), keeper(other) {}
  void on(Order order) {
    for (int i = 0; i < 3; ++i) keeper.tell<Note>(order.number + i);
    const auto loud = spawn<Loud>(journal);
    loud.tell<Note>(order.number);
    loud.stop();
    self().tell<Again>(order.number);
    journal.tell<Note>(order.number);
  }
  void on(Again again) {
    keeper.tell<Open>();
    log->push_back(again.number);
    journal.tell<Note>(-again.number);
  }
  Log* log;
  Ref<Journal> journal;
  Ref<Keeper> keeper;
};
struct Cast {
  static constexpr std::size_t logs = 3;
  explicit Cast(troupe::System& system, std::array<Log, logs>& to) {
    const auto journal = system.spawn<Journal>({.name = "journal"}, &to[0]);
    const auto keeper = system.spawn<Keeper>({.name = "keeper"}, &to[1], journal);
    const auto first = system.spawn<Director>({.name = "director"}, &to[2], journal, keeper);
    director = first;
  }
  Ref<Director> director;
};

TEST(Replays, HaveStashesAndWhatConstructorsAndEndsSend) {
  Inputs inputs;
  inputs.add<Director, Order>([](Inputs::Payload) { return Order{0}; });
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::array<Log, Cast::logs> logs;
    const Recording recording = recorded([&](troupe::System& system, Recorder&) {
      const Cast cast(system, logs);
      cast.director.tell<Order>(0);
      for (int i = 0; i < 200; ++i) cast.director.tell<Order>(0);
      EXPECT_TRUE(system.shutdown().clean());
    });
    std::array<Log, Cast::logs> again;
    Simulation sim({.seed = seed});
    const Cast cast(sim.system(), again);
    const Replayed result = replay(sim, recording, inputs);
    EXPECT_TRUE(result.succeeded()) << result.difference;
    EXPECT_GT(result.deliveries, 200u);
    EXPECT_EQ(again[1], logs[1]);
    EXPECT_EQ(again[2], logs[2]);
  }
}

// In the recording the actor handles all before it is killed; the simulation may kill it first.
TEST(Replays, HandleWhatIsRecordedBeforeAnEarlyKill) {
  struct Killer {
    Ref<Journal> journal;
    void on(Go) { journal.kill(); }
  };
  Log log;
  const Recording recording = recorded([&](troupe::System& system, Recorder&) {
    const auto journal = system.spawn<Journal>({.name = "journal"}, &log);
    const auto killer = system.spawn<Killer>({.name = "killer"}, journal);
    for (int i = 0; i < 10; ++i) journal.tell<Note>(i);
    journal.ask<Go>().get();
    killer.tell<Go>();
    journal.join().get();
  });
  Inputs inputs;
  inputs.add<Killer, Go>();
  inputs.add<Journal, Note>([](Inputs::Payload) { return Note{7}; });
  inputs.add<Journal, Go>();
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Log again;
    Simulation sim({.seed = seed});
    const auto journal = sim.spawn<Journal>({.name = "journal"}, &again);
    sim.spawn<Killer>({.name = "killer"}, journal);
    const Replayed result = replay(sim, recording, inputs);
    EXPECT_TRUE(result.succeeded()) << result.difference;
    EXPECT_EQ(again.size(), 10u);
  }
}

}  // namespace
