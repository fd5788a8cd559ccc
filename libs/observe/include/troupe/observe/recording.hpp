// Recording: what a Recorder has written, read back: for each actor, whose messages it got, in which order.
//
// Thread-safety: a value.
//
// Invariants
//  1. Each ordinal that a delivery names is that of an actor or of a thread outside.
//  2. It takes memory in proportion to the bytes it was read from, whatever they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::inline v0::observe {

class Recording {
 public:
  /// What an actor did next.
  struct Delivery {
    enum class Kind : std::uint8_t {
      messages,  ///< it handled the next `count` messages that `sender` had sent to it
      own,     ///< it handled a message, or a timer, of its own: the `count`-th last that it had sent, 0 the
               ///< last
      resume,  ///< it went on with the `count`-th of its waiting turns, 0 the one that has waited longest
    };
    Kind kind = Kind::messages;
    std::uint32_t sender = 0;
    std::uint64_t count = 0;
    friend bool operator==(const Delivery&, const Delivery&) = default;
  };
  struct Actor {
    std::uint32_t ordinal = 0;
    std::string path;
    std::string actor_class;
    std::vector<Delivery> deliveries;
  };
  /// A message from outside of turns. Those of one thread are in the order in which it sent them.
  struct Input {
    std::uint32_t thread = 0;    ///< its ordinal
    std::uint32_t receiver = 0;  ///< the actor's ordinal
    std::string type;
    std::vector<std::byte> payload;  ///< empty, unless the Recorder was told
  };

  /// An error is a sentence. What a crash has cut off is no error, but is_complete() is false then.
  static std::expected<Recording, std::string> read(std::span<const std::byte> bytes);

  const std::map<std::uint32_t, Actor>& actors() const { return actors_; }
  /// Those that had this path, one after the other.
  std::vector<const Actor*> at(std::string_view path) const;
  const std::vector<Input>& inputs() const { return inputs_; }
  /// An actor's path, or "outside 3".
  std::string sender_name(std::uint32_t ordinal) const;
  bool is_complete() const { return is_complete_; }

 private:
  friend class RecordingReader;
  std::map<std::uint32_t, Actor> actors_;
  std::vector<Input> inputs_;
  bool is_complete_ = true;
};

}  // namespace troupe::inline v0::observe
