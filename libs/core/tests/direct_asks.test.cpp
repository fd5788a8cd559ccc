// Direct asks: those whose message lies in the ask, and never in a letter if its actor is idle. To whoever
// asks they are like any other.
#include <array>
#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::AskError;
using troupe::Reason;
using troupe::Task;

struct Length {
  std::string of;
};
struct Nothing {};
struct Tear {
  std::string sheet;
};
struct Misuse {};
struct Large {
  std::array<char, 1000> content{};
};
struct Unique {
  std::unique_ptr<int> content;
};
struct Later {};
struct ByReply {};
struct Build {
  int moves;
};
struct Clerk;
struct Meet {
  troupe::Ref<Clerk> self;
};
struct EndYourself {};
struct Open {};
struct Close {};

/// An answer that survives so many moves.
struct Glass {
  explicit Glass(int moves) : moves_left(moves) {}
  Glass(Glass&& other) : moves_left(other.moves_left - 1) {
    if (moves_left < 0) throw std::runtime_error("broke on the way");
  }
  int moves_left;
};

/// Counts what is done with it.
struct Uses {
  // In several threads: what is left of a message that moved into a letter goes with its ask.
  std::atomic<int> copies = 0;
  std::atomic<int> moves = 0;
  std::atomic<int> alive = 0;
};
struct Counted {
  explicit Counted(Uses* counts) : uses(counts) { ++uses->alive; }
  Counted(const Counted& other) : uses(other.uses) { ++uses->copies, ++uses->alive; }
  Counted(Counted&& other) noexcept : uses(other.uses) { ++uses->moves, ++uses->alive; }
  ~Counted() { --uses->alive; }
  Uses* uses;
};

struct Clerk {
  std::size_t on(const Length& length) const { return length.of.size(); }
  void on(Nothing) { ++nothings; }
  int on(const Tear& tear) { throw std::runtime_error("can't tear " + tear.sheet); }
  int on(Misuse) {
    self.ask<Nothing>().get();
    return 1;
  }
  std::size_t on(const Large& large) const { return large.content.size(); }
  int on(Unique unique) const { return *unique.content; }
  Task<int> on(Later) { co_return 1; }
  void on(ByReply, troupe::Reply<int> reply) { reply.answer(1); }
  Glass on(Build build) { return Glass(build.moves); }
  int on(const Counted& counted) const { return counted.uses->moves; }
  void on(const Meet& meet) { self = meet.self; }
  int on(EndYourself) {
    self.kill();
    return 4;
  }

  int nothings = 0;
  troupe::Ref<Clerk> self{};
};

/// Puts answers off while it is closed.
struct Counter final : troupe::Actor<Counter> {
  bool open = false;
  Signal* has_put_off;
  explicit Counter(Signal* when_it_puts_off = nullptr) : has_put_off(when_it_puts_off) {}

  std::size_t on(const Length& length) {
    if (!open) {
      if (has_put_off) has_put_off->set();
      stash(Length(length));
      stash(Length(length));  // not its answer a second time
      return 0;
    }
    return length.of.size();
  }
  void on(Nothing) {
    if (!open) stash(Nothing{});
  }
  int on(const Tear& tear) {
    stash(Tear(tear));
    throw std::runtime_error("can't tear " + tear.sheet);
  }
  void on(Close) { open = false; }
  void on(Open) {
    open = true;
    unstash_all();
  }
};
struct StubbornClerk {
  static constexpr unsigned retry = 3;
  int on(Nothing) { return 1; }
};

using troupe::detail::is_direct;
static_assert(is_direct<Clerk, Length> && is_direct<Clerk, Nothing> && is_direct<Clerk, Tear>);
static_assert(!is_direct<Clerk, Large>, "it would be moved into its letter where the actor is busy");
static_assert(!is_direct<Clerk, Unique>, "there could be a Reply in it");
static_assert(!is_direct<Clerk, Later> && !is_direct<Clerk, ByReply>, "the answer may come after the call");
static_assert(is_direct<Counter, Length>);
static_assert(!is_direct<StubbornClerk, Nothing>, "the message may be handled again");

// Each test runs once with asks inside the asker's thread, and once with all asks queued.
class DirectAsks : public ::testing::TestWithParam<RunOnAndInline> {
 protected:
  World world{std::get<0>(GetParam())};
  bool is_in_place() const { return std::get<1>(GetParam()); }
  troupe::Ref<Clerk> spawn_clerk() {
    return world->spawn<Clerk>({.name = "clerk", .inline_asks = is_in_place()});
  }
};
INSTANTIATE_TEST_SUITE_P(All, DirectAsks, every_scheduler_and_lane(), run_and_inline_name);

TEST_P(DirectAsks, AreAnsweredLikeAnyOther) {
  const auto clerk = spawn_clerk();
  EXPECT_EQ(clerk.ask<Length>("four").get(), 4u);
  EXPECT_EQ(clerk.try_ask<Length>("four").get().value(), 4u);
  EXPECT_TRUE(clerk.try_ask<Nothing>().get().has_value());
  world.in_actor([&](Inside&) -> Task<> {
    const std::size_t plain = co_await clerk.ask<Length>("a text that is too long for its string's own room");
    EXPECT_EQ(plain, 49u);
    co_await clerk.ask<Nothing>();
    const auto outcome = co_await clerk.try_ask<Length>("four").within(1h);
    EXPECT_EQ(outcome.value(), 4u);
    const std::expected<void, AskError> nothing = co_await clerk.try_ask<Nothing>();
    EXPECT_TRUE(nothing.has_value());
  });
}

