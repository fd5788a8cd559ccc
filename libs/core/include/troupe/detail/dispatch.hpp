// From an envelope to a handler and its answer: one constant of operations per (actor, message, way sent).
#pragma once

#include <exception>
#include <new>
#include <utility>

#include <troupe/detail/await.hpp>
#include <troupe/detail/cell.hpp>
#include <troupe/detail/context.hpp>
#include <troupe/detail/dead_letter_box.hpp>
#include <troupe/detail/handlers.hpp>
#include <troupe/detail/tracing.hpp>
#include <troupe/reply.hpp>
#include <troupe/task.hpp>

namespace troupe::inline v0::detail {

enum class Sent : std::uint8_t { told, asked };

// A message may be built of fewer arguments than it has members: the others have their defaults, and what
// `ask<Sum>(numbers)` means is that its `reply` is filled later.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

template <class M, Sent sent>
struct Letter;

template <class M>
struct Letter<M, Sent::told> : Envelope {
  template <class... Args>
  Letter(const MessageOps* operations, std::uint64_t generation,
         Args&&... args) noexcept(noexcept(M(std::forward<Args>(args)...)))
      : Envelope(operations, generation), message(std::forward<Args>(args)...) {}
  M message;
};

template <class M>
struct Letter<M, Sent::asked> : AskedLetter {
  template <class... Args>
  Letter(const MessageOps* operations, std::uint64_t generation,
         Args&&... args) noexcept(noexcept(M(std::forward<Args>(args)...)))
      : AskedLetter(operations, generation), message(std::forward<Args>(args)...) {}
  M message;
};

#pragma GCC diagnostic pop

/// Where the answer to a letter goes; empty when it was told.
template <class M, Sent sent>
Destination destination_of(Letter<M, sent>& letter) {
  if constexpr (carries_reply<M>) {
    return letter.message.reply.release_();
  } else if constexpr (sent == Sent::asked) {
    return std::exchange(letter.to, {});
  } else {
    return {};
  }
}

/// How often a message that failed is handled again: the class's `retry`, or never.
template <class A>
constexpr unsigned retry_of() {
  if constexpr (requires { A::retry; }) {
    return A::retry;
  } else {
    return 0;
  }
}

/// A message on its second attempt, or a later one.
template <class M, Sent sent>
struct RetriedLetter : Letter<M, sent> {
  using Letter<M, sent>::Letter;
  std::uint32_t attempts = 0;  ///< so far
};

/// A copy of a message that is about to be handed to a handler which may change it.
template <class M, bool kept>
struct Spare {
  explicit Spare(M& message) : copy(message) {}
  M& whole(M&) { return copy; }
  M copy;
};
template <class M>
struct Spare<M, false> {
  explicit Spare(M&) {}
  M& whole(M& message) { return message; }
};

template <class A, class M, Sent sent>
struct Dispatch {
  using Box = Letter<M, sent>;
  using H = handler_t<A, M>;
  using Result = std::remove_cvref_t<typename TaskResult<typename H::result>::type>;
  static constexpr bool is_task = TaskResult<typename H::result>::is_task;
  static constexpr bool returns_ask = TaskResult<typename H::result>::is_ask;
  static_assert(is_task || !Awaitable<typename H::result>,
                "troupe: nobody would await what this handler returns: make it a coroutine that returns "
                "troupe::Task<T>, or, if it ends with an ask or a delivery, declare that it returns "
                "troupe::Ask<T>");
  static constexpr bool takes_reply = !std::same_as<typename H::replied, NoReply>;
  /// The handler's result is the answer.
  static constexpr bool answers_itself = sent == Sent::asked && !takes_reply && !carries_reply<M>;
  /// Of a coroutine that was given a Reply nobody can tell whether it has been answered.
  static constexpr bool retries =
      retry_of<A>() > 0 && !std::same_as<M, Started> && !(is_task && (takes_reply || carries_reply<M>));
  /// The handler answers in the call, or never, or stashes its message.
  static constexpr bool answers_at_once = answers_itself && !is_task && !retries;
  /// It can't be ruled out that it stashes it.
  static constexpr bool may_put_off = std::is_base_of_v<Actor<A>, A>;
  /// The handler leaves the message as it was.
  static constexpr bool leaves_whole = H::passing == Passing::const_reference;
  using Given =
      std::conditional_t<carries_reply<M> || (takes_reply && sent == Sent::asked), GivenReply, NoGivenReply>;

