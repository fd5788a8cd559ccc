// The trace of a system without threads: which events there are, in which order, and what causes what.
#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <troupe/ports/schedule_policy.hpp>

#include "support.hpp"

namespace {

using namespace std::chrono_literals;
using namespace troupe_test;
using troupe::ActorId;
using troupe::Ref;
using troupe::Task;
using troupe::TraceEvent;
using troupe::TraceKind;

/// Keeps each event as a line: "send Ping to 1 by 0: 2 from 1".
class LineTracer final : public troupe::Tracer {
 public:
  std::uint64_t name_message(troupe::ActorId, std::uint64_t cause, bool in_turn) noexcept override {
    if (sampled_ && in_turn && cause == 0) return 0;
    return ++last_;
  }
  void record(const TraceEvent& event) noexcept override {
    if (event.kind == TraceKind::spawn) actors_.push_back(event.actor);
    std::string line(to_string(event.kind));
    line += ' ' + std::string(event.type.substr(event.type.rfind(':') + 1)) + " of " + name(event.actor);
    if (event.by) line += " by " + name(event.by);
    if (event.message != 0) line += " #" + std::to_string(event.message);
    if (event.cause != 0 && event.cause != event.message) line += " <- #" + std::to_string(event.cause);
    if (!event.text.empty()) line += " (" + std::string(event.text) + ')';
    lines_.push_back(std::move(line));
  }
  /// From here on only what outsiders send, and what it causes.
  void sample() { sampled_ = true; }
  std::vector<std::string> take() { return std::exchange(lines_, {}); }

 private:
  std::string name(const ActorId& actor) const {
    for (std::size_t i = 0; i < actors_.size(); ++i) {
      if (actors_[i] == actor) return std::string(1, static_cast<char>('A' + i));
    }
    return "nobody";
  }
  std::vector<ActorId> actors_;
  std::vector<std::string> lines_;
  std::uint64_t last_ = 0;
  bool sampled_ = false;
};

struct Question {};
struct Go {};
struct Later {};
struct Fail {};
struct Answerer {
  int on(Question) { return 7; }
};
struct Asker final : troupe::Actor<Asker> {
  explicit Asker(Ref<Answerer> ref) : answerer(ref) {}
  Task<> on(Go) {
    const int answer = co_await answerer.ask<Question>();
    EXPECT_EQ(answer, 7);
    self().tell<Later>();
  }
  void on(Later) {}
  Ref<Answerer> answerer;
};

using Lines = std::vector<std::string>;

class Traces : public ::testing::TestWithParam<bool> {
 protected:
  // Members in this order: the tracer outlives the system.
  LineTracer tracer_;
  troupe::DeterministicScheduler scheduler_{1};
  CollectingLog log_;
  troupe::System system_{{.log = &log_, .scheduler = &scheduler_, .tracer = &tracer_}};
};

TEST_F(Traces, NothingIsToldUntilTheTracerIsOn) {
  const auto answerer = system_.spawn<Answerer>();
  answerer.tell<Question>();
  tracer_.switch_on();
  scheduler_.run_until_idle();
  EXPECT_EQ(tracer_.take(), Lines{});
}

TEST_F(Traces, AQueuedAskShowsItsSendItsTurnsAndItsAnswer) {
  tracer_.switch_on();
  const auto answerer = system_.spawn<Answerer>({.inline_asks = false});
  const auto asker = system_.spawn<Asker>(answerer);
  asker.tell<Go>();
  scheduler_.run_until_idle();
  EXPECT_EQ(tracer_.take(), (Lines{
                                "spawn Answerer of A",
                                "spawn Asker of B",
                                "send Go of B #1",
                                "begin Go of B #1",
                                "ask Question of A by B #2 <- #1",
                                "suspend Go of B #1",
                                "begin Question of A #2",
                                "answer int of B by A #2",
                                "end Question of A #2",
                                "resume Go of B #1 <- #2",
                                "send Later of B by B #3 <- #1",
                                "end Go of B #1",
                                "begin Later of B #3",
                                "end Later of B #3",
                            }));
}

TEST_F(Traces, AnAskThatRunsInPlaceIsATurnWithinATurn) {
  tracer_.switch_on();
  const auto answerer = system_.spawn<Answerer>();
  const auto asker = system_.spawn<Asker>(answerer);
  tracer_.take();
  asker.tell<Go>();
  scheduler_.run_until_idle();
  EXPECT_EQ(tracer_.take(), (Lines{
                                "send Go of B #1",
                                "begin Go of B #1",
                                "ask Question of A by B #2 <- #1",
                                "begin Question of A #2",
                                "end Question of A #2",
                                "answer int of B by A #2",
                                "send Later of B by B #3 <- #1",
                                "end Go of B #1",
                                "begin Later of B #3",
                                "end Later of B #3",
                            }));
}

TEST_F(Traces, AMessageThatCouldNotBeMadeIsADeadLetter) {
  struct Fragile {
    explicit Fragile(bool whole) {
      if (!whole) throw std::runtime_error("no glue");
    }
  };
  struct Taker {
    void on(const Fragile&) {}
  };
  tracer_.switch_on();
  const auto taker = system_.spawn<Taker>();
  tracer_.take();
  EXPECT_THROW(taker.tell<Fragile>(false), std::runtime_error);
  taker.tell<Fragile>(true);
  scheduler_.run_until_idle();
  EXPECT_EQ(tracer_.take(), (Lines{
                                "send Fragile of A #1",
                                "dead letter Fragile of A #1 (could not be made)",
                                "send Fragile of A #2",
                                "begin Fragile of A #2",
                                "end Fragile of A #2",
                            }));
}

TEST_F(Traces, AnEmptyAddressRefusesWhatIsSentThroughIt) {
  tracer_.switch_on();
  const troupe::Ref<Asker> nobody;
  EXPECT_THROW(nobody.tell(Go{}), troupe::UsageError);
}

TEST_F(Traces, ATracerMayAskForThePathOfWhoIsSpawned) {
  struct Paths final : troupe::Tracer {
    std::vector<std::string> seen;
    std::uint64_t name_message(troupe::ActorId, std::uint64_t, bool) noexcept override { return 0; }
    void record(const TraceEvent& event) noexcept override { seen.push_back(event.actor.path()); }
  };
  Paths paths;
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.scheduler = &scheduler, .tracer = &paths});
  paths.switch_on();
  system.spawn<Answerer>({.name = "named"});
  system.spawn<Answerer>();
  EXPECT_EQ(paths.seen, (std::vector<std::string>{"named", "1"}));
  paths.switch_off();
}

