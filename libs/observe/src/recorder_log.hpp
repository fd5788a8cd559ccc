// What a Recorder keeps for each thread and for each actor, and how deliveries become entries of the format:
// docs/design/recording.md.
//
// Thread-safety: a Log is its thread's, a Receiver that of whoever has the actor's token.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <troupe/actor_id.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/detail/context.hpp>

#include "per_thread.hpp"
#include "recording_format.hpp"
#include "varint.hpp"

namespace troupe::inline v0::observe::detail {

struct Log;

/// An actor that lives. What it has got of one sender in a row, its run, is written at its end only: that is
/// `sender`, `last`, if that one's messages have a tag, and `left`.
///
/// On a cache line of its own: its numbers change with each message, and its neighbour's in another thread.
struct alignas(64) Receiver : troupe::detail::Tags {
  /// What a run has at most, so that a crash loses no more: a few bytes among so many cost nothing.
  static constexpr std::uint32_t longest_run = 4096;

  explicit Receiver(const ActorId& id) : actor(id) {}

  const ActorId actor;
  std::uint32_t ordinal = 0;
  std::uint32_t sender = 0;  ///< of the run; 0: there is none
  std::uint32_t sent_to_itself = 0;
  std::uint32_t named_to_others = 0;
  const Log* last_log = nullptr;  ///< where its last part is
  std::uint64_t parts = 0;
  /// Its turns that have waited, by message, in the order in which they first did.
  std::vector<std::uint64_t> waiting;

  std::uint32_t run_length() const { return 1 + longest_run - left; }
  /// For a message that it sends to that one.
  std::uint64_t next_name(const ActorId& to);
  void add_waiting(std::uint64_t message) {
    if (std::find(waiting.begin(), waiting.end(), message) == waiting.end()) waiting.push_back(message);
  }
  std::size_t place_among_waiting(std::uint64_t message) const {
    return static_cast<std::size_t>(std::find(waiting.begin(), waiting.end(), message) - waiting.begin());
  }
};

/// The name of a message: who sent it, and as its how manieth.
constexpr std::uint64_t name_of(std::uint32_t sender, std::uint32_t number) {
  return static_cast<std::uint64_t>(sender) << 32 | number;
}
constexpr std::uint32_t sender_of(std::uint64_t name) { return static_cast<std::uint32_t>(name >> 32); }
/// In the number of a message to somebody else: what an actor sends to itself is counted apart.
constexpr std::uint32_t to_another = std::uint32_t{1} << 31;

inline std::uint64_t Receiver::next_name(const ActorId& to) {
  return name_of(ordinal, to == actor ? ++sent_to_itself & ~to_another : ++named_to_others | to_another);
}

/// Bytes that are written at their end only, with room made once for several numbers.
class LogBytes {
 public:
  static constexpr std::size_t longest_number = 10;

  std::span<const std::byte> all() const { return {data_.get(), used_}; }
  std::size_t size() const { return used_; }
  void clear() { used_ = 0; }

  bool has_room(std::size_t bytes) const { return capacity_ - used_ >= bytes; }
  void make_room(std::size_t bytes) {
    if (capacity_ - used_ < bytes) [[unlikely]]
      grow(bytes);
  }

  /// Writes several numbers: it knows where by itself, since a byte that is written might, for all that a
  /// compiler knows, be one of ours. @pre there is room for `longest_number` bytes for each
  class Pen {
   public:
    explicit Pen(LogBytes& bytes) : bytes_(bytes), at_(bytes.data_.get() + bytes.used_) {}
    Pen(const Pen&) = delete;
    Pen& operator=(const Pen&) = delete;
    ~Pen() { bytes_.used_ = static_cast<std::size_t>(at_ - bytes_.data_.get()); }

    void put(std::uint64_t number) {
      std::byte* at = at_;
      for (; number >= 0x80; number >>= 7) *at++ = static_cast<std::byte>(number | 0x80);
      *at++ = static_cast<std::byte>(number);
      at_ = at;
    }

   private:
    LogBytes& bytes_;
    std::byte* at_;
  };
  void put(std::uint64_t number) { Pen(*this).put(number); }

  void put_bytes(std::span<const std::byte> content) {
    make_room(longest_number + content.size());
    put(content.size());
    std::copy(content.begin(), content.end(), data_.get() + used_);
    used_ += content.size();
  }
  void put_text(std::string_view text) { put_bytes(std::as_bytes(std::span(text))); }