  /// @pre the thread's record says that this is its letter
  static void run(Cell& cell, Envelope& envelope) {
    assert(context.running->cell == &cell && context.running->letter == &envelope);
    if constexpr (sizeof(Box) > largest_idle_block) {
      if (!context.running->inline_run) cell.condition.large_stub = true;
    }
    if constexpr (is_task) {
      run_task(cell, envelope);
    } else {
      auto& letter = static_cast<Box&>(envelope);
      Spare<M, retries && can_be_retried() && !leaves_whole> spare(letter.message);
      Given given(owed(letter));
      const bool asked = retries && owed(letter);
      try {
        if constexpr (!answers_itself) {
          static_cast<void>(invoke(cell, letter));
        } else if constexpr (std::is_void_v<Result>) {
          invoke(cell, letter);
          send_value<Result>(std::exchange(letter.to, {}));
        } else {
          Result result = invoke(cell, letter);
          send_value<Result>(std::exchange(letter.to, {}), std::move(result));
        }
      } catch (...) {
        // From the thread's record: so nothing has to be kept for this while the handler runs.
        Cell& in_hand = *context.running->cell;
        auto& unfinished = static_cast<Box&>(*context.running->letter);
        const Destination returned = given.returned();
        // What was answered, or is somebody else's to answer by now, isn't done twice.
        const bool answered = asked && !returned && !owed(unfinished);
        failed(in_hand, unfinished, spare.whole(unfinished.message), std::current_exception(), returned,
               answered);
      }
      letter.message.~M();
    }
  }

  static void drop(Envelope& envelope, const Drop& why) {
    auto& letter = static_cast<Box&>(envelope);
    if (Destination to = destination_of(letter)) send_refusal(to, ops, why);
    report(why, DeadLetterBox::of(letter.message));
    letter.message.~M();
  }

  /// What the handler returns to an asker that waits in this thread. Throws what it throws: end_failed()
  /// is for that. @pre answers_at_once
  static Result answer(Cell& cell, M& message) { return call(cell, message); }
  /// Its exception ends the actor.
  [[gnu::noinline, gnu::cold]] static void end_failed(Cell& cell, M& message, std::exception_ptr cause) {
    fail_current(cell, ops, std::move(cause), leaves_whole ? DeadLetterBox::of(message) : DeadLetterBox{});
  }

  template <class Letter>
  static constexpr MessageOps make_ops() {
    MessageOps made{run,        drop,    sizeof(Letter), block_class(sizeof(Letter)),
                    Kind::user, is_task, type_name<A>(), type_name<M>()};
    made.answers_itself = answers_itself;
    made.urgent = is_urgent<A, M>();
    if constexpr (carries_reply<M>) made.destination = carried_destination;
    return made;
  }

  static constexpr MessageOps ops = make_ops<Box>();
  static constexpr MessageOps retried_ops = make_ops<RetriedLetter<M, sent>>();

 private:
  static decltype(auto) invoke(Cell& cell, Box& letter) {
    if constexpr (takes_reply) {
      Destination to{};
      if constexpr (sent == Sent::asked) to = std::exchange(letter.to, {});
      return call(cell, letter.message, Reply<typename H::replied>(to));
    } else {
      return call(cell, letter.message);
    }
  }

  template <class... GivenReplies>
  static decltype(auto) call(Cell& cell, M& message, GivenReplies&&... reply) {
    A& actor = *static_cast<A*>(cell.object);
    if constexpr (PassesOn<A, M>) {
      return actor.pass_on(pass(message), std::move(reply)...);
    } else {
      return actor.on(pass(message), std::move(reply)...);
    }
  }

