// Ends that take their time, under schedules drawn from seeds.
#include "supervision_cases.hpp"

namespace {

using namespace sim_test;
using troupe::Task;

struct Wait {};
/// Answers after a second.
class Bell : public troupe::Actor<Bell> {
 public:
  struct Ring {};
  void on(Wait, troupe::Reply<void> reply) {
    waiting_.push_back(std::move(reply));
    after(1s, Ring{});
  }
  void on(Ring) {
    waiting_.front().answer();
    waiting_.erase(waiting_.begin());
  }

 private:
  std::vector<troupe::Reply<void>> waiting_;
};

struct Nap {};
struct Sleep {};
/// Takes its time.
class Sleeper : public troupe::Actor<Sleeper> {
 public:
  Sleeper(SharedStory story, troupe::Ref<Bell> bell) : story_(std::move(story)), bell_(bell) {
    story_->add("sleeper starts");
  }
  Task<> on(Nap) { co_await bell_.ask<Wait>(); }
  Task<> on(Sleep) {
    for (int second = 0; second < 1'000; ++second) co_await bell_.ask<Wait>();
  }
  void on(troupe::Stopping news) {
    story_->add("sleeper stopping, " + std::string(troupe::to_string(news.reason)));
  }

 private:
  SharedStory story_;
  troupe::Ref<Bell> bell_;
};

class CollectingLog final : public troupe::Log {
 public:
  void write(troupe::LogLevel, std::string_view line) noexcept override { lines.emplace_back(line); }
  Lines lines;
};

TEST(SimulatedStops, AChildThatIgnoresItsDeadlineIsNamedAndItsSiblingsStopNormally) {
  static CollectingLog log;
  auto options = supervision_options("deadline");
  options.log = &log;
  const auto result = explore(options, [](Simulation& sim) {
    log.lines.clear();
    const auto story = std::make_shared<Story>();
    const auto bell = sim.spawn<Bell>();
    const auto shop = sim.system().supervise({.name = "shop"});
    const auto a = shop.spawn<Player>({.name = "a"}, story, "a");
    const auto deaf = shop.spawn<Sleeper>({.name = "deaf", .shutdown_deadline = 10s}, story, bell);
    const auto b = shop.spawn<Player>({.name = "b"}, story, "b");
    const SharedNews news = observe(sim, deaf);
    deaf.tell<Sleep>();
    sim.run_until_idle();
    tell_words<Player>(sim, {a}, "x");
    perform(sim, {[=] { b.tell<Say>("x1"); }, [=] { shop.stop(); }});
    const auto before = sim.now();
    sim.run_until([=] { return !shop.alive(); });
    sim.check(sim.now() - before == 10s, "it was waited for until its deadline");
    sim.run_until_idle();
    // Its sibling needn't wait for the end of who was killed.
    Lines lives = story->lives();
    std::sort(lives.end() - std::min<std::ptrdiff_t>(2, std::ssize(lives)), lives.end());
    sim.check(lives == Lines({"a starts", "sleeper starts", "b starts", "b stopping, stopped",
                              "a stopping, stopped", "sleeper stopping, killed"}),
              "they stop in reverse: " + story->text());
    sim.check(news->size() == 1 && news->front().reason == troupe::StopReason::killed, "it was killed");
    sim.check(std::count(log.lines.begin(), log.lines.end(),
                         "shop/deaf did not stop within its shutdown deadline: it is killed") == 1,
              "it is named");
    sim.check(std::none_of(log.lines.begin(), log.lines.end(),
                           [](const auto& line) { return contains(line, "shop/a did not stop"); }),
              "and nobody else is");
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

/// Has a child that stops slowly.
class Parent : public troupe::Actor<Parent> {
 public:
  Parent(SharedStory story, troupe::Ref<Bell> bell) : story_(std::move(story)) {
    story_->add("parent starts");
    spawn<Sleeper>(story_, bell).tell<Nap>();
  }
  void on(Crash) {
    story_->add("parent crashes");
    throw std::runtime_error("crash");
  }
  void on(const Say& say) { story_->add("parent says " + say.word); }

 private:
  SharedStory story_;
};

TEST(SimulatedStops, ARestartWaitsForSlowChildrenAndWhatArrivesMeanwhileReachesTheNextObjectInOrder) {
  const auto result = explore(supervision_options("slow-children"), [](Simulation& sim) {
    const auto story = std::make_shared<Story>();
    const auto bell = sim.spawn<Bell>();
    const auto shop = sim.system().supervise();
    const auto parent = shop.spawn<Parent>(story, bell);
    perform(sim, {[=] { parent.tell<Crash>(); }});
    tell_words<Parent>(sim, {parent}, "x");
    tell_words<Parent>(sim, {parent}, "y");
    sim.run();
    check_lives(sim, *story,
                {"parent starts", "sleeper starts", "parent crashes", "sleeper stopping, stopped",
                 "parent starts", "sleeper starts"});
    for (const char* sender : {"x", "y"}) check_words(sim, *story, "parent", sender);
    const auto crash = story->lines.begin() + static_cast<std::ptrdiff_t>(story->at("parent crashes"));
    const auto next = std::find(crash, story->lines.end(), "parent starts");
    sim.check(std::none_of(crash, next, [](const auto& line) { return contains(line, "says"); }),
              "nothing is handled between the two objects: " + story->text());
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

}  // namespace
