#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <set>

#include <troupe/observe/recording.hpp>

#include "recording_format.hpp"
#include "varint.hpp"

namespace troupe::inline v0::observe {

namespace {

using Delivery = Recording::Delivery;

/// Deliveries to one actor that one thread saw in a row.
struct Part {
  std::uint64_t number;
  std::vector<Delivery> deliveries;
};

}  // namespace

/// Reads the logs of the threads, one after the other, and puts each actor's parts in their order.
class RecordingReader {
 public:
  std::expected<Recording, std::string> read(std::span<const std::byte> bytes) {
    const std::size_t magic = detail::recording_magic.size();
    if (bytes.size() < magic || std::memcmp(bytes.data(), detail::recording_magic.data(), magic) != 0) {
      return std::unexpected(
          "these bytes aren't a recording of this version: they don't begin with 'troupeR1'");
    }
    read_blocks(bytes.subspan(magic));
    for (const auto& [index, log] : logs_) {
      if (!read_log(log)) {
        return std::unexpected("the log of thread " + std::to_string(index) + " is damaged in entry " +
                               std::to_string(entries_) + ": " + fault_);
      }
    }
    if (const auto fault = join_parts()) return std::unexpected(*fault);
    return std::move(recording_);
  }

 private:
  /// A block that is cut off ends the file.
  void read_blocks(std::span<const std::byte> bytes) {
    detail::NumberReader reader(bytes);
    while (!reader.at_end()) {
      const auto index = reader.number();
      const auto block = index ? reader.bytes() : std::nullopt;
      if (!block) {
        recording_.is_complete_ = false;
        return;
      }
      detail::Bytes& log = logs_[*index];
      log.insert(log.end(), block->begin(), block->end());
    }
  }

  bool fail(const char* sentence) {
    fault_ = sentence;
    return false;
  }

  bool read_log(const detail::Bytes& log) {
    detail::NumberReader reader(log);
    part_ = nullptr;
    thread_ = 0;
    last_numbers_.clear();
    for (entries_ = 1; !reader.at_end(); ++entries_) {
      const auto first = reader.number();
      if (!first) return fail("it is cut off");
      const std::uint64_t argument = *first >> 2;
      switch (static_cast<detail::Tag>(*first & 3)) {
        case detail::Tag::from:
          if (!add({Delivery::Kind::messages, ordinal(argument), 1})) return false;
          break;
        case detail::Tag::again:
          if (!add_more(argument)) return false;
          break;
        case detail::Tag::part:
          if (!begin_part(argument, reader)) return false;
          break;
        case detail::Tag::other:
          if (!read_other(argument, reader)) return false;
          break;
      }
    }
    return true;
  }

  /// 0, which is nobody's, for what can't be one.
  static std::uint32_t ordinal(std::uint64_t number) {
    return number <= std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(number) : 0;
  }

  bool add(Delivery delivery) {
    if (!part_) return fail("a delivery belongs to no actor");
    if (delivery.kind == Delivery::Kind::messages) senders_.insert(delivery.sender);
    part_->deliveries.push_back(delivery);
    return true;
  }
  bool add_more(std::uint64_t count) {
    if (!part_ || part_->deliveries.empty() || part_->deliveries.back().kind != Delivery::Kind::messages) {
      return fail("a repetition follows no message");
    }
    std::uint64_t& so_far = part_->deliveries.back().count;
    if (count > std::numeric_limits<std::uint64_t>::max() - so_far) return fail("too many repetitions");
    so_far += count;
    return true;
  }

  bool begin_part(std::uint64_t argument, detail::NumberReader& reader) {
    const std::uint32_t actor = ordinal(argument >> 1);
    std::uint64_t number = 0;
    if (argument & 1) {
      const auto given = reader.number();
      if (!given) return fail("a part has no number");
      number = *given;
    } else {
      const auto last = last_numbers_.find(actor);
      if (last == last_numbers_.end()) return fail("an actor's first part here has no number");
      number = last->second + 1;
    }
    last_numbers_[actor] = number;
    auto& parts = parts_[actor];
    parts.push_back({number, {}});
    part_ = &parts.back();
    return true;
  }

