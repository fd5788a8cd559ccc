#include "slices.hpp"
#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>

namespace troupe::inline v0::observe::detail {

namespace {

constexpr SteadyTime shortest{1};
/// How long a send outside of turns is shown.
constexpr SteadyTime send_slice{1000};

bool begins(TraceKind kind) { return kind == TraceKind::turn_begin || kind == TraceKind::turn_resume; }
bool ends(TraceKind kind) { return kind == TraceKind::turn_end || kind == TraceKind::turn_suspend; }

/// Follows each thread through its turns, which are nested where an ask ran in place.
class Builder {
 public:
  explicit Builder(const Trace& trace) : trace_(trace) {
    slices_.of_record.assign(trace.records.size(), no_slice);
  }

  Slices build() {
    for (std::size_t i = 0; i < trace_.records.size(); ++i) add(i);
    for (auto& [thread, open] : open_) {
      for (const std::size_t slice : open) {
        slices_.all[slice].end = trace_.taken_at;
        slices_.all[slice].unfinished = true;
      }
    }
    collect_tracks();
    untangle();
    sort();
    return std::move(slices_);
  }

 private:
  void add(std::size_t i) {
    const TraceRecord& record = trace_.records[i];
    auto& open = open_[record.thread];
    if (begins(record.kind)) {
      open.push_back(start({record.actor, 0}, i));
    } else if (ends(record.kind)) {
      close(open, i);
    } else if (!open.empty() && record.cause != 0 && message_of(open.back()) == record.cause) {
      slices_.of_record[i] = open.back();
    } else if (is_send(record.kind)) {
      const Track track = record.by ? Track{record.by, 0} : Track{{}, record.thread};
      slices_.all[start(track, i)].end = record.time + send_slice;
    }
  }

  std::size_t start(const Track& track, std::size_t record) {
    const SteadyTime begin = trace_.records[record].time;
    slices_.all.push_back({track, begin, begin, record, record, false});
    slices_.of_record[record] = slices_.all.size() - 1;
    return slices_.all.size() - 1;
  }

  /// What was begun inside of it, and has no end in the trace, ends with it.
  void close(std::vector<std::size_t>& open, std::size_t i) {
    const TraceRecord& end = trace_.records[i];
    const auto found = std::find_if(open.rbegin(), open.rend(), [&](std::size_t slice) {
      return message_of(slice) == end.message && slices_.all[slice].track.actor == end.actor;
    });
    if (found == open.rend()) return;  // its begin has been overwritten
    const std::size_t slice = *found;
    for (auto one = open.rbegin(); one != std::next(found); ++one) slices_.all[*one].end = end.time;
    slices_.all[slice].last = i;
    slices_.of_record[i] = slice;
    open.erase(std::prev(found.base()), open.end());
  }

  std::uint64_t message_of(std::size_t slice) const {
    return trace_.records[slices_.all[slice].first].message;
  }

  void collect_tracks() {
    std::map<std::pair<bool, std::string>, Track> by_name;
    for (const Slice& slice : slices_.all) {
      // Two that have ended may share a path.
      const std::string unique = trace_.name(slice.track.actor) + '\n' +
                                 std::to_string(slice.track.actor.generation) + '\n' +
                                 std::to_string(slice.track.thread);
      by_name.try_emplace({!slice.track.actor, unique}, slice.track);
    }
    for (const auto& [name, track] : by_name) {
      const std::size_t index = slices_.tracks.size();
      slices_.tracks.push_back(track);
      if (track.actor) {
        slices_.track_of_actor.emplace(track.actor, index);
      } else {
        slices_.track_of_thread.emplace(track.thread, index);
      }
    }
  }

  /// An actor does one thing at a time; so where two of its slices overlap, the end of the first was known
  /// too roughly.
  void untangle() {
    std::map<std::size_t, std::vector<Slice*>> by_track;
    for (Slice& slice : slices_.all) by_track[slices_.track_index(slice.track)].push_back(&slice);
    for (auto& [track, all] : by_track) {
      std::sort(all.begin(), all.end(), [](const Slice* a, const Slice* b) {
        return std::tie(a->begin, a->first) < std::tie(b->begin, b->first);
      });
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (i > 0) all[i]->begin = std::max(all[i]->begin, all[i - 1]->begin + shortest);
        all[i]->end = std::max(all[i]->end, all[i]->begin + shortest);
        if (i > 0) all[i - 1]->end = std::min(all[i - 1]->end, all[i]->begin);
      }
    }
  }

  void sort() {
    std::vector<std::size_t> order(slices_.all.size()), place(slices_.all.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::tie(slices_.all[a].begin, a) < std::tie(slices_.all[b].begin, b);
    });
    std::vector<Slice> sorted;
    for (std::size_t i = 0; i < order.size(); ++i) {
      place[order[i]] = i;
      sorted.push_back(slices_.all[order[i]]);
    }
    slices_.all = std::move(sorted);
    for (std::size_t& slice : slices_.of_record) {
      if (slice != no_slice) slice = place[slice];
    }
  }

  const Trace& trace_;
  Slices slices_;
  std::unordered_map<std::uint32_t, std::vector<std::size_t>> open_;  // by thread, the outermost first
};

}  // namespace

std::size_t Slices::track_index(const Track& track) const {
  if (track.actor) {
    const auto found = track_of_actor.find(track.actor);
    return found == track_of_actor.end() ? tracks.size() : found->second;
  }
  const auto found = track_of_thread.find(track.thread);
  return found == track_of_thread.end() ? tracks.size() : found->second;
}

Slices slices_of(const Trace& trace) { return Builder(trace).build(); }

}  // namespace troupe::inline v0::observe::detail
