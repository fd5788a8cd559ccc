// Every interleaving of the scenarios with at most two preemptions, over the lanes that run in production.
// TROUPE_MODEL_PREEMPTIONS and TROUPE_MODEL_STALE_READS set other bounds than the tests have.
//
// In all of them: each message is handled or becomes a dead letter exactly once, in its sender's order;
// nobody but the token's holder touches the actor; at the end nothing is queued and the token rests in one
// word; no node is freed twice, used after it was freed, or lost.
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "scenarios.hpp"

namespace troupe::model {
namespace {

void set_from_environment(unsigned& bound, const char* variable) {
  if (const char* text = std::getenv(variable)) bound = static_cast<unsigned>(std::stoul(text));
}

template <class Scenario>
void expect_sound(Options options = {}, Rules rules = {}) {
#if !defined(__OPTIMIZE__) || defined(TROUPE_MODEL_ASAN) || defined(TROUPE_MODEL_TSAN)
  // Here an execution takes up to fifty times as long, and shows no more of the protocol: optimised builds go
  // all the way, and this run is about the explorer.
  options.preemptions = 1;
#endif
  set_from_environment(options.preemptions, "TROUPE_MODEL_PREEMPTIONS");
  set_from_environment(options.stale_reads, "TROUPE_MODEL_STALE_READS");
  const Result result = explore_scenario<Scenario>(options, rules);
  options.name = Scenario::name;
  EXPECT_TRUE(result.ok()) << report(options, result);
  ::testing::Test::RecordProperty("executions", std::to_string(result.executions));
  std::cout << "             " << result.executions << " executions of " << Scenario::name << '\n';
}

TEST(EveryInterleaving, OfTwoSendersKeepsTheTokenSingle) { expect_sound<TwoSenders>(); }

TEST(EveryInterleaving, OfASenderAndASignallerKeepsTheTokenSingle) { expect_sound<SenderAndSignaller>(); }

TEST(EveryInterleaving, OfTwoSignallersLosesNoWakeUp) { expect_sound<TwoSignallers>(); }

TEST(EveryInterleaving, OfASenderASignallerAndAnInlineAskKeepsTheTokenSingle) {
  expect_sound<SenderSignallerAndAsk>();
}

TEST(EveryInterleaving, OfAReplyAndSendersResumesTheHandlerBeforeAnyUserMessage) {
  expect_sound<ReplyRacesWithSenders>();
}

TEST(EveryInterleaving, OfAnInlineAskThatSuspendsHandsItsActorToTheReply) { expect_sound<AskThatSuspends>(); }

TEST(EveryInterleaving, OfAnInlineAskThatSuspendsAndASignallerLosesNoWakeUp) {
  expect_sound<AskThatSuspendsUnderSignals>();
}

TEST(EveryInterleaving, OfAKillAndAReplyEndsTheAwaitOnce) { expect_sound<KillWhileAwaiting>(); }

TEST(EveryInterleaving, OfAStopAndSendersHandlesOrReturnsEachMessage) {
  expect_sound<StopWhileSending>({.stale_reads = 3});
}

TEST(EveryInterleaving, OfRecyclingAndAStaleTellKeepsItFromTheNewActor) {
  expect_sound<RecyclingUnderStaleTell>();
}

TEST(EveryInterleaving, OfRecyclingAndAStaleAskKeepsItFromTheNewActor) {
  expect_sound<RecyclingUnderStaleAsk>();
}

TEST(EveryInterleaving, OfTwoStaleSendersAndASpawnDrainsTheDeadCellAndNeverTheLivingOne) {
  expect_sound<SendersDrainAgainstSpawn>();
}

TEST(EveryInterleaving, OfAStaleSenderAStaleSignallerAndASpawnDrainsTheDeadCellAndNeverTheLivingOne) {
  expect_sound<SignallerDrainsAgainstSpawn>();
}

TEST(EveryInterleaving, OfAllStaleSendersAndASpawnDrainsTheDeadCellAndNeverTheLivingOne) {
  expect_sound<AllDrainAgainstSpawn>({.stale_reads = 2});
}

TEST(EveryInterleaving, OfABurstAndRestLosesNoWakeUp) { expect_sound<BurstAgainstRest>(); }

TEST(EveryInterleaving, OfTheEmbeddedStubAndSendersKeepsTheQueueWhole) {
  expect_sound<EmbeddedStubAgainstSenders>({}, {.push_embedded_stub = true});
}

TEST(EveryInterleaving, OfALateFetchAndOnARecycledCellIsNoMoreThanASpuriousActivation) {
  expect_sound<LateFetchAnd>();
}

TEST(EveryInterleaving, OfSendersToAMailboxWithRulesHandlesAllInOrder) {
  expect_sound<TwoPutters>({.stale_reads = 2});
}

TEST(EveryInterleaving, OfASenderToAMailboxWithRulesAndASignallerLosesNoWakeUp) {
  expect_sound<PutterAndSignaller>({.stale_reads = 2});
}

TEST(EveryInterleaving, OfASenderToAMailboxWithRulesAndTheEndOfItsActorAccountsForTheMessage) {
  expect_sound<PutterAgainstTheEnd>({.stale_reads = 2});
}

}  // namespace
}  // namespace troupe::model
