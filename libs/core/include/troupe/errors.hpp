// What can go wrong between actors, as values and as exceptions. Every text is a sentence: what was wrong,
// with what, and what to do.
#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/fwd.hpp>

namespace troupe::inline v0 {

/// Why an ask has no answer, or why a message could not be sent.
enum class Reason : std::uint8_t {
  stopped,         ///< the actor had stopped, or stopped before it answered
  failed,          ///< the handler threw: see AskError::cause()
  timeout,         ///< the deadline passed
  broken_promise,  ///< the Reply was dropped without an answer
  killed,          ///< the actor was killed before it answered
  overflow,        ///< the actor's mailbox was full
  unanswerable,    ///< single-threaded scheduler: nothing is left that could answer
  rate_limited,    ///< a RateLimit had no token for it: its cause() is a RateLimited, with the time to wait
  circuit_open,    ///< a CircuitBreaker didn't let it through: its cause() is a CircuitOpen
  deadlock,        ///< it closed a circle of asks that wait for each other: what() names them all
};

std::string_view to_string(Reason reason) noexcept;

/// The outcome of an ask that got no answer. what() is a sentence that names the actor and the message.
/// Cheap to copy: the text is shared.
class AskError : public std::runtime_error {
 public:
  AskError(Reason reason, const std::string& text, std::exception_ptr cause = nullptr);

  Reason reason() const noexcept { return reason_; }
  /// The exception that left the handler, when reason() is failed; else null.
  std::exception_ptr cause() const noexcept { return cause_; }

 private:
  Reason reason_;
  std::exception_ptr cause_;
};

/// The outcome of a try_tell that was refused, with the message handed back.
template <class M>
struct Refused {
  Reason reason;
  M message;
};

/// A call that its place forbids: a `.get()` in a handler, a shutdown from inside the system, an ask to
/// oneself. A fault of the program, not of the moment.
class UsageError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// spawn() could not put the actor where it was wanted: its name is taken, or its parent is stopping. Or a
/// tree could not be started, since one of its children's constructors has thrown: that is the cause().
class SpawnError : public std::runtime_error {
 public:
  explicit SpawnError(const std::string& text, std::exception_ptr cause = nullptr)
      : std::runtime_error(text), cause_(std::move(cause)) {}
  /// Null, unless it was an exception.
  std::exception_ptr cause() const noexcept { return cause_; }

 private:
  std::exception_ptr cause_;
};

/// The failure of a supervisor that has given up. what() is a sentence that names the child; cause() is what
/// the child failed with, perhaps an Escalated itself.
class Escalated : public std::runtime_error {
 public:
  Escalated(const std::string& text, std::exception_ptr cause)
      : std::runtime_error(text), cause_(std::move(cause)) {}
  std::exception_ptr cause() const noexcept { return cause_; }

 private:
  std::exception_ptr cause_;
};

/// The failure of an actor that was linked to one that has failed, or was killed.
class LinkBroken : public std::runtime_error {
 public:
  LinkBroken(const std::string& text, std::exception_ptr cause)
      : std::runtime_error(text), cause_(std::move(cause)) {}
  /// What the other failed with; null: it was killed, or had ended before it was linked.
  std::exception_ptr cause() const noexcept { return cause_; }

 private:
  std::exception_ptr cause_;
};

/// stash() found the actor's stash full; what it held is kept.
class StashOverflow : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace troupe::inline v0
