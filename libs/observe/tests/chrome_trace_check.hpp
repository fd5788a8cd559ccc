// Checks a trace in Chrome's JSON against the rules by which Perfetto draws it. Returns a sentence per fault.
//
//  1. It is JSON, and each event has what its phase needs.
//  2. Each track with slices has one name.
//  3. On each track times never go back, and slices are apart or one inside of the other.
//  4. Each flow, by id, category and name, has one start and one finish, in this order; the finish binds to
//  the
//     enclosing slice; both lie in a slice of their track.
//  5. Each wait, by id and category, has one begin and one end, in this order.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

namespace troupe_observe_test {

class ChromeTraceCheck {
 public:
  using Json = nlohmann::json;

  explicit ChromeTraceCheck(const std::string& text) {
    const Json whole = Json::parse(text, nullptr, false);
    if (whole.is_discarded() || !whole.contains("traceEvents")) {
      fault("it isn't JSON with traceEvents");
      return;
    }
    for (const Json& event : whole["traceEvents"]) sort_in(event);
    check_tracks();
    check_flows();
    check_waits();
  }

  const std::vector<std::string>& faults() const { return faults_; }
  std::size_t slices() const { return slice_count_; }
  std::size_t flows() const { return flows_.size(); }
  std::size_t waits() const { return waits_.size(); }
  /// The names of the tracks.
  std::vector<std::string> tracks() const {
    std::vector<std::string> names;
    for (const auto& [tid, track] : tracks_) names.push_back(track.name);
    return names;
  }
  /// The names of a track's slices, in their order.
  std::vector<std::string> slices_of(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& [tid, track] : tracks_) {
      if (track.name != name) continue;
      for (const Slice& slice : track.slices) names.push_back(slice.name);
    }
    return names;
  }

 private:
  using Time = long long;  // nanoseconds
  struct Slice {
    Time begin, end;
    std::string name;
  };
  struct Track {
    std::string name;
    int names = 0;
    Time last = 0;
    std::vector<Slice> slices;
  };
  struct End {
    int count = 0;
    Time at = 0;
    long tid = 0;
  };
  struct Pair {
    End begin, end;
  };

  void fault(std::string sentence) { faults_.push_back(std::move(sentence)); }
  static Time ns(const Json& microseconds) {
    return static_cast<Time>(microseconds.get<double>() * 1000 + 0.5);
  }

  void sort_in(const Json& event) {
    if (!event.contains("ph") || !event.contains("pid") || !event.contains("tid") ||
        !event.contains("name")) {
      return fault("an event lacks ph, pid, tid or name: " + event.dump());
    }
    const std::string phase = event["ph"];
    Track& track = tracks_[event["tid"]];
    if (phase == "M") {
      if (event["name"] == "thread_name") {
        track.name = event["args"]["name"];
        ++track.names;
      }
      return;
    }
    if (!event.contains("ts") || !event["ts"].is_number()) return fault("no time: " + event.dump());
    const Time at = ns(event["ts"]);
    if (at < track.last) fault("time goes back on a track: " + event.dump());
    track.last = at;
    if (phase == "X") return add_slice(track, event, at);
    if (phase == "i") return;
    const bool is_flow = phase == "s" || phase == "f", is_wait = phase == "b" || phase == "e";
    if (!is_flow && !is_wait) return fault("an unknown phase: " + event.dump());
    if (!event.contains("id") || !event.contains("cat")) return fault("no id or category: " + event.dump());
    if (phase == "f" && event.value("bp", "") != "e")
      fault("a flow binds to the next slice: " + event.dump());
    const std::tuple<std::string, std::string, std::string> key{event["id"], event["cat"],
                                                                is_flow ? std::string(event["name"]) : ""};
    Pair& pair = is_flow ? flows_[key] : waits_[key];
    End& end = phase == "s" || phase == "b" ? pair.begin : pair.end;
    end = {end.count + 1, at, event["tid"]};
  }

  void add_slice(Track& track, const Json& event, Time at) {
    if (!event.contains("dur")) return fault("a slice without a duration: " + event.dump());
    ++slice_count_;
    const Time end = at + ns(event["dur"]);
    while (!open_[&track].empty() && open_[&track].back() <= at) open_[&track].pop_back();
    if (!open_[&track].empty() && end > open_[&track].back()) fault("slices overlap: " + event.dump());
    open_[&track].push_back(end);
    track.slices.push_back({at, end, event["name"]});
  }

  void check_tracks() {
    for (const auto& [tid, track] : tracks_) {
      if (!track.slices.empty() && track.names != 1) {
        fault("track " + std::to_string(tid) + " has " + std::to_string(track.names) + " names");
      }
    }
  }
  bool in_slice(const End& end) const {
    for (const Slice& slice : tracks_.at(end.tid).slices) {
      if (slice.begin <= end.at && end.at <= slice.end) return true;
    }
    return false;
  }
  void check_flows() {
    for (const auto& [key, flow] : flows_) {
      const std::string name = std::get<0>(key) + " " + std::get<2>(key);
      if (flow.begin.count != 1 || flow.end.count != 1) {
        fault("flow " + name + " has " + std::to_string(flow.begin.count) + " starts and " +
              std::to_string(flow.end.count) + " ends");
        continue;
      }
      if (flow.end.at < flow.begin.at) fault("flow " + name + " goes back in time");
      if (!in_slice(flow.begin)) fault("flow " + name + " starts outside of slices");
      if (!in_slice(flow.end)) fault("flow " + name + " ends outside of slices");
    }
  }
  void check_waits() {
    for (const auto& [key, wait] : waits_) {
      if (wait.begin.count != 1 || wait.end.count != 1 || wait.end.at < wait.begin.at) {
        fault("wait " + std::get<0>(key) + " isn't one begin and one later end");
      }
    }
  }

  std::map<long, Track> tracks_;
  std::map<const Track*, std::vector<Time>> open_;
  std::map<std::tuple<std::string, std::string, std::string>, Pair> flows_, waits_;
  std::size_t slice_count_ = 0;
  std::vector<std::string> faults_;
};

}  // namespace troupe_observe_test
