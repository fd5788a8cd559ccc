#include <algorithm>
#include <cstdio>
#include <unordered_map>
#include <utility>
#include <vector>

#include <troupe/observe/export.hpp>

#include "json.hpp"
#include "slices.hpp"

namespace troupe::inline v0::observe {

namespace {

using detail::Slice;
using detail::Slices;

/// An entry of the file. Those of a track are written in the order of their times.
struct Entry {
  SteadyTime at;
  std::size_t number;  ///< of those of one time, the first made comes first
  std::string json;
  friend auto operator<=>(const Entry&, const Entry&) = default;
};

class Writer {
 public:
  explicit Writer(const Trace& trace) : trace_(trace), slices_(detail::slices_of(trace)) {}

  std::string write() {
    for (const Slice& slice : slices_.all) add_slice(slice);
    add_arrows();
    add_waits();
    add_instants();
    std::sort(entries_.begin(), entries_.end());
    std::string json =
        "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"recorded\":" + std::to_string(trace_.recorded) +
        ",\"dropped\":" + std::to_string(trace_.dropped) + "},\"traceEvents\":[\n";
    json += R"({"ph":"M","pid":1,"tid":0,"name":"process_name","args":{"name":"troupe"}})";
    for (std::size_t i = 0; i < slices_.tracks.size(); ++i) json += ",\n" + name_of_track(i);
    for (const Entry& entry : entries_) json += ",\n" + entry.json;
    return json + "\n]}\n";
  }

 private:
  static constexpr std::size_t first_tid = 1;
  const TraceRecord& first(const Slice& slice) const { return trace_.records[slice.first]; }
  std::size_t tid(const Slice& slice) const { return first_tid + slices_.track_index(slice.track); }

  std::string name_of_track(std::size_t index) const {
    const detail::Track& track = slices_.tracks[index];
    const std::string tid = std::to_string(first_tid + index);
    std::string json =
        "{\"ph\":\"M\",\"pid\":1,\"tid\":" + tid + ",\"name\":\"thread_name\",\"args\":{\"name\":";
    detail::append_quoted(
        json, track.actor ? trace_.name(track.actor) : "outside, thread " + std::to_string(track.thread));
    return json + "}},\n{\"ph\":\"M\",\"pid\":1,\"tid\":" + tid +
           ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":" + tid + "}}";
  }

  /// The members that all have. The time is in microseconds, with the nanoseconds behind the point.
  static std::string head(const char* phase, std::size_t tid, SteadyTime at, const char* category,
                          std::string_view name) {
    char text[128];
    std::snprintf(text, sizeof text,
                  "{\"ph\":\"%s\",\"pid\":1,\"tid\":%zu,\"ts\":%lld.%03lld,\"cat\":\"%s\",\"name\":", phase,
                  tid, static_cast<long long>(at.count() / 1000), static_cast<long long>(at.count() % 1000),
                  category);
    std::string json = text;
    detail::append_quoted(json, name);
    return json;
  }
  static std::string id_member(std::uint64_t id, std::size_t part) {
    char text[64];
    std::snprintf(text, sizeof text, ",\"id\":\"0x%llx-%zu\"", static_cast<unsigned long long>(id), part);
    return text;
  }

  void add(SteadyTime at, std::string json) { entries_.push_back({at, entries_.size(), std::move(json)}); }

  void add_slice(const Slice& slice) {
    const TraceRecord& record = first(slice);
    std::string name;
    if (detail::is_send(record.kind)) name = "send ";
    if (record.kind == TraceKind::turn_resume) name = "resume ";
    name += record.type;
    std::string json = head("X", tid(slice), slice.begin, "turn", name);
    const auto lasts = (slice.end - slice.begin).count();
    char text[160];
    std::snprintf(text, sizeof text,
                  ",\"dur\":%lld.%03lld,\"args\":{\"message\":\"0x%llx\",\"thread\":%u%s}}",
                  static_cast<long long>(lasts / 1000), static_cast<long long>(lasts % 1000),
                  static_cast<unsigned long long>(record.message), static_cast<unsigned>(record.thread),
                  slice.unfinished ? ",\"unfinished\":true" : "");
    add(slice.begin, json + text);
  }

