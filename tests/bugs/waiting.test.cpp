// Actors that wait for what never comes, or never stop moving.
#include "support.hpp"

namespace bugs {
namespace {

struct Go {};
struct Take {};
struct Meet {};

// --- two that ask each other
// ----------------------------------------------------------------------------------
struct Peer {
  Version version;
  Recipient<int(Take), Meet> other{};
  void on(Recipient<int(Take), Meet> ref) { other = ref; }
  int on(Take) { return 1; }
  void on(Meet) {}
  Task<void> on(Go) {
    if (version == Version::mended) {
      other.tell<Meet>();
      co_return;
    }
    const int taken = co_await other.ask<Take>();
    static_cast<void>(taken);
  }
};

TEST(Bugs, TwoIndependentAsksWaitForEachOther) {
  hunt({"two asks", FailureKind::exception, "deadlock: 2 asks wait for each other in a circle"},
       [](Simulation& sim, Version version) {
         const auto one = sim.spawn<Peer>({.name = "one"}, version);
         const auto two = sim.spawn<Peer>({.name = "two"}, version);
         one.tell(Recipient<int(Take), Meet>(two));
         two.tell(Recipient<int(Take), Meet>(one));
         one.tell<Go>();
         two.tell<Go>();
         sim.run();
       });
}

// --- three that ask in a circle: each goes from its own place to the next
// --------------------------------------
struct Fork {
  bool taken = false;
  std::vector<Reply<bool>> waiting;
  void on(Take, Reply<bool> reply) {
    if (taken) {
      waiting.push_back(std::move(reply));
    } else {
      taken = true;
      reply.answer(true);
    }
  }
  void on(Meet) {  // given back
    taken = !waiting.empty();
    if (!taken) return;
    waiting.front().answer(true);
    waiting.erase(waiting.begin());
  }
};
struct Philosopher {
  Ref<Fork> first;
  Ref<Fork> second;
  Task<void> on(Go) {
    const bool one = co_await first.ask<Take>();
    const bool two = co_await second.ask<Take>();
    if (one && two) {
      first.tell<Meet>();
      second.tell<Meet>();
    }
  }
};

TEST(Bugs, ThreeThatTakeTheirForksInACircleStarve) {
  hunt({"three forks", FailureKind::deadlock, "Philosopher"}, [](Simulation& sim, Version version) {
    std::vector<Ref<Fork>> forks;
    for (int i = 0; i < 3; ++i) forks.push_back(sim.spawn<Fork>());
    sim.spawn<Philosopher>(forks[0], forks[1]).tell<Go>();
    sim.spawn<Philosopher>(forks[1], forks[2]).tell<Go>();
    // In an order that all keep there is no circle.
    const bool ordered = version == Version::mended;
    sim.spawn<Philosopher>(ordered ? forks[0] : forks[2], ordered ? forks[2] : forks[0]).tell<Go>();
    sim.run();
  });
}

// --- a message that nobody sends
// ------------------------------------------------------------------------------
struct Item {};
struct Want {};
/// Hands out what comes. The broken one tells of an item only who was there when it came.
struct Counter {
  Version version;
  bool has_item = false;
  std::vector<Reply<bool>> waiting;
  void on(Want, Reply<bool> reply) {
    if (version == Version::mended && has_item) {
      reply.answer(true);
    } else {
      waiting.push_back(std::move(reply));
    }
  }
  void on(Item) {
    has_item = true;
    for (auto& reply : waiting) reply.answer(true);
    waiting.clear();
  }
};
struct Buyer {
  Ref<Counter> counter;
  Task<void> on(Go) {
    const bool got = co_await counter.ask<Want>();
    static_cast<void>(got);
  }
};
struct Baker {
  Ref<Counter> counter;
  void on(Go) { counter.tell<Item>(); }
};

TEST(Bugs, WhoComesAfterTheNewsWaitsForEver) {
  hunt({.name = "late buyer", .kind = FailureKind::deadlock, .sentence = "Buyer", .by_hand = {4}},
       [](Simulation& sim, Version version) {
         const auto counter = sim.spawn<Counter>(version);
         sim.spawn<Buyer>(counter).tell<Go>();
         sim.spawn<Buyer>(counter).tell<Go>();
         sim.spawn<Baker>(counter).tell<Go>();
         sim.run();
       });
}

// --- two that are too polite
// ----------------------------------------------------------------------------------
struct AfterYou {};
struct Polite final : troupe::Actor<Polite> {
  Polite(Version which, bool yields_last, int* through)
      : version(which), goes_first(yields_last), passed(through) {}
  void on(Ref<Polite> ref) { other = ref; }
  void on(Go) { other.tell<AfterYou>(); }
  void on(AfterYou) {
    if (version == Version::mended && goes_first) {
      ++*passed;
      return;
    }
    other.tell<AfterYou>();
  }
  Version version;
  bool goes_first;
  int* passed;
  Ref<Polite> other{};
};

TEST(Bugs, TwoThatGiveWayToEachOtherNeverArrive) {
  hunt({.name = "after you", .kind = FailureKind::out_of_steps, .sentence = "keep each other busy"},
       [](Simulation& sim, Version version) {
         int passed = 0;
         const auto one = sim.spawn<Polite>(version, true, &passed);
         const auto two = sim.spawn<Polite>(version, false, &passed);
         one.tell(two);
         two.tell(one);
         one.tell<Go>();
         two.tell<Go>();
         sim.run();
         sim.check(passed > 0, "somebody gets through");
       });
}

// --- a wake-up between the look and the sleep
// -----------------------------------------------------------------
struct IsEmpty {};
struct Sleep {
  Recipient<Item> who;
};
struct Put {};
struct Queue {
  Version version;
  int items = 0;
  Recipient<Item> sleeper{};
  bool on(IsEmpty) const { return items == 0; }
  void on(const Sleep& sleep) {
    if (version == Version::mended && items > 0) {
      --items;
      sleep.who.tell<Item>();
    } else {
      sleeper = sleep.who;
    }
  }
  void on(Put) {
    if (sleeper) {
      sleeper.tell<Item>();
      sleeper = {};
    } else {
      ++items;
    }
  }
};
struct Consumer final : troupe::Actor<Consumer> {
  Consumer(Ref<Queue> ref, int* count) : queue(ref), consumed(count) {}
  Task<void> on(Go) {
    const bool is_empty = co_await queue.ask<IsEmpty>();
    if (is_empty) {
      Sleep sleep{self()};
      queue.tell(std::move(sleep));
    } else {
      ++*consumed;
    }
  }
  void on(Item) { ++*consumed; }
  Ref<Queue> queue;
  int* consumed;
};
struct Producer {
  Ref<Queue> queue;
  void on(Go) { queue.tell<Put>(); }
};

TEST(Bugs, AWakeUpBetweenTheLookAndTheSleepIsLost) {
  hunt({"lost wake-up", FailureKind::check, "the item is consumed"}, [](Simulation& sim, Version version) {
    int consumed = 0;
    const auto queue = sim.spawn<Queue>(version);
    sim.spawn<Consumer>(queue, &consumed).tell<Go>();
    sim.spawn<Producer>(queue).tell<Go>();
    sim.run();
    sim.check(consumed == 1, "the item is consumed");
  });
}

}  // namespace
}  // namespace bugs