 private:
  [[gnu::noinline]] void grow(std::size_t bytes) {
    constexpr std::size_t least = 4096;
    capacity_ = std::max({2 * capacity_, used_ + bytes, least});
    auto larger = std::make_unique_for_overwrite<std::byte[]>(capacity_);
    std::copy_n(data_.get(), used_, larger.get());
    data_ = std::move(larger);
  }

  std::unique_ptr<std::byte[]> data_;
  std::size_t used_ = 0;
  std::size_t capacity_ = 0;
};

/// What a thread has recorded and not yet written.
struct Log : ThreadPart {
  static constexpr std::size_t room_for_event = 7 * LogBytes::longest_number;

  Log(std::uint32_t number, std::uint32_t own_ordinal) : index(number), ordinal(own_ordinal) {
    make_room();
    put(entry(Other::thread));
    put(ordinal);
    make_room();
  }

  const std::uint32_t index;
  const std::uint32_t ordinal;  ///< its thread's, as a sender
  std::uint32_t last_number = 0;
  LogBytes bytes;
  std::vector<std::byte> payload;  ///< for the next message from outside

  std::uint32_t part_of = 0;  ///< whose deliveries come last in `bytes`; 0: nobody's

  /// An actor whose constructor runs: what that sends is its spawner's, since it does so in the spawner's
  /// turn.
  struct Unborn {
    ActorId actor;
    Receiver* spawner;  ///< null: this thread
  };
  /// They nest. Some may be there no more.
  std::vector<Unborn> unborn;

  void add_unborn(const ActorId& actor, Receiver* spawner) {
    const auto* around = troupe::detail::context.running->cell;
    while (!unborn.empty() && unborn.back().actor.cell != around) unborn.pop_back();
    unborn.push_back({actor, spawner});
  }
  Receiver* spawner_of(const ActorId& actor) const {
    const auto found =
        std::find_if(unborn.rbegin(), unborn.rend(), [&](const Unborn& one) { return one.actor == actor; });
    return found == unborn.rend() ? nullptr : found->spawner;
  }

  /// After each event: makes sure of room for the next, whose numbers are no more than seven.
  void make_room() { bytes.make_room(room_for_event); }
  bool has_room() const { return bytes.has_room(room_for_event); }
  void put(std::uint64_t number) { bytes.put(number); }

  /// A turn of the actor goes on, which has waited.
  void add_resume(Receiver& receiver, std::uint64_t message) {
    end_run(receiver);
    LogBytes::Pen pen(bytes);
    begin_part(pen, receiver);
    pen.put(entry(Other::resume));
    pen.put(receiver.place_among_waiting(message));
  }

  /// It handles a message of its own.
  void add_own(Receiver& receiver, std::uint32_t number) {
    end_run(receiver);
    LogBytes::Pen pen(bytes);
    begin_part(pen, receiver);
    pen.put(entry(Other::own));
    pen.put((receiver.sent_to_itself - number) & ~to_another);
  }

  /// It handles a message of this sender, whose tagged ones have this generation; 0: none have.
  void add_from(Receiver& receiver, std::uint32_t sender, std::uint64_t tagged) {
    if (sender == receiver.sender) {
      if (--receiver.left == 0) end_run(receiver);
      return;
    }
    end_run(receiver);
    receiver.sender = sender;
    receiver.last = tagged;
    receiver.left = Receiver::longest_run;
  }

  void end_run(Receiver& receiver) {
    if (receiver.sender == 0) return;
    LogBytes::Pen pen(bytes);
    begin_part(pen, receiver);
    pen.put(entry(Tag::from, receiver.sender));
    const std::uint32_t more = receiver.run_length() - 1;
    if (more != 0) pen.put(entry(Tag::again, more));
    receiver.sender = 0;
    receiver.last = 0;
  }

 private:
  /// What comes next is this actor's.
  void begin_part(LogBytes::Pen& pen, Receiver& receiver) {
    const bool moved = receiver.last_log != this;
    if (part_of == receiver.ordinal && !moved) return;
    pen.put(entry(Tag::part, static_cast<std::uint64_t>(receiver.ordinal) << 1 | (moved ? 1 : 0)));
    if (moved) pen.put(receiver.parts);
    ++receiver.parts;
    receiver.last_log = this;
    part_of = receiver.ordinal;
  }
};

}  // namespace troupe::inline v0::observe::detail
