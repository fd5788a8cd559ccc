// History: what happened in a simulation, event by event, the same for the same seed with every compiler and
// on every machine.
//
// Thread-safety: none; it belongs to the thread of its simulation.
// Invariants
//  1. Actors are numbered in the order of their spawns, messages in the order in which they were made.
//  2. The names of types are the same with g++ and clang.
//  3. Two histories with the same hash() are, but for a collision in 64 bits, the same events.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/ports/tracer.hpp>
#include <troupe/sim/event.hpp>

namespace troupe::inline v0::sim {

class History final : public Tracer {
 public:
  History();
  ~History() override;

  std::size_t size() const noexcept { return events_.size(); }
  const Event& operator[](std::size_t index) const noexcept { return events_[index]; }
  const std::vector<Event>& events() const noexcept { return events_; }
  std::uint64_t hash() const noexcept { return hash_; }

  /// A line per event: "send m3 Later to a2 by a2 in m1".
  std::string text() const;
  /// The events from `first` on, `count` at most.
  std::string text(std::size_t first, std::size_t count) const;
  std::string line(const Event& event) const;

  /// How many actors have been spawned.
  ActorNumber actors() const noexcept;
  /// 0: it wasn't spawned under this history's eyes, or is nobody.
  ActorNumber number_of(const ActorId& actor) const noexcept;
  /// @pre 0 < actor <= actors()
  const ActorId& id_of(ActorNumber actor) const noexcept;
  /// As it was when the actor was spawned. @pre as id_of()
  std::string_view path_of(ActorNumber actor) const noexcept;
  std::string_view class_of(ActorNumber actor) const noexcept;
  /// "a3 shop/till (Till)"; of 0 "the outside".
  std::string describe(ActorNumber actor) const;
  /// A type or text of an event.
  std::string_view name(std::uint32_t name) const noexcept;
  /// The number of a name that was or will be in events.
  std::uint32_t number_of_name(std::string_view name);

  /// How many messages have been made.
  MessageNumber messages() const noexcept { return static_cast<MessageNumber>(last_message_); }
  /// From now on sender_of() knows.
  void track_senders();
  /// In whose turn the message was made; 0: in nobody's, or before senders were tracked.
  ActorNumber sender_of(MessageNumber message) const noexcept;
  /// Whether its receiver has sent it; no: as for sender_of().
  bool is_to_its_sender(MessageNumber message) const noexcept;

  /// Writes down what no tracer is told.
  void add(Event event);
  /// Calls this after each event. It must not throw.
  void watch(std::function<void()> watcher);

  std::uint64_t name_message(ActorId actor, std::uint64_t cause, bool in_turn) noexcept override;
  void record(const TraceEvent& event) noexcept override;

 private:
  struct Names;
  struct Actors;

  std::vector<Event> events_;
  std::uint64_t hash_ = 0;
  std::uint64_t last_message_ = 0;
  ActorNumber running_ = 0;  ///< whose turn it is
  bool tracks_senders_ = false;
  struct Way {
    ActorNumber sender = 0;
    bool to_itself = false;
  };
  std::vector<Way> ways_;  ///< by message, when senders are tracked
  std::function<void()> watcher_;
  std::unique_ptr<Names> names_;
  std::unique_ptr<Actors> actors_;
};

}  // namespace troupe::inline v0::sim