  static decltype(auto) pass(M& message) {
    if constexpr (H::passing == Passing::const_reference) {
      return static_cast<const M&>(message);
    } else {
      return static_cast<M&&>(message);
    }
  }

  static void report(const Drop& why, DeadLetterBox box) {
    // Nobody sent a Started, so nobody misses it.
    if constexpr (!std::same_as<M, Started>) report_dead_letter(why, ops, box);
  }

  static Destination& carried_destination(Envelope& letter) {
    return static_cast<Box&>(letter).message.reply.destination_();
  }
  /// Where the answer to a letter goes, which is still the letter's.
  static Destination owed(Box& letter) {
    if constexpr (carries_reply<M>) {
      return carried_destination(letter);
    } else if constexpr (sent == Sent::asked) {
      return letter.to;
    } else {
      return {};
    }
  }

  /// @pre the message, if it can be retried, is whole
  [[gnu::noinline, gnu::cold]] static void failed(Cell& cell, Box& letter, M& message,
                                                  std::exception_ptr cause, Destination returned,
                                                  [[maybe_unused]] bool answered = false) {
    Destination to = destination_of(letter);
    if (returned) to = returned;
    if constexpr (retries && can_be_retried()) {
      const std::uint32_t attempts = attempts_of(letter) + 1;
      if (attempts <= retry_of<A>() && !answered) {
        // What was to be answered on the spot is to be answered later: it takes a real await.
        if (to.is_inline())
          to = to.sink()->open(cell, cell.gen.load(std::memory_order_relaxed), &ops, name_of(letter));
        return retry_current(cell, ops, std::move(cause), again(cell, message, to, attempts));
      }
      if (to) send_failure(to, cause);
      if (attempts > retry_of<A>() && !answered)
        return quarantine_current(cell, ops, std::move(cause), poison(cell, message, attempts));
    } else if (to) {
      send_failure(to, cause);
    }
    fail_current(cell, ops, std::move(cause), leaves_whole ? DeadLetterBox::of(message) : DeadLetterBox{});
  }

  static consteval bool can_be_retried() {
    constexpr bool fine = !retries || leaves_whole || (!is_task && std::is_copy_constructible_v<M>);
    static_assert(
        fine,
        "troupe: an actor with `retry` handles a message again after a failure, so its handlers take "
        "messages by const&, or, where they aren't coroutines, messages that can be copied");
    return fine;
  }

  using RetriedBox = RetriedLetter<M, sent>;
  static std::uint32_t attempts_of(Box& letter) {
    return letter.ops == &retried_ops ? static_cast<RetriedBox&>(letter).attempts : 0;
  }
  /// The letter to handle it once more by. Its message is moved out of the one that failed.
  static RetriedBox* again(Cell& cell, M& message, Destination to, std::uint32_t attempts) {
    auto* letter = make_letter<RetriedBox>(cell, &retried_ops, cell.gen.load(std::memory_order_relaxed),
                                           std::move(message));
    letter->attempts = attempts;
    if constexpr (carries_reply<M>) {
      letter->message.reply = Reply<carried_reply_t<M>>(to);
    } else if constexpr (sent == Sent::asked) {
      letter->to = to;
    }
    return letter;
  }
  static Poison poison(Cell& cell, M& message, std::uint32_t attempts) {
    SharedBox content;
    if constexpr (std::is_copy_constructible_v<M>) content = SharedBox::make(M(message));
    // Sent again it has all of its attempts, and nobody waits for an answer.
    return {again(cell, message, {}, 0), std::move(content), attempts};
  }

