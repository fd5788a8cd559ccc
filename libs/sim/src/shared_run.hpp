// SharedRun: what a child process that explores writes into memory that it shares with its parent, so that
// the parent knows what was going on when it ended.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include <troupe/sim/failure.hpp>
#include <troupe/sim/schedule.hpp>

namespace troupe::inline v0::sim {

/// Written by one child; read by the parent when the child has ended, but for `finished`.
struct SharedRun {
  static constexpr std::uint32_t most_choices = 1u << 20;
  static constexpr std::uint32_t most_strikes = 4096;

  std::atomic<std::uint64_t> seed{0};      ///< of the run under way
  std::atomic<std::uint64_t> index{0};     ///< of the run under way
  std::atomic<std::uint64_t> depth{0};     ///< with which the run under way was planned
  std::atomic<std::uint64_t> finished{0};  ///< runs, of all batches
  std::atomic<std::uint64_t> steps{0};     ///< of those
  std::atomic<std::uint64_t> longest{0};   ///< the most choices in one run
  std::atomic<std::uint64_t> cut_short{0};
  std::atomic<bool> complete{false};
  std::atomic<bool> failed{false};
  std::atomic<bool> returned{false};  ///< the child came to its end as it should
  FailureKind kind{};
  std::uint64_t steps_begun = 0;         ///< of the run under way
  std::uint64_t tell_from_step = ~0ull;  ///< from where on the run tells of each event: see last_words.hpp
  std::uint32_t choice_count = 0;
  std::uint32_t strike_count = 0;
  std::array<Chosen, most_choices> choices;
  std::array<Strike, most_strikes> strikes;
  std::array<char, 4096> sentence;
  std::array<char, 32768> history;
  std::array<char, 32768> diagram;

  void begin(std::uint64_t run_index, std::uint64_t run_seed, std::uint64_t run_depth) {
    index.store(run_index, std::memory_order_relaxed);
    seed.store(run_seed, std::memory_order_relaxed);
    depth.store(run_depth, std::memory_order_relaxed);
    steps_begun = 0;
    choice_count = 0;
    strike_count = 0;
  }
  void add_choice(Chosen chosen) {
    if (choice_count < most_choices) choices[choice_count++] = chosen;
  }
  void add_strike(const Strike& strike) {
    if (strike_count < most_strikes) strikes[strike_count++] = strike;
  }
  void finish(std::uint64_t run_steps, std::uint64_t choices_made) {
    finished.fetch_add(1, std::memory_order_relaxed);
    steps.fetch_add(run_steps, std::memory_order_relaxed);
    longest.store(std::max(longest.load(std::memory_order_relaxed), choices_made), std::memory_order_relaxed);
  }
  /// Keeps a failure for the parent, with its schedule.
  void fail(const Failure& failure) {
    kind = failure.kind;
    keep_sentence(failure.sentence);
    keep_history(failure.history);
    keep_diagram(failure.diagram);
    choice_count = 0;
    strike_count = 0;
    for (const Chosen chosen : failure.schedule.choices) add_choice(chosen);
    for (const Strike& strike : failure.schedule.strikes) add_strike(strike);
    failed.store(true, std::memory_order_release);
  }
  void keep_sentence(std::string_view text) { copy(text, sentence); }
  /// Of a long history the end counts.
  void keep_history(std::string_view text) {
    copy(text.substr(text.size() < history.size() ? 0 : text.size() - history.size() + 1), history);
  }
  /// Of a long diagram all lines that are whole.
  void keep_diagram(std::string_view text) {
    if (text.size() >= diagram.size()) text = text.substr(0, text.rfind('\n', diagram.size() - 2) + 1);
    copy(text, diagram);
  }
  Failure failure() const {
    return {.kind = kind,
            .sentence = sentence.data(),
            .schedule = schedule(),
            .history = history.data(),
            .command = {},
            .diagram = diagram.data()};
  }
  Schedule schedule() const {
    Schedule result;
    result.seed = seed.load(std::memory_order_relaxed);
    result.depth = depth.load(std::memory_order_relaxed);
    result.choices.assign(choices.begin(), choices.begin() + choice_count);
    result.strikes.assign(strikes.begin(), strikes.begin() + strike_count);
    return result;
  }

 private:
  template <std::size_t size>
  static void copy(std::string_view text, std::array<char, size>& to) {
    const std::size_t length = std::min(text.size(), size - 1);
    std::copy_n(text.begin(), length, to.begin());
    to[length] = 0;
  }
};

/// Of this process; null: it isn't a child that explores.
inline SharedRun* shared_run = nullptr;

}  // namespace troupe::inline v0::sim
