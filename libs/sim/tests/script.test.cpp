// Scripts and probes.
#include <troupe/sim/probe.hpp>

#include "support.hpp"

namespace {

using namespace sim_test;
using troupe::Recipient;
using troupe::Ref;
using troupe::Task;

struct Ping {
  int number;
};
struct Pong {
  int number;
};
struct Serve {};
struct Count {};

struct Ponger {
  Recipient<Pong> to;
  void on(Ping ping) { to.tell<Pong>(ping.number + 1); }
};
struct Pinger final : troupe::Actor<Pinger> {
  Ref<Ponger> ponger{};
  int last = 0;
  void on(Ref<Ponger> ref) { ponger = ref; }
  void on(Serve) { ponger.tell<Ping>(1); }
  void on(Pong pong) { last = pong.number; }
  int on(Count) const { return last; }
};

struct Game {
  Simulation sim;
  Script script{sim};
  Ref<Pinger> pinger = sim.spawn<Pinger>({.name = "pinger"});
  Ref<Ponger> ponger = sim.spawn<Ponger>({.name = "ponger"}, pinger);
  Game() { script.inject(pinger, ponger); }
};

TEST(Scripts, ExpectAMessageOfATypeAndContentFromOneToAnother) {
  Game game;
  game.script.inject(game.pinger, Serve{});
  game.script.refuse<Pong>().to(game.pinger);
  game.script.expect<Ping>()
      .from(game.pinger)
      .with([](const Ping& p) { return p.number == 1; })
      .to(game.ponger);
  EXPECT_FALSE(game.script.allow<Ping>().to(game.pinger));
  EXPECT_TRUE(game.script.allow<Pong>().from(game.ponger).to(game.pinger));
  EXPECT_EQ(game.pinger.ask<Count>().get(), 2);
}

TEST(Scripts, SayWhatCameInsteadOfWhatWasExpected) {
  Game game;
  game.pinger.tell<Serve>();
  EXPECT_EQ(
      thrown<RunFailed>([&] { game.script.expect<Pong>().from(game.ponger).to(game.pinger); }),
      "a script expects Pong from a2 ponger (Ponger) to a1 pinger (Pinger), but its next message is Serve "
      "from the outside");
}

TEST(Scripts, ContentThatDiffersIsNotWhatWasExpected) {
  Game game;
  game.script.inject(game.pinger, Serve{});
  EXPECT_PRED2(contains, thrown<RunFailed>([&] {
                 game.script.expect<Ping>().with([](const Ping& p) { return p.number == 7; }).to(game.ponger);
               }),
               "with a certain content");
}

TEST(Scripts, AMessageThatIsRefusedMustNotBeNext) {
  Game game;
  game.script.inject(game.pinger, Serve{});
  EXPECT_PRED2(contains, thrown<RunFailed>([&] { game.script.refuse<Ping>().to(game.ponger); }),
               "a script refuses Ping");
}

struct Tick {};
struct Alarm final : troupe::Actor<Alarm> {
  void on(Serve) { after(10ms, Tick{}); }
  void on(Tick) {}
};

TEST(Scripts, MoveTheClockWithoutATurn) {
  Simulation sim;
  Script script(sim);
  const auto alarm = sim.spawn<Alarm>();
  script.inject(alarm, Serve{});
  script.advance(9ms);
  script.refuse<Tick>().to(alarm);
  EXPECT_FALSE(script.run(alarm)) << "it isn't ready";
  script.advance(5ms);
  EXPECT_EQ(sim.now(), 14ms);
  script.expect<Tick>().from(alarm).to(alarm);
}

TEST(Scripts, NobodyElseRuns) {
  Game game;
  game.ponger.tell<Ping>(1);
  EXPECT_FALSE(game.script.run(game.pinger));
  EXPECT_EQ(game.sim.steps(), 1u) << "the one that brought the game together";
}

TEST(Probes, StandForActors) {
  Simulation sim;
  Probe<Pong, int(Count)> probe(sim, {.name = "probe"});
  const auto ponger = sim.spawn<Ponger>(probe.ref());
  probe.send(ponger, Ping{41});
  EXPECT_EQ(probe.receive<Pong>().number, 42);
  probe.receive_nothing();
}

TEST(Probes, AnswerWhatTheyAreAsked) {
  struct Customer {
    Recipient<int(Count)> shop;
    int* got;
    Task<void> on(Serve) {
      const int count = co_await shop.ask<Count>();
      *got = count;
    }
  };
  int got = 0;
  Simulation sim;
  Probe<Pong, int(Count)> probe(sim);
  sim.spawn<Customer>(Recipient<int(Count)>(probe.ref()), &got).tell<Serve>();
  auto [message, reply] = probe.receive_asked<Count>();
  static_cast<void>(message);
  reply.answer(7);
  sim.run();
  EXPECT_EQ(got, 7);
}

TEST(Probes, SayWhenNothingCame) {
  Simulation sim;
  Probe<Pong> probe(sim);
  EXPECT_PRED2(contains, thrown<RunFailed>([&] { probe.receive<Pong>(); }),
               "a probe wants to receive Pong, but nothing came");
}

}  // namespace
