// An actor that is built in a cell which rests as idle, while others take its token: who has come early
// leaves it to the builder, or goes on, and never is it lost, nor had by two. The lanes are the real ones;
// what is done around them follows lifecycle/birth.hpp. The light fence there is a full one here, which is
// what the two fences of an asymmetric pair are together.
#include <array>

#include <gtest/gtest.h>

#include "faulty_lanes.hpp"
#include "orders.hpp"
#include "scenarios.hpp"

namespace troupe::model {
namespace {

using troupe::detail::Wake;

enum Life : std::uint64_t { unborn, running, stillborn };

/// What may be left out, to see that it is needed.
struct Rules {
  bool fence = true;        ///< between each side's store and its look
  bool takes_back = true;   ///< of both who see each other, one has the token
  bool looks_early = true;  ///< whoever holds the token looks whether the actor is born
};

template <class Lanes>
class Birth {
 public:
  explicit Birth(Rules rules) : rules_(rules) {}

  void build(bool throws) {
    // A late sender drains the cell: another is taken.
    if (!lanes_.try_revive_idle()) return;
    object_.write() = 1;
    life_.store(throws ? stillborn : running, release);
    if (rules_.fence) fence(seq_cst);
    const bool is_early = came_early_.load(relaxed) != 0 && take_early_token();
    if (throws ? is_early || lanes_.try_take() : is_early) run();
  }
  void tell(Node& node) { wake(lanes_.send_user(&node)); }
  void signal(Node& node) { wake(lanes_.send_signal(&node)); }

  unsigned popped() const { return popped_; }
  bool rests() const {
    const std::uintptr_t bits = lanes_.user_word() & Lanes::flag_bits;
    return bits == Lanes::idle_bit || bits == Lanes::dead_bit;
  }

 private:
  bool take_early_token() { return !rules_.takes_back || came_early_.exchange(0, acq_rel) != 0; }

  bool outwaits_construction() {
    came_early_.store(1, release);
    if (rules_.fence) fence(seq_cst);
    return life_.load(acquire) != unborn && take_early_token();
  }

  void wake(Wake what) {
    if (what == Wake::schedule) run();
    if (what == Wake::drain) end();
  }
  /// With the token.
  void run() {
    if (rules_.looks_early && life_.load(acquire) != running) {
      if (!outwaits_construction()) return;
      if (life_.load(relaxed) == stillborn) return end();
    }
    do {
      object_.write() += 1;
      while (lanes_.pop_signal([](auto*) {})) ++popped_;
      while (lanes_.pop_user([](auto*) {})) ++popped_;
    } while (!lanes_.rest_idle());
  }
  void end() {
    for (;;) {
      while (lanes_.pop_signal([](auto*) {})) ++popped_;
      while (lanes_.pop_user([](auto*) {})) ++popped_;
      switch (lanes_.rest_dead()) {
        case Wake::none:
          return;
        case Wake::schedule:
          return run();
        case Wake::drain:
          break;
      }
    }
  }

  Rules rules_;
  Lanes lanes_;
  Atomic<std::uint64_t> life_{unborn};
  Atomic<std::uint64_t> came_early_{0};
  Plain<int> object_{"the object"};
  unsigned popped_ = 0;
};

struct Company {
  unsigned senders = 1;
  bool with_signal = false;
  bool throws = false;
};

template <class Lanes = ProductionLanes>
Result birth_among(Company company, Rules rules, Options options) {
  options.name = "a birth among " + std::to_string(company.senders) +
                 (company.with_signal ? " and a signal" : "") + (company.throws ? ", that fails" : "");
  return explore(options, [=](Machine& run) {
    std::array<Node, 3> nodes;
    Birth<Lanes> birth(rules);
    run.thread("builder", [&] { birth.build(company.throws); });
    for (unsigned i = 0; i < company.senders; ++i)
      run.thread("sender " + std::to_string(i), [&, i] { birth.tell(nodes[i]); });
    if (company.with_signal) run.thread("signaller", [&] { birth.signal(nodes[2]); });
    run.join();
    run.check(birth.rests(), "the token rests in the end");
    run.check(birth.popped() == company.senders + company.with_signal, "each message is taken out");
  });
}

void expect_sound(const Result& result) {
  EXPECT_TRUE(result.ok()) << result.failure << '\n' << result.interleaving;
  std::cout << "             " << result.executions << " executions\n";
}
void expect_fault(const Result& result, const char* what) {
  EXPECT_NE(result.failure.find(what), std::string::npos) << result.failure;
  std::cout << "             found in execution " << result.executions << '\n';
}

TEST(Birth, MayHaveASenderComeEarly) { expect_sound(birth_among({}, {}, {.preemptions = 3})); }
TEST(Birth, MayHaveTwoSendersComeEarly) { expect_sound(birth_among({.senders = 2}, {}, {.preemptions = 2})); }
TEST(Birth, MayHaveASenderAndASignallerComeEarly) {
  expect_sound(birth_among({.with_signal = true}, {}, {.preemptions = 2}));
}
TEST(Birth, MayFailWithASenderThatComesEarly) {
  expect_sound(birth_among({.throws = true}, {}, {.preemptions = 3}));
}
TEST(Birth, MayFailWithASenderAndASignallerThatComeEarly) {
  expect_sound(birth_among({.with_signal = true, .throws = true}, {}, {.preemptions = 2}));
}
TEST(Birth, WithoutTheFenceTheTokenIsLost) {
  expect_fault(birth_among({}, {.fence = false}, {.preemptions = 2}), "the token rests in the end");
}
TEST(Birth, WithoutTakingTheWordBackTwoHaveTheToken) {
  const Result result = birth_among({}, {.takes_back = false}, {.preemptions = 2});
  EXPECT_FALSE(result.ok());
  std::cout << "             found in execution " << result.executions << '\n';
}
TEST(Birth, WithoutAWakeForWhoIsRevivedASignalIsLost) {
  expect_fault(birth_among<FaultyLanes<Fault::revived_unseen>>({.with_signal = true}, {}, {.preemptions = 2}),
               "each message is taken out");
}
TEST(Birth, WhoDoesNotLookFindsNoObject) {
  expect_fault(birth_among({}, {.looks_early = false}, {.preemptions = 2}), "data race: the object");
}

}  // namespace
}  // namespace troupe::model
