// The shapes that every implementation of a workload shares. Operation counts are each implementation's own,
// because the slow ones would otherwise take minutes; the Erlang, Go and Rust programs repeat these numbers.
#pragma once

namespace bench {

inline constexpr long kRingSize = 503;
inline constexpr long kBurst = 1'000'000;  // messages sent without waiting before the receiver answers once
inline constexpr long kTurn =
    1'000;  // messages that a producer sends in one turn before it tells itself to go on
inline constexpr long kProducers = 10;
inline constexpr long kFeeders = 2;        // of ask_busy
inline constexpr long kFeederWindow = 32;  // messages that each feeder keeps on their way to the target
inline constexpr long kFeederCredit = 16;  // messages handled per answer to a feeder
inline constexpr long kSkynetLeaves = 1'000'000;
inline constexpr long kSkynetFanout = 10;
inline constexpr long kSkynetActors = 1'111'111;
inline constexpr long kSkynetSum = kSkynetLeaves * (kSkynetLeaves - 1) / 2;
inline constexpr long kBigActors = 120;
inline constexpr long kSpawnWave = 10'000;  // actors spawned before waiting for all of them to be gone
inline constexpr long kFootprintActors = 1'000'000;
inline constexpr long kFootprintWave =
    1'000;  // actors used at once, so that queued messages don't count as theirs
inline constexpr long kIdleActors = 10'000;
inline constexpr long kIdleSeconds = 10;

}  // namespace bench