  bool read_other(std::uint64_t what, detail::NumberReader& reader) {
    const auto number = reader.number();
    if (!number) return fail("it is cut off");
    switch (what) {
      case static_cast<std::uint64_t>(detail::Other::resume):
        return add({Delivery::Kind::resume, 0, *number});
      case static_cast<std::uint64_t>(detail::Other::own):
        return add({Delivery::Kind::own, 0, *number});
      case static_cast<std::uint64_t>(detail::Other::thread):
        thread_ = ordinal(*number);
        threads_.insert(thread_);
        return true;
      case static_cast<std::uint64_t>(detail::Other::actor):
        return read_actor(ordinal(*number), reader);
      case static_cast<std::uint64_t>(detail::Other::input):
        return read_input(ordinal(*number), reader);
      default:
        return fail("an entry is of no known kind");
    }
  }
  bool read_actor(std::uint32_t actor, detail::NumberReader& reader) {
    const auto path = reader.text();
    const auto actor_class = path ? reader.text() : std::nullopt;
    if (!actor_class || actor == 0) return fail("an actor's name is cut off");
    const bool is_new =
        recording_.actors_
            .try_emplace(actor, Recording::Actor{actor, std::string(*path), std::string(*actor_class), {}})
            .second;
    return is_new || fail("two actors have one ordinal");
  }
  bool read_input(std::uint32_t receiver, detail::NumberReader& reader) {
    const auto type = reader.text();
    const auto payload = type ? reader.bytes() : std::nullopt;
    if (!payload) return fail("a message from outside is cut off");
    receivers_.insert(receiver);
    recording_.inputs_.push_back({thread_, receiver, std::string(*type), {payload->begin(), payload->end()}});
    return true;
  }

  /// The definitions may be in other logs than their uses, so they are checked last. A recording that was cut
  /// off may lack some.
  std::optional<std::string> join_parts() {
    for (auto& [actor, parts] : parts_) {
      std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.number < b.number; });
      auto found = recording_.actors_.find(actor);
      if (found == recording_.actors_.end()) {
        if (recording_.is_complete_) return "there are deliveries to an actor that has no name";
        found = recording_.actors_.try_emplace(actor, Recording::Actor{actor, {}, {}, {}}).first;
      }
      std::uint64_t next = 0;
      for (Part& part : parts) {
        if (part.number != next++) {
          if (recording_.is_complete_)
            return "a part of the deliveries to " + found->second.path + " is missing";
          break;  // what comes after a gap can't be replayed
        }
        auto& all = found->second.deliveries;
        all.insert(all.end(), part.deliveries.begin(), part.deliveries.end());
      }
    }
    for (const std::set<std::uint32_t>* used : {&senders_, &receivers_}) {
      for (const std::uint32_t one : *used) {
        if (!recording_.actors_.contains(one) && !threads_.contains(one) && recording_.is_complete_) {
          return "a message is from, or to, somebody who isn't in the recording";
        }
      }
    }
    return std::nullopt;
  }

  Recording recording_;
  std::map<std::uint64_t, detail::Bytes> logs_;
  std::map<std::uint32_t, std::vector<Part>> parts_;
  std::set<std::uint32_t> senders_, receivers_, threads_;
  // --- of the log that is read
  std::map<std::uint32_t, std::uint64_t> last_numbers_;
  Part* part_ = nullptr;
  std::uint32_t thread_ = 0;
  std::size_t entries_ = 0;
  const char* fault_ = "";
};

std::expected<Recording, std::string> Recording::read(std::span<const std::byte> bytes) {
  return RecordingReader().read(bytes);
}

std::vector<const Recording::Actor*> Recording::at(std::string_view path) const {
  std::vector<const Actor*> found;
  for (const auto& [ordinal, actor] : actors_) {
    if (actor.path == path) found.push_back(&actor);
  }
  return found;
}

std::string Recording::sender_name(std::uint32_t ordinal) const {
  const auto actor = actors_.find(ordinal);
  return actor == actors_.end() ? "outside " + std::to_string(ordinal) : actor->second.path;
}

}  // namespace troupe::inline v0::observe
