// Vector clocks and views: what a thread of the model knows.
//
// A Clock says how far into each other thread's life everything happens before this point: data races are
// judged by it. A View says, for each atomic location, the oldest store that may still be read: coherence is
// judged by it. They are kept apart because a seq_cst fence orders views without making anything happen
// before.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace troupe::model {

inline constexpr std::size_t max_threads = 8;  // thread 0 is the scenario itself
inline constexpr std::size_t max_locations = 48;

template <std::size_t Size>
struct Ordinals {
  std::array<std::uint16_t, Size> at{};

  void join(const Ordinals& other) {
    for (std::size_t i = 0; i < Size; ++i) at[i] = std::max(at[i], other.at[i]);
  }

  void raise(std::size_t index, std::size_t ordinal) {
    at[index] = std::max(at[index], static_cast<std::uint16_t>(ordinal));
  }

  /// The first index at which this is behind `other`, or Size when it is behind nowhere.
  [[nodiscard]] std::size_t first_behind(const Ordinals& other) const {
    std::size_t index = 0;
    while (index < Size && at[index] >= other.at[index]) ++index;
    return index;
  }
};

using Clock = Ordinals<max_threads>;
using View = Ordinals<max_locations>;

/// What a release hands over and an acquire takes over.
struct Knowledge {
  Clock clock;
  View view;

  void join(const Knowledge& other) {
    clock.join(other.clock);
    view.join(other.view);
  }

  [[nodiscard]] bool covers(const Knowledge& other) const {
    return clock.first_behind(other.clock) == max_threads && view.first_behind(other.view) == max_locations;
  }
};

}  // namespace troupe::model
