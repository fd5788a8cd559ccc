// What the model's actors send each other, and the ledger of what became of it.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>

#include <troupe/detail/lanes.hpp>

#include "atomic.hpp"
#include "plain.hpp"

namespace troupe::model {

using Node = troupe::detail::BasicNode<Atomic>;

enum class Kind : std::uint8_t {
  tell,    ///< user lane: handled at once
  await,   ///< user lane, or inline: its handler asks the responder, and awaits the reply exclusively
  stop,    ///< user lane: ends the actor after all that was sent before
  signal,  ///< signal lane: handled at once
  reply,   ///< signal lane: resumes the handler that awaits it
  kill,    ///< signal lane: ends the actor, also while it awaits
};

enum class Lane : std::uint8_t { user, signal, inlined, box };

struct Message : Node {
  Message(std::string name_, Kind kind_) : name(std::move(name_)), kind(kind_) {
    if (machine().recording()) name_atomics(*this, name, "");
  }

  std::string name;
  Kind kind;
  std::uint64_t generation = 0;  // whom it is for
  unsigned await_id = 0;         // what a reply answers
  Plain<int> content{"a message's content"};

  // Known to the checks only.
  std::size_t sender = 0;
  Lane lane = Lane::user;
  unsigned order = 0;  // among all that its sender has sent
  bool sent = false;
  bool done = false;  // handled or dead-lettered
  bool freed = false;
};

/// Owns all messages of one execution, and sees to it that each meets its end once and in order.
class Ledger {
 public:
  Message& make(std::string name, Kind kind) { return messages_.emplace_back(std::move(name), kind); }

  void sent(Message& message, Lane lane) {
    machine().check(!message.sent, "a message is sent twice");
    message.sent = true;
    message.sender = machine().self();
    message.lane = lane;
    message.order = ++orders_[message.sender];
    message.content.write() = 1;
  }

  /// The message has been handled, or has become a dead letter.
  void done(Message& message, const char* how) {
    if (machine().recording()) machine().record(message.name + " is " + how);
    machine().check(message.sent && !message.freed,
                    "a message is " + std::string(how) + " after it was freed");
    machine().check(!message.done, "a message meets its end twice");
    machine().check(message.content.read() == 1, "a message's content has been lost");
    message.done = true;
    for (const Message& other : messages_) {
      const bool earlier = other.sender == message.sender && other.lane == message.lane &&
                           other.order < message.order && other.sent;
      machine().check(!earlier || other.done, "a message overtakes one that its sender has sent before");
    }
  }

  void freed(Message& message) {
    machine().check(!message.freed, "a message is freed twice");
    message.freed = true;
    free_atomics(message);
  }

  [[nodiscard]] const std::deque<Message>& messages() const { return messages_; }

 private:
  std::deque<Message> messages_;
  std::array<unsigned, max_threads> orders_{};
};

}  // namespace troupe::model
