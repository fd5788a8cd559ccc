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
#include <troupe/detail/context.hpp>

#include "per_thread.hpp"
#include "recording_format.hpp"
#include "varint.hpp"

namespace troupe::inline v0::observe::detail {

struct Log;

/// An actor that lives.
struct Receiver {
  const std::uint32_t ordinal;
  const Log* last_log = nullptr;  ///< where its last part is
  std::uint64_t parts = 0;
  std::uint32_t last_number = 0;  ///< of the messages that it has sent
  /// Its turns that have waited, by message, in the order in which they first did.
  std::vector<std::uint64_t> waiting;

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
  static constexpr std::size_t room_for_event = 6 * LogBytes::longest_number;

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

  std::uint32_t part_of = 0;      ///< whose deliveries come last in `bytes`; 0: nobody's
  std::uint32_t last_sender = 0;  ///< the sender of the last one; 0: it had none
  std::uint64_t more = 0;         ///< deliveries from it that aren't in `bytes` yet

  struct RunningTurn {
    Receiver* receiver = nullptr;
    ActorId actor;
    std::uint64_t message = 0;
  };
  /// The turns that nest in this thread: the first `depth` of these, the innermost last. The end of the
  /// outermost may be untold: it is over when another one is begun.
  std::vector<RunningTurn> running{1};
  std::size_t depth = 0;

  struct Known {
    ActorId actor;
    Receiver* receiver = nullptr;
  };
  /// By the cell's address. What has ended is found by nobody: no turn has its generation any more.
  std::array<Known, 256> known{};

  /// Null: it isn't known, or not by this thread.
  Receiver* find(ActorId actor) {
    Known& place = place_of(actor);
    return place.actor == actor ? place.receiver : nullptr;
  }
  void know(const ActorId& actor, Receiver& receiver) { place_of(actor) = {actor, &receiver}; }

  RunningTurn& innermost() { return running[depth - 1]; }
  /// Member by member: an actor that goes over the stack as two words, and is loaded as one, makes the
  /// processor wait until both are in its cache.
  void enter(Receiver& receiver, ActorId actor, std::uint64_t message) {
    const bool nested = troupe::detail::context.traced_message != 0;
    depth = nested ? depth + 1 : 1;
    RunningTurn& turn = nested ? place_of_nested() : running.front();
    turn.receiver = &receiver;
    turn.actor.cell = actor.cell;
    turn.actor.generation = actor.generation;
    turn.message = message;
  }
  void leave() { depth -= depth > 0 ? 1 : 0; }

  /// After each event: makes sure of room for the next, whose numbers are no more than six.
  void make_room() { bytes.make_room(room_for_event); }
  bool has_room() const { return bytes.has_room(room_for_event); }
  void put(std::uint64_t number) { bytes.put(number); }

  void settle() {
    LogBytes::Pen pen(bytes);
    settle(pen);
  }

  /// A turn of the actor goes on, which has waited.
  void add_resume(Receiver& receiver, std::uint64_t message) {
    LogBytes::Pen pen(bytes);
    begin_part(pen, receiver);
    settle(pen);
    pen.put(entry(Other::resume));
    pen.put(receiver.place_among_waiting(message));
    last_sender = 0;
  }

  void add_delivery(Receiver& receiver, std::uint64_t message) {
    LogBytes::Pen pen(bytes);
    begin_part(pen, receiver);
    const std::uint32_t sender = sender_of(message);
    if (sender == receiver.ordinal) {
      settle(pen);
      pen.put(entry(Other::own));
      pen.put(receiver.last_number - static_cast<std::uint32_t>(message));
      last_sender = 0;
    } else if (sender == last_sender) {
      ++more;
    } else {
      settle(pen);
      pen.put(entry(Tag::from, sender));
      last_sender = sender;
    }
  }

 private:
  void settle(LogBytes::Pen& pen) {
    if (more == 0) return;
    pen.put(entry(Tag::again, more));
    more = 0;
  }

  /// What comes next is this actor's.
  void begin_part(LogBytes::Pen& pen, Receiver& receiver) {
    const bool moved = receiver.last_log != this;
    if (part_of == receiver.ordinal && !moved) return;
    settle(pen);
    pen.put(entry(Tag::part, static_cast<std::uint64_t>(receiver.ordinal) << 1 | (moved ? 1 : 0)));
    if (moved) pen.put(receiver.parts);
    ++receiver.parts;
    receiver.last_log = this;
    part_of = receiver.ordinal;
    last_sender = 0;
  }

  Known& place_of(ActorId actor) {
    return known[(reinterpret_cast<std::uintptr_t>(actor.cell) >> 6) % known.size()];
  }
  [[gnu::noinline]] RunningTurn& place_of_nested() {
    if (depth > running.size()) running.resize(depth);
    return innermost();
  }
};

}  // namespace troupe::inline v0::observe::detail
