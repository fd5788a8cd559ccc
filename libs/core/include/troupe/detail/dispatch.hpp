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
  Letter(const MessageOps* operations, std::uint64_t generation, Args&&... args)
      : Envelope(operations, generation), message(std::forward<Args>(args)...) {}
  M message;
};

template <class M>
struct Letter<M, Sent::asked> : Envelope {
  template <class... Args>
  Letter(const MessageOps* operations, std::uint64_t generation, Args&&... args)
      : Envelope(operations, generation), message(std::forward<Args>(args)...) {}
  Destination to;
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

template <class A, class M, Sent sent>
struct Dispatch {
  using Box = Letter<M, sent>;
  using H = handler_t<A, M>;
  using Result = std::remove_cvref_t<typename TaskResult<typename H::result>::type>;
  static constexpr bool is_task = TaskResult<typename H::result>::is_task;
  static constexpr bool takes_reply = !std::same_as<typename H::replied, NoReply>;
  /// The handler's result is the answer.
  static constexpr bool answers_itself = sent == Sent::asked && !takes_reply && !carries_reply<M>;
  using Given =
      std::conditional_t<carries_reply<M> || (takes_reply && sent == Sent::asked), GivenReply, NoGivenReply>;

  static void run(Cell& cell, Envelope& envelope) {
    if constexpr (is_task) {
      run_task(cell, envelope);
    } else {
      auto& letter = static_cast<Box&>(envelope);
      Given given(destination_in(letter));
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
        failed(cell, letter, std::current_exception(), given.returned());
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

  static constexpr MessageOps ops{run,        drop,    sizeof(Box),    block_class(sizeof(Box)),
                                  Kind::user, is_task, type_name<A>(), type_name<M>()};

 private:
  static decltype(auto) invoke(Cell& cell, Box& letter) {
    A& actor = *static_cast<A*>(cell.object);
    if constexpr (takes_reply) {
      Destination to{};
      if constexpr (sent == Sent::asked) to = std::exchange(letter.to, {});
      return actor.on(pass(letter.message), Reply<typename H::replied>(to));
    } else {
      return actor.on(pass(letter.message));
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

  /// Where the answer to a letter goes, which is still the letter's.
  static Destination destination_in(Box& letter) {
    if constexpr (carries_reply<M>) {
      return letter.message.reply.destination_();
    } else if constexpr (sent == Sent::asked) {
      return letter.to;
    } else {
      return {};
    }
  }

  static void failed(Cell& cell, Box& letter, std::exception_ptr cause, Destination returned) {
    if (Destination to = destination_of(letter)) send_failure(to, cause);
    if (returned) send_failure(returned, cause);
    // A handler that took the message by const& has left it whole.
    constexpr bool whole = H::passing == Passing::const_reference;
    fail_current(cell, ops, std::move(cause), whole ? DeadLetterBox::of(letter.message) : DeadLetterBox{});
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
    Given given(destination_in(letter));
    try {
      root = invoke(cell, letter).release_();
    } catch (...) {
      failed(cell, letter, std::current_exception(), given.returned());
      letter.message.~M();
      if (owns_block) free_envelope(&letter);
      return;
    }
    Turn& turn = root.promise();
    turn.root = root;
    turn.finish = finish;
    turn.discard = discard;
    turn.envelope = &letter;
    turn.owns_block = owns_block;
    context.running->turn = &turn;
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
      failed(cell, letter, cause, returned);
      const FailedFrame scope(cause);
      return end(turn);
    }
    if constexpr (answers_itself) {
      try {
        if constexpr (std::is_void_v<Result>) {
          send_value<Result>(std::exchange(letter.to, {}));
        } else {
          send_value<Result>(std::exchange(letter.to, {}), std::move(*promise.result));
        }
      } catch (...) {
        failed(cell, letter, std::current_exception(), {});
      }
    }
    end(turn);
  }

  static void discard(Turn& turn, const Drop& why) {
    auto& letter = static_cast<Box&>(*turn.envelope);
    if (Destination to = destination_of(letter)) send_refusal(to, ops, why);
    report(why, DeadLetterBox{});
    end(turn);
  }

  static void end(Turn& turn) {
    auto& letter = static_cast<Box&>(*turn.envelope);
    const bool owns_block = turn.owns_block;
    turn.root.destroy();  // and the turn with it; the frame may refer to the message
    letter.message.~M();
    if (owns_block) free_envelope(&letter);
  }
};

}  // namespace troupe::inline v0::detail
