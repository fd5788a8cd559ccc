// Script: a test as a sequence of messages: expect this one from a to b, allow, refuse, inject, let time
// pass.
//
//   Script script(sim);
//   script.expect<Ping>().from(a).with([](const Ping& ping) { return ping.number == 1; }).to(b);
//
// Each step that a script makes is one turn of the actor that it names; nobody else runs. What isn't as
// expected fails the run: RunFailed is thrown, which any test framework reports.
// Thread-safety: the simulation's thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include <troupe/detail/dispatch.hpp>
#include <troupe/detail/type_name.hpp>
#include <troupe/ref.hpp>
#include <troupe/sim/simulation.hpp>

namespace troupe::inline v0::sim {

namespace scripted {

/// The message that an actor would handle next. Its letter is null: there is none.
struct NextMessage {
  const detail::Envelope* letter = nullptr;
  ActorNumber from = 0;
};
NextMessage next_message(Simulation& sim, const ActorId& receiver);
/// "a2's next message is Pong of a3 ...".
std::string describe_next(Simulation& sim, const ActorId& receiver);
/// Without what compilers write differently.
std::string type_text(std::string_view type);

/// The message in the letter, if it is an M to an A; a timer's tick shows its type only.
template <class A, class M>
const M* content(const detail::Envelope& letter) {
  using detail::Dispatch;
  using detail::Letter;
  using detail::Sent;
  if constexpr (handles<A, M>) {
    if (letter.ops == &Dispatch<A, M, Sent::told>::ops) {
      return &static_cast<const Letter<M, Sent::told>&>(letter).message;
    }
    if constexpr (detail::asked_as<A, M> == Sent::asked) {
      if (letter.ops == &Dispatch<A, M, Sent::asked>::ops) {
        return &static_cast<const Letter<M, Sent::asked>&>(letter).message;
      }
    }
  }
  return nullptr;
}

}  // namespace scripted

/// What a script wants the next message of an actor to be. Ends with to().
template <class M>
class Wanted {
 public:
  enum class What : std::uint8_t { expect, allow, refuse };
  Wanted(Simulation& sim, What what) : sim_(sim), what_(what) {}

  template <class A>
  Wanted& from(Ref<A> sender) {
    from_ = sim_.number_of(sender);
    return *this;
  }
  /// Sent by the test itself.
  Wanted& from_outside() {
    from_ = 0;
    return *this;
  }
  Wanted& with(std::function<bool(const M&)> content) {
    content_ = std::move(content);
    return *this;
  }

  /// expect: it is the actor's next message, and its turn runs. allow: if it is, its turn runs. refuse: it
  /// isn't, and nothing runs. True: a turn has run.
  template <class A>
  bool to(Ref<A> receiver) {
    const ActorId id{receiver.cell_address_(), receiver.generation_()};
    const bool is_next = matches<A>(id);
    if (what_ == What::refuse) {
      sim_.check(!is_next, "a script refuses " + wanted(id) + ", but it is the next message");
      return false;
    }
    if (!is_next && what_ == What::allow) return false;
    if (!is_next) {
      sim_.check(false, "a script expects " + wanted(id) + ", but " + scripted::describe_next(sim_, id));
    }
    return sim_.step_of(sim_.history().number_of(id));
  }

 private:
  template <class A>
  bool matches(const ActorId& id) {
    const scripted::NextMessage next = scripted::next_message(sim_, id);
    if (!next.letter || next.letter->ops->message != detail::type_name<M>()) return false;
    if (from_ && *from_ != next.from) return false;
    if (!content_) return true;
    const M* message = scripted::content<A, M>(*next.letter);
    return message && content_(*message);
  }
  std::string wanted(const ActorId& id) const {
    std::string text = scripted::type_text(detail::type_name<M>());
    if (from_) text += " from " + sim_.history().describe(*from_);
    text += " to " + sim_.history().describe(sim_.history().number_of(id));
    if (content_) text += " with a certain content";
    return text;
  }

  Simulation& sim_;
  What what_;
  std::optional<ActorNumber> from_;
  std::function<bool(const M&)> content_;
};

class Script {
 public:
  explicit Script(Simulation& sim) : sim_(sim) {}

  template <class M>
  Wanted<M> expect() {
    return {sim_, Wanted<M>::What::expect};
  }
  template <class M>
  Wanted<M> allow() {
    return {sim_, Wanted<M>::What::allow};
  }
  template <class M>
  Wanted<M> refuse() {
    return {sim_, Wanted<M>::What::refuse};
  }
  /// Sends the message from outside, and runs its turn. @throws RunFailed: others come before it
  template <class A, class M>
  void inject(Ref<A> receiver, M message) {
    receiver.tell(std::move(message));
    expect<std::remove_cvref_t<M>>().from_outside().to(receiver);
  }
  /// Runs one turn of the actor, whatever its message is; False: it isn't ready.
  template <class A>
  bool run(Ref<A> actor) {
    return sim_.step_of(sim_.number_of(actor));
  }
  /// Moves time on, and sends what becomes due; no turn runs.
  void advance(std::chrono::nanoseconds duration) { sim_.pass_time(duration); }

 private:
  Simulation& sim_;
};

}  // namespace troupe::inline v0::sim