  static void run_task(Cell& cell, Envelope& envelope) {
    Box* letter = static_cast<Box*>(&envelope);
    bool owns_block = context.running->inline_run;
    if constexpr (is_reentrant<A>()) {
      if (owns_block) return start_task(cell, *letter, owns_block);
      // Other turns will pop nodes, and free this one, while the coroutine still reads its message.
      letter = make_envelope<Box>(&ops, letter->addressee(), std::move(letter->message));
      auto& original = static_cast<Box&>(envelope);
      if constexpr (sent == Sent::asked) letter->to = std::exchange(original.to, {});
      original.message.~M();
      owns_block = true;
    }
    start_task(cell, *letter, owns_block);
  }

  static void start_task(Cell& cell, Box& letter, bool owns_block) {
    std::coroutine_handle<Promise<Result>> root;
    Given given(owed(letter));
    try {
      if constexpr (returns_ask) {
        auto ask = invoke(cell, letter);
        if (ask.ends_at_once_()) [[likely]]
          return end_at_once(cell, letter, owns_block);
        const auto where = ask.named_at_;
        root = await_returned(std::move(ask), where).release_();
      } else {
        root = invoke(cell, letter).release_();
      }
    } catch (...) {
      failed(cell, letter, letter.message, std::current_exception(), given.returned());
      return end_message(letter, owns_block);
    }
    Turn& turn = root.promise();
    turn.root = root;
    turn.finish = finish;
    turn.discard = discard;
    turn.envelope = &letter;
    turn.owns_block = owns_block;
    context.running->turn = &turn;
    if constexpr (std::same_as<Given, GivenReply> && !returns_ask) hold_in_frame(given.owed(), cell, turn);
    root.resume();
    context.running->turn = nullptr;
    if (root.done()) {
      finish_with(cell, turn, given.returned());
    } else {
      list_turn(cell, turn);
    }
  }

  static void finish(Cell& cell, Turn& turn) { finish_with(cell, turn, {}); }
  static void finish_with(Cell& cell, Turn& turn, Destination returned) {
    auto& letter = static_cast<Box&>(*turn.envelope);
    auto& promise = static_cast<Promise<Result>&>(turn);
    if (promise.exception) {
      const std::exception_ptr cause = promise.exception;
      failed(cell, letter, letter.message, cause, returned);
      const FailedFrame scope(cause);
      return end(turn);
    }
    if constexpr (std::is_void_v<Result>) {
      answer_with(cell, letter);
    } else {
      answer_with(cell, letter, std::move(*promise.result));
    }
    end(turn);
  }

  /// The answer that the handler itself has given, if one is wanted.
  template <class... Value>
  static void answer_with([[maybe_unused]] Cell& cell, [[maybe_unused]] Box& letter, Value&&... value) {
    if constexpr (answers_itself) {
      try {
        send_value<Result>(std::exchange(letter.to, {}), std::forward<Value>(value)...);
      } catch (...) {
        failed(cell, letter, letter.message, std::current_exception(), {}, true);
      }
    }
  }
  /// There was nothing to wait for: it needs no coroutine.
  static void end_at_once(Cell& cell, Box& letter, bool owns_block) {
    if constexpr (std::is_void_v<Result>) {
      answer_with(cell, letter);
    } else {
      answer_with(cell, letter, Result{});
    }
    end_message(letter, owns_block);
  }

  static void discard(Turn& turn, const Drop& why) {
    auto& letter = static_cast<Box&>(*turn.envelope);
    if (Destination to = destination_of(letter)) send_refusal(to, ops, why);
    report(why, DeadLetterBox{});
    if (!why.cause) return end(turn);
    const FailedFrame scope(why.cause);
    end(turn);
  }

  static void end(Turn& turn) {
    auto& letter = static_cast<Box&>(*turn.envelope);
    const bool owns_block = turn.owns_block;
    turn.root.destroy();  // and the turn with it; the frame may refer to the message
    end_message(letter, owns_block);
  }
  static void end_message(Box& letter, bool owns_block) {
    letter.message.~M();
    if (owns_block) free_envelope(&letter);
  }
};

}  // namespace troupe::inline v0::detail
