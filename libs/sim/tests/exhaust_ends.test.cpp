// exhaust() sees who stops, kills, joins and watches whom: it reaches all outcomes that trying every order
// does.
#include <cstring>
#include <new>
#include <set>
#include <stdexcept>

#include <sys/mman.h>

#include <troupe/sim/explore.hpp>

#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Ref;
using troupe::Task;

/// How runs went, in memory that this process shares with its children.
class Outcomes {
 public:
  Outcomes() {
    void* memory = ::mmap(nullptr, sizeof(Texts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    texts_ = ::new (memory) Texts{};
  }
  Outcomes(const Outcomes&) = delete;
  Outcomes& operator=(const Outcomes&) = delete;
  ~Outcomes() { ::munmap(texts_, sizeof(Texts)); }

  void add(const std::string& text) {
    if (all().contains(text)) return;
    ASSERT_LT(text.size(), longest);
    ASSERT_LT(texts_->count, most);
    std::memcpy(texts_->all[texts_->count++], text.c_str(), text.size() + 1);
  }
  std::set<std::string> all() const { return {texts_->all, texts_->all + texts_->count}; }

 private:
  static constexpr std::size_t most = 256;
  static constexpr std::size_t longest = 128;
  struct Texts {
    std::size_t count;
    char all[most][longest];
  };
  Texts* texts_;
};

/// Chooses every order, one after the other.
class EveryOrder final : public Policy {
 public:
  std::size_t choose(const Ready& ready) override {
    if (depth_ == path_.size()) path_.push_back({0, ready.size()});
    const Fork& fork = path_[depth_++];
    EXPECT_EQ(fork.size, ready.size()) << "the same choices lead to the same place";
    return fork.chosen;
  }
  /// False: that was the last one.
  bool next() {
    depth_ = 0;
    while (!path_.empty() && ++path_.back().chosen == path_.back().size) path_.pop_back();
    return !path_.empty();
  }

 private:
  struct Fork {
    std::size_t chosen;
    std::size_t size;
  };
  std::vector<Fork> path_;
  std::size_t depth_ = 0;
};

/// A scenario returns what became of it.
using Program = std::function<std::string(Simulation&)>;

/// The number of runs that exhaust() made.
std::uint64_t expect_all_outcomes(const Program& program) {
  Outcomes by_force;
  EveryOrder every;
  std::uint64_t orders = 0;
  do {
    Simulation sim({.policy = &every, .handlers_may_throw = true});
    by_force.add(program(sim));
    ++orders;
  } while (every.next());
  Outcomes reduced;
  const ExploreOptions options{
      .name = "ends", .handlers_may_throw = true, .quiet = true, .directory = {}, .command = "the-test"};
  const auto result = exhaust(options, [&](Simulation& sim) { reduced.add(program(sim)); });
  EXPECT_TRUE(result.passed()) << result.report();
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(reduced.all(), by_force.all());
  EXPECT_LT(result.schedules, orders) << "it reduces";
  return result.schedules;
}

struct Go {};
struct Mark {
  char by;
};
/// Writes down what comes.
struct Receiver final : troupe::Actor<Receiver> {
  explicit Receiver(std::string* to) : text(to) {}
  void on(Mark mark) { *text += mark.by; }
  void on(const troupe::Terminated& news) { *text += news.reason == troupe::StopReason::killed ? 'k' : 's'; }
  std::string* text;
};
struct Sender {
  Ref<Receiver> to;
  char name;
  void on(Go) { to.tell<Mark>(name); }
};
template <class A>
struct Ender {
  Ref<A> who;
  bool kills;
  void on(Go) { kills ? who.kill() : who.stop(); }
};

/// Two senders and one who ends their receiver.
std::string end_a_receiver(Simulation& sim, int senders, bool kills) {
  std::string text;
  const auto receiver = sim.spawn<Receiver>(&text);
  for (int i = 0; i < senders; ++i) {
    sim.spawn<Sender>(receiver, static_cast<char>('a' + i)).tell<Go>();
  }
  sim.spawn<Ender<Receiver>>(receiver, kills).template tell<Go>();
  sim.run();
  return text + std::to_string(sim.system().dead_letters().total());
}

// Sent before the kill and handled, sent before and lost, sent after.
TEST(ExhaustingEnds, AKillComesBeforeOrAfterAMessage) {
  EXPECT_EQ(expect_all_outcomes([](Simulation& sim) { return end_a_receiver(sim, 1, true); }), 3u);
}

// Sent before the stop, sent after and still in the lane, sent to nobody.
TEST(ExhaustingEnds, AStopComesBeforeOrAfterAMessage) {
  EXPECT_EQ(expect_all_outcomes([](Simulation& sim) { return end_a_receiver(sim, 1, false); }), 3u);
}

TEST(ExhaustingEnds, TwoSendersRaceWithAKill) {
  expect_all_outcomes([](Simulation& sim) { return end_a_receiver(sim, 2, true); });
}

TEST(ExhaustingEnds, TwoSendersRaceWithAStop) {
  expect_all_outcomes([](Simulation& sim) { return end_a_receiver(sim, 2, false); });
}

struct Joiner {
  Ref<Receiver> whom;
  Ref<Receiver> to;
  Task<void> on(Go) {
    const troupe::Terminated news = co_await whom.join();
    to.tell<Mark>(news.reason == troupe::StopReason::killed ? 'k' : 's');
  }
};

TEST(ExhaustingEnds, AJoinEndsBeforeOrAfterAMessage) {
  expect_all_outcomes([](Simulation& sim) {
    std::string joined;
    std::string text;
    const auto whom = sim.spawn<Receiver>(&joined);
    const auto to = sim.spawn<Receiver>(&text);
    sim.spawn<Joiner>(whom, to).tell<Go>();
    sim.spawn<Sender>(to, 'a').tell<Go>();
    sim.spawn<Ender<Receiver>>(whom, true).tell<Go>();
    sim.spawn<Ender<Receiver>>(whom, false).tell<Go>();
    sim.run();
    return text;
  });
}

struct Watcher final : troupe::Actor<Watcher> {
  Watcher(Ref<Receiver> ref, std::string* to) : whom(ref), text(to) {}
  void on(Go) { watch(whom); }
  void on(Mark mark) {
    *text += mark.by;
    unwatch(whom);
  }
  void on(const troupe::Terminated& news) { *text += news.reason == troupe::StopReason::killed ? 'k' : 's'; }
  Ref<Receiver> whom;
  std::string* text;
};
struct Canceller {
  Ref<Watcher> watcher;
  void on(Go) { watcher.tell<Mark>('u'); }
};

TEST(ExhaustingEnds, AWatchAndItsEndRaceWithTheEndThatTheyAreAbout) {
  expect_all_outcomes([](Simulation& sim) {
    std::string watched;
    std::string text;
    const auto whom = sim.spawn<Receiver>(&watched);
    const auto watcher = sim.spawn<Watcher>(whom, &text);
    watcher.tell<Go>();
    sim.spawn<Canceller>(watcher).tell<Go>();
    sim.spawn<Ender<Receiver>>(whom, true).tell<Go>();
    sim.run();
    return text + std::to_string(sim.system().dead_letters().total());
  });
}

struct Answerer {
  bool on(Go) { return true; }
};
struct Asker {
  Ref<Answerer> whom;
  Ref<Receiver> to;
  Task<void> on(Go) {
    const bool yes = co_await whom.ask<Go>();
    to.tell<Mark>(yes ? 'y' : 'n');
  }
};

TEST(ExhaustingEnds, AKillMeetsWhoWaits) {
  expect_all_outcomes([](Simulation& sim) {
    std::string text;
    const auto to = sim.spawn<Receiver>(&text);
    const auto asker = sim.spawn<Asker>(sim.spawn<Answerer>(), to);
    asker.tell<Go>();
    sim.spawn<Ender<Asker>>(asker, true).tell<Go>();
    sim.run();
    return text + std::to_string(sim.system().dead_letters().total());
  });
}

struct Fragile {
  std::string* text;
  int handled = 0;
  void on(Mark mark) {
    *text += mark.by;
    if (mark.by == 'x') throw std::runtime_error("as planned");
    *text += static_cast<char>('0' + ++handled);
  }
};
struct Teller {
  Ref<Fragile> to;
  char name;
  void on(Go) { to.tell<Mark>(name); }
};
struct Restarter {
  troupe::Supervisor shop;
  Ref<Fragile> child;
  void on(Go) { shop.restart(child); }
};

// The order of what it handles, and which object does: a restart counts anew.
TEST(ExhaustingEnds, ARestartComesBeforeOrAfterMessages) {
  expect_all_outcomes([](Simulation& sim) {
    std::string text;
    const troupe::Supervisor shop = sim.system().supervise({.name = "shop"});
    const auto child = shop.spawn<Fragile>({.name = "child"}, &text);
    for (const char name : {'a', 'x', 'b'}) sim.spawn<Teller>(child, name).tell<Go>();
    sim.run();
    return text;
  });
}

TEST(ExhaustingEnds, ARestartByHandMeetsAMessage) {
  expect_all_outcomes([](Simulation& sim) {
    std::string text;
    const troupe::Supervisor shop = sim.system().supervise({.name = "shop"});
    const auto child = shop.spawn<Fragile>({.name = "child"}, &text);
    for (const char name : {'a', 'b'}) sim.spawn<Teller>(child, name).tell<Go>();
    sim.spawn<Restarter>(shop, child).tell<Go>();
    sim.run();
    return text;
  });
}

struct Linked final : troupe::Actor<Linked> {
  Linked(Ref<Fragile> ref, std::string* to) : other(ref), text(to) {}
  void on(troupe::Started) { link(other); }
  void on(Mark mark) { *text += mark.by; }
  Ref<Fragile> other;
  std::string* text;
};

TEST(ExhaustingEnds, ALinkBreaksBeforeOrAfterAMessage) {
  struct ToLinked {
    Ref<Linked> to;
    void on(Go) { to.tell<Mark>('l'); }
  };
  expect_all_outcomes([](Simulation& sim) {
    std::string ignored;
    std::string text;
    const auto fragile = sim.spawn<Fragile>(&ignored);
    const auto linked = sim.spawn<Linked>(fragile, &text);
    sim.spawn<Teller>(fragile, 'x').tell<Go>();
    sim.spawn<ToLinked>(linked).tell<Go>();
    sim.run();
    return text + std::to_string(sim.system().dead_letters().total());
  });
}

}  // namespace