struct Clockwork final : troupe::Actor<Clockwork> {
  void on(Go) {
    after(5ms, Later{});
    stash(Fail{});
  }
  void on(Later) { unstash_all(); }
  void on(Fail) { throw std::runtime_error("as it should"); }
};

TEST_F(Traces, TimersStashesFailuresAndDeadLettersAreSeen) {
  tracer_.switch_on();
  const auto actor = system_.spawn<Clockwork>();
  actor.tell<Go>();
  scheduler_.run_until_idle();
  tracer_.take();
  scheduler_.advance(4ms);
  EXPECT_EQ(tracer_.take(), Lines{});
  scheduler_.advance(1ms);
  EXPECT_EQ(tracer_.take(), (Lines{
                                "begin Later of A #2",
                                "end Later of A #2",
                                "begin Fail of A #3",
                                "failure Fail of A #3 (std::runtime_error: as it should)",
                                "end Fail of A #3",
                                "stop Clockwork of A (failed)",
                            }));
  actor.tell<Later>();
  EXPECT_EQ(tracer_.take(), (Lines{"send Later of A #4", "dead letter Later of A #4 (no such actor)"}));
}

TEST_F(Traces, ASampleFollowsWhatItsMessagesCauseAndNothingElse) {
  const auto answerer = system_.spawn<Answerer>({.inline_asks = false});
  const auto asker = system_.spawn<Asker>(answerer);
  asker.tell<Go>();
  tracer_.sample();
  tracer_.switch_on();
  scheduler_.run_until_idle();
  EXPECT_EQ(tracer_.take(), Lines{});
  asker.tell<Later>();
  scheduler_.run_until_idle();
  EXPECT_EQ(tracer_.take().size(), 3u);
}

TEST_F(Traces, ATurnThatWaitsWhenItsActorIsKilledIsDiscarded) {
  tracer_.switch_on();
  const auto answerer = system_.spawn<Answerer>({.inline_asks = false});
  const auto asker = system_.spawn<Asker>(answerer);
  asker.tell<Go>();
  while (tracer_.take().back() != "suspend Go of B #1") scheduler_.step();
  asker.kill();
  scheduler_.run_until_idle();
  const Lines lines = tracer_.take();
  EXPECT_NE(std::find(lines.begin(), lines.end(), "discard Go of B #1"), lines.end());
  EXPECT_NE(std::find(lines.begin(), lines.end(), "stop Asker of B (killed)"), lines.end());
}

struct Mourner final : troupe::Actor<Mourner> {
  explicit Mourner(Ref<Answerer> ref) : answerer(ref) {}
  Task<> on(Go) {
    watch(answerer);
    const troupe::Terminated news = co_await answerer.join();
    static_cast<void>(news);
  }
  void on(Later) {
    unwatch(answerer);
    answerer.stop();
  }
  void on(const troupe::Terminated&) {}
  Ref<Answerer> answerer;
};

TEST_F(Traces, WhoStopsKillsJoinsAndWatchesWhomIsSeen) {
  tracer_.switch_on();
  const auto answerer = system_.spawn<Answerer>();
  const auto mourner = system_.spawn<Mourner>(answerer);
  const auto other = system_.spawn<Mourner>(answerer);
  mourner.tell<Go>();
  scheduler_.run_until_idle();
  other.tell<Later>();
  tracer_.take();
  scheduler_.run_until_idle();
  EXPECT_EQ(tracer_.take(), (Lines{
                                "begin Later of C #3",
                                "control stop of A by C <- #3",
                                "end Later of C #3",
                                "stop Answerer of A (stopped)",
                                "send Terminated of B by nobody #4",
                                "answer Terminated of B by nobody #2",
                                "resume Go of B #1 <- #2",
                                "end Go of B #1",
                                "begin Terminated of B #4",
                                "end Terminated of B #4",
                            }));
  mourner.kill();
  EXPECT_EQ(tracer_.take(), Lines{"control kill of B"});
}