TEST_P(DirectAsks, BecomeAsksWhereThoseAreWanted) {
  const auto clerk = spawn_clerk();
  troupe::Ask<std::size_t> named = clerk.ask<Length>("one");
  std::vector<troupe::TryAsk<std::size_t>> several;
  several.push_back(clerk.try_ask<Length>("four"));
  several.emplace_back(clerk.try_ask<Length>("eleven plus"));
  EXPECT_EQ(std::move(named).get(), 3u);
  const auto outcomes = troupe::all(std::move(several)).get();
  EXPECT_EQ(outcomes.at(0).value(), 4u);
  EXPECT_EQ(outcomes.at(1).value(), 11u);
  std::vector<decltype(clerk.ask<Length>(""))> as_they_are;
  as_they_are.push_back(clerk.ask<Length>("two"));
  EXPECT_EQ(troupe::all(std::move(as_they_are)).get(), std::vector<std::size_t>{3});
  const auto [length, nothing] = troupe::all(clerk.ask<Length>("four"), clerk.try_ask<Nothing>()).get();
  EXPECT_EQ(length, 4u);
  EXPECT_TRUE(nothing.has_value());
  EXPECT_EQ(std::get<0>(troupe::first(clerk.ask<Length>("four")).get()), 4u);
}

TEST_P(DirectAsks, AreSentOnce) {
  const auto clerk = spawn_clerk();
  const auto refused = [](auto&& again) {
    return thrown<troupe::UsageError>([&] { static_cast<void>(std::move(again).get()); });
  };
  auto awaited = clerk.ask<Length>("one");
  EXPECT_EQ(std::move(awaited).get(), 3u);
  EXPECT_PRED2(contains, refused(awaited), "a second time");
  auto moved = clerk.ask<Length>("one");
  const auto taken_over = std::move(moved);
  EXPECT_PRED2(contains, refused(moved), "after it was moved");
  auto turned = clerk.ask<Length>("one");
  const troupe::Ask<std::size_t> ask = std::move(turned);
  EXPECT_PRED2(contains, refused(turned), "after it was moved");
  world.in_actor([&](Inside&) -> Task<> {
    auto inside = clerk.ask<Length>("one");
    co_await std::move(inside);
    std::string text;
    try {
      co_await std::move(inside);
    } catch (const troupe::UsageError& error) {
      text = error.what();
    }
    EXPECT_PRED2(contains, text, "a second time");
  });
  EXPECT_EQ(world->dead_letters().total(), 0u) << "what was never sent isn't missed";
}

TEST_P(DirectAsks, FailWithWhatTheHandlerThrewAndEndItsActor) {
  struct Collector {
    std::vector<troupe::DeadLetter> letters;
    void on(const troupe::DeadLetter& letter) { letters.push_back(letter); }
    std::vector<troupe::DeadLetter> on(Nothing) const { return letters; }
  };
  const auto collector = world->spawn<Collector>();
  world->subscribe_dead_letters(collector);
  for (const bool from_thread : {true, false}) {
    const auto clerk = spawn_clerk();
    std::optional<AskError> error;
    if (from_thread) {
      error = clerk.try_ask<Tear>("a sheet").get().error();
    } else {
      world.in_actor([&](Inside&) -> Task<> {
        try {
          co_await clerk.ask<Tear>("a sheet");
        } catch (const AskError& caught) {
          error = caught;
        }
      });
    }
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->reason(), Reason::failed);
    EXPECT_STREQ(
        error->what(),
        "Tear asked of Clerk got no answer: the handler threw: std::runtime_error: can't tear a sheet");
    EXPECT_NE(error->cause(), nullptr);
    clerk.join().get();
    const auto letters = collector.ask<Nothing>().get();
    ASSERT_FALSE(letters.empty());
    EXPECT_EQ(letters.back().path, "clerk");
    EXPECT_EQ(letters.back().reason, troupe::Undelivered::failed);
    ASSERT_NE(letters.back().get_if<Tear>(), nullptr);
    EXPECT_EQ(letters.back().get_if<Tear>()->sheet, "a sheet");
  }
}

TEST_P(DirectAsks, FailWhereTheAnswerThrowsOnItsWay) {
  bool arrived = false;
  for (int moves = 0; !arrived && moves < 20; ++moves) {
    const auto clerk = world->spawn<Clerk>({.inline_asks = is_in_place()});
    const std::string text =
        thrown<std::runtime_error>([&] { static_cast<void>(clerk.ask<Build>(moves).get()); });
    arrived = text.empty();
    if (!arrived) {
      EXPECT_PRED2(contains, text, "broke on the way");
    }
  }
  EXPECT_TRUE(arrived);
}

