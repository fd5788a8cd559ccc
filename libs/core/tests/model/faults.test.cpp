// Faults that were planted, to see that the scenarios find them: each is a simpler idea that doesn't hold.
#include <iostream>

#include <gtest/gtest.h>

#include "faulty_lanes.hpp"
#include "scenarios.hpp"

namespace troupe::model {
namespace {

/// Two stale reads suffice for all of these, and keep what isn't found from taking long.
Options quick() { return {.stale_reads = 2}; }

/// Expects the fault to be found, with these words among its first line's.
void expect_found(const Result& result, const char* words) {
  EXPECT_NE(result.failure.find(words), std::string::npos)
      << "found instead: '" << result.failure << "' in " << result.executions << " executions\n"
      << result.interleaving;
  EXPECT_FALSE(result.interleaving.empty());
  std::cout << "             found in execution " << result.executions << ": " << result.failure << '\n';
}

template <class Scenario, Fault fault>
Result with(Rules rules = {}) {
  return explore_scenario<Scenario, FaultyLanes<fault>>(quick(), rules);
}

template <class Scenario>
Result under(Rules rules) {
  return explore_scenario<Scenario>(quick(), rules);
}

TEST(PlantedFault, NoneIsFoundInTheFaultyLanesWithoutAFault) {
  EXPECT_TRUE((with<TwoSenders, Fault::none>().ok()));
  EXPECT_TRUE((with<SenderAndSignaller, Fault::none>().ok()));
  EXPECT_TRUE((with<AskThatSuspends, Fault::none>().ok()));
  EXPECT_TRUE((with<KillWhileAwaiting, Fault::none>().ok()));
  EXPECT_TRUE((with<LateFetchAnd, Fault::none>().ok()));
}

TEST(PlantedFault, AnIdleBitPerLaneLetsTwoWorkersRunOneActor) {
  expect_found(with<SenderAndSignaller, Fault::independent_lanes>(), "in the ready queue twice");
  expect_found(with<StopWhileSending, Fault::independent_lanes>(), "in the ready queue twice");
}

TEST(PlantedFault, ASignallerThatLooksBeforeItModifiesLosesAWakeUp) {
  expect_found(with<SenderAndSignaller, Fault::load_then_cas>(), "a message is lost");
  expect_found(with<TwoSignallers, Fault::load_then_cas>(), "a message is lost");
}

TEST(PlantedFault, RestingWithoutASecondLookLosesAWakeUp) {
  expect_found(with<SenderAndSignaller, Fault::no_second_look>(), "a message is lost");
  expect_found(with<TwoSignallers, Fault::no_second_look>(), "a message is lost");
}

TEST(PlantedFault, RestingWithoutASecondLookAtTheBoxLosesAWakeUp) {
  expect_found(under<TwoPutters>({.look_at_box_after_rest = false}), "a message is lost");
  expect_found(under<PutterAndSignaller>({.look_at_box_after_rest = false}), "a message is lost");
}

TEST(PlantedFault, ASenderThatDoesNotRingLosesAWakeUp) {
  expect_found(under<PutterAndSignaller>({.ring = false}), "a message is lost");
}

TEST(PlantedFault, ARelaxedCompareExchangeInRestIsADataRace) {
  expect_found(with<TwoSenders, Fault::relaxed_rest>(), "data race: the actor");
  expect_found(with<SenderSignallerAndAsk, Fault::relaxed_rest>(), "data race: the actor");
}

TEST(PlantedFault, ARelaxedSuspensionIsADataRace) {
  expect_found(with<AskThatSuspends, Fault::relaxed_suspension>(), "data race: ");
}

TEST(PlantedFault, ALinkThatDoesNotReleaseIsADataRace) {
  expect_found(with<TwoSenders, Fault::relaxed_link>(), "data race: a");
  expect_found(with<TwoSignallers, Fault::relaxed_link>(), "data race: ");
}

TEST(PlantedFault, ReadingTheTailsAfterTheCompareExchangeInRestIsADataRace) {
  expect_found(with<TwoSenders, Fault::tails_read_after_rest>(), "data race: the signal lane's tail");
}

TEST(PlantedFault, AnAskThatDoesNotCheckTheGenerationRunsOnANewActor) {
  expect_found(under<RecyclingUnderStaleAsk>({.check_generation_of_asks = false}),
               "handled by another incarnation");
}

TEST(PlantedFault, AQueuedMessageWhoseGenerationIsNotCheckedReachesANewActor) {
  expect_found(under<RecyclingUnderStaleTell>({.check_generation_of_queued = false}),
               "handled by another incarnation");
  expect_found(under<SendersDrainAgainstSpawn>({.check_generation_of_queued = false}),
               "handled by another incarnation");
}

TEST(PlantedFault, FreeingAMessageWhenItIsHandledLetsItsSuccessorsSenderWriteToIt) {
  expect_found(under<TwoSenders>({.free_when_successor_is_popped = false}), "freed");
  expect_found(under<BurstAgainstRest>({.free_when_successor_is_popped = false}), "freed");
}

TEST(PlantedFault, ATakeBackOfAnyBitMakesTheHolderServeADeadCellAsIfItLived) {
  // It's enough that the holder looks anew at the actor, or that the lanes take back no other bit than they
  // left.
  const Rules blind{.look_anew_after_failed_rest = false};
  const char* const words = "the resting bit doesn't tell whether the actor lives";
  expect_found(with<LateFetchAnd, Fault::greedy_take_back>(blind), words);
  expect_found(with<KillWhileAwaiting, Fault::greedy_take_back>(blind), words);
  expect_found(with<SignallerDrainsAgainstSpawn, Fault::greedy_take_back>(blind), words);
  EXPECT_TRUE((with<LateFetchAnd, Fault::greedy_take_back>().ok()));
  EXPECT_TRUE((with<LateFetchAnd, Fault::none>(blind).ok()));
  EXPECT_TRUE((with<KillWhileAwaiting, Fault::none>(blind).ok()));
  EXPECT_TRUE((with<SignallerDrainsAgainstSpawn, Fault::none>(blind).ok()));
}

TEST(PlantedFault, PushingTheEmbeddedStubWhileItMayBeInTheQueueBreaksTheQueue) {
  const Result result =
      under<EmbeddedStubAgainstSenders>({.push_stub_only_when_empty = false, .push_embedded_stub = true});
  EXPECT_FALSE(result.ok());
  std::cout << "             found in execution " << result.executions << ": " << result.failure << '\n';
}

}  // namespace
}  // namespace troupe::model