// A scheduler without threads may choose what an actor handles next.
TEST(Runnables, AWantedLetterComesFirst) {
  struct Listener final : troupe::Actor<Listener> {
    explicit Listener(std::string* to) : heard(to) {}
    void on(char c) { *heard += c; }
    void on(Later) { unstash_all(); }
    void on(int) { stash('s'); }
    std::string* heard;
  };
  struct Chooser final : troupe::SchedulePolicy {
    troupe::Choice choose(const troupe::Runnables& ready) override {
      const auto is_wanted = [n = 0, this](const troupe::detail::Envelope&) mutable { return n++ == place; };
      found = troupe::Runnables::bring_forward_(ready.actor(0), is_wanted);
      return {};
    }
    int place = 0;  ///< among those that wait
    bool found = false;
  };
  std::string heard;
  Chooser chooser;
  troupe::DeterministicScheduler scheduler(chooser);
  troupe::System system({.scheduler = &scheduler});
  const auto listener = system.spawn<Listener>(&heard);
  for (const char c : {'a', 'b', 'c', 'd'}) listener.tell(c);
  for (const int place : {2, 1, 1}) {
    chooser.place = place;
    scheduler.step();
    EXPECT_TRUE(chooser.found);
  }
  EXPECT_EQ(heard, "cbd");
  listener.tell('e');
  chooser.place = 2;
  scheduler.step();
  EXPECT_FALSE(chooser.found) << "two are there: their order stays as it was";
  chooser.place = 0;
  scheduler.run_until_idle();
  EXPECT_EQ(heard, "cbdae");
  listener.tell(1);
  listener.tell('f');
  listener.tell<Later>();
  chooser.place = 9;
  scheduler.run_until_idle();
  EXPECT_EQ(heard, "cbdaefs") << "a stash is not in the way";
}

// Whichever of them it is, and wherever the lane's stub is meanwhile.
TEST(Runnables, WantedLettersComeInAnyOrder) {
  struct Listener {
    std::string* heard;
    void on(char c) { *heard += c; }
  };
  struct Chooser final : troupe::SchedulePolicy {
    troupe::Choice choose(const troupe::Runnables& ready) override {
      if (ready.next_message(0).empty()) return {};  // at the end of the system
      const auto is_wanted = [this](const troupe::detail::Envelope& letter) {
        using Box = troupe::detail::Letter<char, troupe::detail::Sent::told>;
        return static_cast<const Box&>(letter).message == wanted;
      };
      EXPECT_TRUE(troupe::Runnables::bring_forward_(ready.actor(0), is_wanted));
      return {};
    }
    char wanted = 0;
  };
  Chooser chooser;
  troupe::DeterministicScheduler scheduler(chooser);
  troupe::System system({.scheduler = &scheduler});
  std::string heard;
  const auto listener = system.spawn<Listener>(&heard);
  std::string order = "abcde";
  do {
    heard.clear();
    for (const char c : {'a', 'b', 'c', 'd', 'e'}) listener.tell(c);
    for (const char c : order) {
      chooser.wanted = c;
      ASSERT_TRUE(scheduler.step());
    }
    ASSERT_EQ(heard, order);
    ASSERT_FALSE(scheduler.step()) << "nothing is left in the mailbox";
  } while (std::next_permutation(order.begin(), order.end()));
}

// Large and small blocks, moved from thread to thread, with the tracer switched all the time.
TEST(TracesOfThreads, MessagesWithAndWithoutNamesMixWithoutHarm) {
  struct Large {
    char bytes[1500] = {};
  };
  struct Sink {
    std::uint64_t count = 0;
    void on(Go) { ++count; }
    void on(const Large&) { ++count; }
    std::uint64_t on(Question) const { return count; }
  };
  struct Counting final : troupe::Tracer {
    std::atomic<std::uint64_t> last{0}, events{0};
    std::uint64_t name_message(troupe::ActorId, std::uint64_t, bool) noexcept override { return ++last; }
    void record(const TraceEvent&) noexcept override { ++events; }
  };
  Counting tracer;
  World world(threads(2), {.tracer = &tracer});
  const auto sink = world->spawn<Sink>();
  std::vector<std::thread> senders;
  for (int i = 0; i < 3; ++i) {
    senders.emplace_back([&, i] {
      for (int k = 0; k < 3000; ++k) {
        if (i == 0 && k % 10 == 0) tracer.is_on() ? tracer.switch_off() : tracer.switch_on();
        if (k % 7 == 0) {
          sink.tell<Large>();
        } else {
          sink.tell<Go>();
        }
      }
    });
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_EQ(sink.ask<Question>().get(), 9000u);
  EXPECT_GT(tracer.events, 0u);
}

}  // namespace