  void add_arrow(const char* category, std::string_view name, std::uint64_t id, const Slice& from,
                 const Slice& to) {
    // Clocks of two processors may differ by some nanoseconds; an arrow back in time says nothing.
    if (to.begin < from.begin) return;
    add(from.begin, head("s", tid(from), from.begin, category, name) + id_member(id, 0) + "}");
    add(to.begin, head("f", tid(to), to.begin, category, name) + id_member(id, 0) + ",\"bp\":\"e\"}");
  }

  /// From each send to its turn, and from each answer to the turn that it resumes. Once each: arrows can't
  /// fork.
  void add_arrows() {
    std::unordered_map<std::uint64_t, const Slice*> sends, answers;
    for (std::size_t i = 0; i < trace_.records.size(); ++i) {
      const TraceRecord& record = trace_.records[i];
      const std::size_t index = slices_.of_record[i];
      if (index == detail::no_slice) continue;
      const Slice& slice = slices_.all[index];
      if (detail::is_send(record.kind)) {
        sends.try_emplace(record.message, &slice);
      } else if (record.kind == TraceKind::answer) {
        answers.try_emplace(record.message, &slice);
      } else if (record.kind == TraceKind::turn_begin) {
        if (const auto from = sends.extract(record.message)) {
          add_arrow("message", record.type, record.message, *from.mapped(), slice);
        }
      } else if (record.kind == TraceKind::turn_resume && record.cause != 0) {
        if (const auto from = answers.extract(record.cause)) {
          add_arrow("answer", record.type, record.cause, *from.mapped(), slice);
        }
      }
    }
  }

  struct Wait {
    const Slice* slice;
    std::size_t part;  ///< the how manieth of its turn
  };

  void add_waits() {
    std::unordered_map<std::uint64_t, Wait> open;
    std::unordered_map<std::uint64_t, std::size_t> parts;
    for (std::size_t i = 0; i < trace_.records.size(); ++i) {
      const TraceRecord& record = trace_.records[i];
      const std::size_t index = slices_.of_record[i];
      if (record.kind == TraceKind::turn_suspend && index != detail::no_slice) {
        open.insert_or_assign(record.message, Wait{&slices_.all[index], parts[record.message]++});
      } else if (record.kind == TraceKind::turn_resume && index != detail::no_slice) {
        if (const auto wait = open.extract(record.message)) add_wait(wait.mapped(), slices_.all[index].begin);
      } else if (record.kind == TraceKind::turn_discard) {
        if (const auto wait = open.extract(record.message)) add_wait(wait.mapped(), record.time);
      }
    }
    for (const auto& [message, wait] : open) add_wait(wait, trace_.taken_at);
  }

  void add_wait(const Wait& wait, SteadyTime until) {
    const TraceRecord& turn = first(*wait.slice);
    const std::string name = "waits in " + std::string(turn.type);
    const SteadyTime from = wait.slice->end;
    const std::string id = id_member(turn.message, wait.part) + "}";
    until = std::max(until, from);
    add(from, head("b", tid(*wait.slice), from, "wait", name) + id);
    add(until, head("e", tid(*wait.slice), until, "wait", name) + id);
  }

  /// Failures and dead letters, on the track of their actor.
  void add_instants() {
    for (const TraceRecord& record : trace_.records) {
      if (record.kind != TraceKind::failure && record.kind != TraceKind::dead_letter) continue;
      const std::size_t track = slices_.track_index({record.actor, 0});
      if (track == slices_.tracks.size()) continue;
      std::string json = head("i", first_tid + track, record.time, "fault", to_string(record.kind));
      json += ",\"s\":\"t\",\"args\":{\"message\":";
      detail::append_quoted(json, record.type);
      json += ",\"what\":";
      detail::append_quoted(json, record.text);
      add(record.time, json + "}}");
    }
  }

  const Trace& trace_;
  const Slices slices_;
  std::vector<Entry> entries_;
};

}  // namespace

std::string to_chrome_json(const Trace& trace) { return Writer(trace).write(); }

}  // namespace troupe::inline v0::observe