TEST_P(DirectAsks, MoveTheirMessageOnceIfItNeedsALetter) {
  const auto clerk = spawn_clerk();
  Uses uses;
  const int moves = clerk.ask<Counted>(&uses).get();
  if (world.on_threads()) {
    EXPECT_EQ(moves, is_in_place() ? 0 : 1);
  } else {
    EXPECT_LE(moves, 1) << "what is traced needs a letter, and the simulator traces";
  }
  EXPECT_EQ(uses.copies, 0);
  {
    static_cast<void>(clerk.ask<Counted>(&uses));
  }
  // The last envelope may lie in the lane until the next comes.
  clerk.ask<Nothing>().get();
  world.in_actor([&](Inside&) -> Task<> {
    co_await clerk.ask<Counted>(&uses);
    co_await clerk.ask<Nothing>();
  });
  EXPECT_EQ(uses.alive, 0);
}

TEST_P(DirectAsks, AreNotAnsweredByASuccessor) {
  const auto first = world->spawn<Clerk>({.inline_asks = is_in_place()});
  first.stop();
  first.join().get();
  auto ask = first.try_ask<Nothing>();
  // Cells are used again, sooner or later.
  troupe::Ref<Clerk> successor;
  for (int i = 0; i < 1000 && successor.cell_address_() != first.cell_address_(); ++i) {
    successor = world->spawn<Clerk>({.inline_asks = is_in_place()});
  }
  EXPECT_EQ(std::move(ask).get().error().reason(), Reason::stopped);
  world.in_actor([&](Inside&) -> Task<> {
    const auto outcome = co_await first.try_ask<Nothing>();
    EXPECT_EQ(outcome.error().reason(), Reason::stopped);
    co_await successor.ask<Nothing>();
  });
}

TEST_P(DirectAsks, MayEndTheirActor) {
  for (const bool from_thread : {true, false}) {
    const auto clerk = world->spawn<Clerk>({.inline_asks = is_in_place()});
    clerk.ask<Meet>(clerk).get();
    if (from_thread) {
      EXPECT_EQ(clerk.ask<EndYourself>().get(), 4);
    } else {
      world.in_actor([&](Inside&) -> Task<> {
        const int answer = co_await clerk.ask<EndYourself>();
        EXPECT_EQ(answer, 4);
      });
    }
    clerk.join().get();
    EXPECT_EQ(clerk.try_ask<Nothing>().get().error().reason(), Reason::stopped);
  }
}

// The counter opens when an actor that waits for its turn has had it: without threads, or with one worker,
// after the ask in place.
TEST_P(DirectAsks, MayBePutOff) {
  const auto opener = world->spawn<Inside>();
  for (const bool from_thread : {true, false}) {
    const auto counter = world->spawn<Counter>({.inline_asks = is_in_place()});
    const auto open_soon = [opener, counter] {
      opener.tell<Inside::Step>([counter](Inside&) -> Task<> {
        counter.tell<Open>();
        co_return;
      });
    };
    if (from_thread) {
      open_soon();
      EXPECT_EQ(counter.ask<Length>("four").get(), 4u);
      counter.ask<Close>().get();
      open_soon();
      EXPECT_TRUE(counter.try_ask<Nothing>().get().has_value());
    } else {
      world.in_actor([&](Inside&) -> Task<> {
        open_soon();
        const std::size_t length = co_await counter.ask<Length>("four");
        EXPECT_EQ(length, 4u);
        co_await counter.ask<Close>();
        open_soon();
        const auto nothing = co_await counter.try_ask<Nothing>();
        EXPECT_TRUE(nothing.has_value());
      });
    }
  }
}

TEST_P(DirectAsks, ThatArePutOffHaveADeadline) {
  Signal counting, answered;
  const auto counter = world->spawn<Counter>({.inline_asks = is_in_place()}, &counting);
  const auto asker = world->spawn<Inside>();
  asker.tell<Inside::Step>([&](Inside&) -> Task<> {
    const auto outcome = co_await counter.try_ask<Length>("four").within(5s);
    EXPECT_EQ(outcome.error().reason(), Reason::timeout);
    answered.set();
  });
  world.await(counting);
  // After the turn that put it off: its deadline counts from there.
  counter.ask<Close>().get();
  world.advance(6s);
  world.await(answered);
}

TEST_P(DirectAsks, ThatWerePutOffFailWithTheirActor) {
  const auto counter = world->spawn<Counter>({.inline_asks = is_in_place()});
  const auto outcome = counter.try_ask<Tear>("a sheet").get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().reason(), Reason::failed);
  EXPECT_PRED2(contains, outcome.error().what(), "can't tear a sheet");
}

TEST_P(DirectAsks, HandOutNoGetInsideOfAHandler) {
  const auto clerk = spawn_clerk();
  const auto outcome = clerk.try_ask<Misuse>().get();
  ASSERT_FALSE(outcome.has_value());
  EXPECT_PRED2(contains, outcome.error().what(), "clerk");
  EXPECT_PRED2(contains, outcome.error().what(), "while it handled");
  EXPECT_PRED2(contains, outcome.error().what(), "Misuse");
}

}  // namespace
