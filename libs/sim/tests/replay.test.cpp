// What one kind of thing after the other leaves in a recording is there in its replay.
#include <array>

#include <troupe/detail/tracing.hpp>
#include <troupe/observe/recorder.hpp>
#include <troupe/sim/replay.hpp>

#include "replay_support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;
using troupe::observe::Recorder;
using troupe::observe::Recording;

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
            "the replay stands still: a1 journal (sim_test::Journal) is next to handle a message of "
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
