// What becomes of messages, ticks and answers around restarts and ends, under schedules drawn from seeds.
#include <map>

#include "supervision_cases.hpp"

namespace {

using namespace sim_test;
using troupe::Reason;
using troupe::StopReason;
using troupe::Task;

TEST(SimulatedWatches, OneTerminatedForEachNoneForARestartNoneAfterUnwatchAndOneOfTheDead) {
  const auto result = explore(supervision_options("watch"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto w = sim.system().supervise().spawn<Player>(story, "w");
    const bool fails = sim.seed() % 2 == 0;
    const auto plain = sim.spawn<Player>(story, "plain");
    const SharedNews early = observe(sim, w);
    const SharedNews of_plain = observe(sim, plain);
    const auto late = std::make_shared<News>();
    const auto ended = std::make_shared<News>();
    const auto fickle = sim.spawn<Observer<troupe::Ref<Player>>>(ended, w);
    perform(sim, {[=] { w.tell<Crash>(); }, [=] { w.tell<Crash>(); }, [=] { w.tell<Quit>(); }});
    perform(sim, {[=] { static_cast<void>(w.alive()); },
                  [=] { fickle.tell<Observer<troupe::Ref<Player>>::Unwatch>(); }});
    perform(sim, {[=] { Simulation::current()->spawn<Observer<troupe::Ref<Player>>>(late, w); }});
    perform(sim, {[=] {
              if (fails) {
                plain.tell<Crash>();
              } else {
                plain.kill();
              }
            }});
    sim.run();
    sim.check(story->count("w before restart") == 2, "it was restarted twice");
    sim.check(early->size() == 1 && early->front().reason == StopReason::stopped, "one at the end");
    sim.check(late->size() == 1 && (late->front().reason == StopReason::stopped ||
                                    late->front().reason == StopReason::no_such_actor),
              "one for who comes late");
    sim.check(ended->size() <= 1, "one at most for who unwatches");
    sim.check(of_plain->size() == 1 &&
                  of_plain->front().reason == (fails ? StopReason::failed : StopReason::killed),
              "one for a failure, or a kill");
    sim.check(fails == (troupe::cause_as<std::runtime_error>(of_plain->front().cause) != nullptr),
              "with the cause of a failure");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

struct Arm {
  int number;
};
struct Tick {
  int number;
  int object;
};
/// Its ticks carry the number of its object, and which of its timers they are of.
class Clockwork : public troupe::Actor<Clockwork> {
 public:
  explicit Clockwork(SharedStory story) : story_(std::move(story)) {
    story_->add("starts");
    object_ = static_cast<int>(story_->count("starts"));
  }
  void on(Arm arm) {
    after("key", 10ms, Tick{arm.number, object_});
    latest_ = arm.number;
  }
  void on(Tick tick) {
    if (tick.object != object_) Simulation::current()->fail("a tick comes to another object");
    if (tick.number != latest_) Simulation::current()->fail("a tick comes of a timer that was replaced");
    story_->add("tick " + std::to_string(tick.number));
    latest_ = 0;
  }
  void on(Crash) { throw std::runtime_error("crash"); }

 private:
  SharedStory story_;
  int object_ = 0;
  int latest_ = 0;
};

TEST(SimulatedTimers, ATimerReplacedUnderItsKeyIsNotSeenAndNoneOfAnEarlierObjectIs) {
  auto options = supervision_options("timers");
  options.faults.early_timers = 0.3;
  const auto result = explore(options, [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto clock = sim.system().supervise().spawn<Clockwork>(story);
    const auto arm = [=](int number) { return [=] { clock.tell<Arm>(number); }; };
    perform(sim, {arm(1), arm(2), [=] { clock.tell<Crash>(); }, arm(3)});
    perform(sim, {arm(4), arm(5)});
    sim.run();
    sim.check(story->count("starts") == 2, "it was restarted");
    // Whichever was armed last, and not lost with its object.
    const std::string& last = story->lines.back();
    sim.check(last == "tick 3" || last == "tick 5", "the last one is seen: " + story->text());
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

struct Ask {};
/// Answers at once, or later than anybody waits.
class Clerk : public troupe::Actor<Clerk> {
 public:
  struct Later {};
  struct Answer {};
  int on(Count) { return 1; }
  void on(Later, troupe::Reply<int> reply) {
    kept_.push_back(std::move(reply));
    after(2s, Answer{});
  }
  void on(Answer) {
    kept_.front().answer(2);
    kept_.erase(kept_.begin());
  }

 private:
  std::vector<troupe::Reply<int>> kept_;
};
class Asker : public troupe::Actor<Asker> {
 public:
  Asker(SharedStory story, troupe::Ref<Clerk> dead, troupe::Ref<Clerk> mortal, troupe::Ref<Clerk> slow)
      : story_(std::move(story)), dead_(dead), mortal_(mortal), slow_(slow) {}
  Task<> on(Ask) {
    const auto before = now();
    const auto of_dead = co_await dead_.try_ask<Count>();
    if (of_dead || of_dead.error().reason() == Reason::timeout || now() != before)
      Simulation::current()->fail("an ask to a dead actor fails at once");
    const auto of_mortal = co_await mortal_.try_ask<Clerk::Later>().within(1h);
    story_->add(of_mortal                                       ? "answered"
                : of_mortal.error().reason() == Reason::timeout ? "timeout"
                                                                : "refused");
    const auto late = co_await slow_.try_ask<Clerk::Later>().within(1s);
    story_->add(late ? "in time" : late.error().reason() == Reason::timeout ? "too late" : "failed");
  }
  // What a late answer would be, were it a message.
  void on(int) { story_->add("a message"); }

 private:
  SharedStory story_;
  troupe::Ref<Clerk> dead_;
  troupe::Ref<Clerk> mortal_;
  troupe::Ref<Clerk> slow_;
};

TEST(SimulatedAsks, ToADeadActorFailAtOnceAndALateReplyIsADeadLetterAndNoMessage) {
  const auto result = explore(supervision_options("asks"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto dead = sim.spawn<Clerk>();
    dead.stop();
    sim.run_until_idle();
    const auto mortal = sim.spawn<Clerk>();
    const auto slow = sim.spawn<Clerk>();
    constexpr std::size_t askers = 3;
    for (std::size_t i = 0; i < askers; ++i) sim.spawn<Asker>(story, dead, mortal, slow).tell<Ask>();
    perform(sim, {[=] { mortal.kill(); }});
    const auto before = sim.now();
    sim.run();
    sim.check(story->count("refused") == askers, "who asks one that is killed is refused: " + story->text());
    sim.check(sim.now() - before <= 3s, "at once");
    sim.check(story->count("too late") == askers && story->lines.size() == 2 * askers, "each ask ends once");
    sim.check(sim.system().dead_letters()[troupe::Undelivered::late_reply] == askers,
              "late replies are dead letters");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

struct Open {};
struct Job {
  std::string sender;
  int number;
};

/// Stashes what comes while it is closed, and some of it once more.
class Hoarder : public troupe::Actor<Hoarder> {
 public:
  static constexpr std::size_t capacity = 3;
  explicit Hoarder(SharedStory story) : story_(std::move(story)) {}
  void on(const Job& job) {
    const std::string name = job.sender + std::to_string(job.number);
    if (!open_) return keep(job, name);
    if (const auto again = twice_.find(name); again != twice_.end()) {
      if (again->second == round_) Simulation::current()->fail("what was stashed again comes back at once");
    } else if (job.number == 2 && stashed_ < capacity) {
      twice_[name] = round_;
      return keep(job, name);
    }
    story_->add("hoarder says " + name);
  }
  void on(Open) {
    open_ = true;
    ++round_;
    stashed_ = 0;
    unstash_all();
  }

 private:
  void keep(const Job& job, const std::string& name) {
    try {
      stash(job);
      ++stashed_;
    } catch (const troupe::StashOverflow&) {
      if (stashed_ != capacity) Simulation::current()->fail("a stash overflows when it is full");
      story_->add("refused " + name);
    }
  }
  SharedStory story_;
  bool open_ = false;
  int round_ = 0;
  std::size_t stashed_ = 0;  ///< since it was opened last
  std::map<std::string, int> twice_;
};

TEST(SimulatedStashes, OverItsCapacityAStashKeepsWhatItHadAndWhatIsStashedMeanwhileWaits) {
  const auto result = explore(supervision_options("stash"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto hoarder = sim.spawn<Hoarder>({.stash_capacity = Hoarder::capacity}, story);
    for (const char* sender : {"x", "y"}) {
      std::vector<std::function<void()>> acts;
      for (int i = 1; i <= 3; ++i) acts.emplace_back([=] { hoarder.tell<Job>(sender, i); });
      perform(sim, std::move(acts));
    }
    perform(sim, {[=] { hoarder.tell<Open>(); }});
    sim.run();
    hoarder.tell<Open>();
    sim.run();
    for (const char* sender : {"x", "y"}) {
      Lines firsts;  // those that weren't stashed again keep their order
      for (const auto& word : story->said("hoarder", sender))
        if (!word.ends_with('2')) firsts.push_back(word);
      sim.check(std::is_sorted(firsts.begin(), firsts.end()), "in order: " + story->text());
      for (int i = 1; i <= 3; ++i) {
        const std::string name = sender + std::to_string(i);
        sim.check(story->count("hoarder says " + name) + story->count("refused " + name) == 1,
                  "each is handled or refused, once: " + name + " of " + story->text());
      }
    }
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

/// Handles what it had stashed when it was opened, and fails on one of that. Its next object is open.
class Picky : public troupe::Actor<Picky> {
 public:
  Picky(SharedStory story, std::shared_ptr<bool> open) : story_(std::move(story)), open_(std::move(open)) {}
  void on(const Say& say) {
    if (!*open_) return stash(say);
    if (say.word == "x2") throw std::runtime_error("x2");
    story_->add("picky says " + say.word);
  }
  void on(Open) {
    *open_ = true;
    unstash_all();
  }

 private:
  SharedStory story_;
  std::shared_ptr<bool> open_;
};

TEST(SimulatedStashes, AMessageThatFailsInTheMiddleOfUnstashingLosesNoneOfTheOthersNorTheirOrder) {
  const auto result = explore(supervision_options("unstash"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto open = std::make_shared<bool>(false);
    const bool resumes = sim.seed() % 2 == 0;
    const auto shop = sim.system().supervise({.decide = [](const std::exception_ptr&) {
      return Simulation::current()->seed() % 2 == 0 ? troupe::Decision::resume : troupe::Decision::restart;
    }});
    const auto picky = shop.spawn<Picky>(story, open);
    tell_words<Picky>(sim, {picky}, "x");
    tell_words<Picky>(sim, {picky}, "y");
    perform(sim, {[=] { picky.tell<Open>(); }});
    sim.run();
    sim.check(story->said("picky", "x") == Lines({"x1", "x3", "x4"}), "but for that one: " + story->text());
    check_words(sim, *story, "picky", "y");
    sim.check(sim.system().dead_letters().total() == 1, "which is a dead letter");
    sim.check(shop.children().front().restarts == (resumes ? 0u : 1u), "it has resumed, or was restarted");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

}  // namespace
