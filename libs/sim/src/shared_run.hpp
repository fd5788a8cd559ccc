// SharedRun: what a child process that explores writes into memory that it shares with its parent, so that
// the parent knows what was going on when it ended.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>

#include <troupe/sim/schedule.hpp>

namespace troupe::inline v0::sim {

/// Written by one child; read by the parent when the child has ended, but for `finished`.
struct SharedRun {
  static constexpr std::uint32_t most_choices = 1u << 20;
  static constexpr std::uint32_t most_strikes = 4096;

  std::atomic<std::uint64_t> seed{0};      ///< of the run under way
  std::atomic<std::uint64_t> index{0};     ///< of the run under way
  std::atomic<std::uint64_t> finished{0};  ///< runs
  std::uint32_t choice_count = 0;
  std::uint32_t strike_count = 0;
  std::array<Chosen, most_choices> choices;
  std::array<Strike, most_strikes> strikes;

  void begin(std::uint64_t run_index, std::uint64_t run_seed) {
    index.store(run_index, std::memory_order_relaxed);
    seed.store(run_seed, std::memory_order_relaxed);
    choice_count = 0;
    strike_count = 0;
  }
  void add_choice(Chosen chosen) {
    if (choice_count < most_choices) choices[choice_count++] = chosen;
  }
  void add_strike(const Strike& strike) {
    if (strike_count < most_strikes) strikes[strike_count++] = strike;
  }
  Schedule schedule() const {
    Schedule result;
    result.seed = seed.load(std::memory_order_relaxed);
    result.choices.assign(choices.begin(), choices.begin() + choice_count);
    result.strikes.assign(strikes.begin(), strikes.begin() + strike_count);
    return result;
  }
};

/// Of this process; null: it isn't a child that explores.
inline SharedRun* shared_run = nullptr;

}  // namespace troupe::inline v0::sim
