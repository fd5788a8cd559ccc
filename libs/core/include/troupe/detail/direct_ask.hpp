// The direct ask: its message lies in the ask itself. Where the actor is idle, the handler is called right
// from the co_await, and the compiler sees through: nothing is allocated, and no letter is made. Where it is
// not, one is made after all, and the ask becomes any other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <expected>
#include <new>
#include <type_traits>
#include <utility>

#include <troupe/ask.hpp>
#include <troupe/detail/dispatch.hpp>
#include <troupe/detail/inline_run.hpp>
#include <troupe/detail/tracing.hpp>

namespace troupe::inline v0::detail {

/// Larger messages are made in their letter: moving them there would cost more than a letter does.
inline constexpr std::size_t largest_direct_message = 128;

/// Whether asks of an A with an M are direct. What can't be copied may have a Reply in it, whose place has to
/// be known: in a letter it is.
template <class A, class M>
inline constexpr bool is_direct =
    Dispatch<A, M, Sent::asked>::answers_at_once && sizeof(M) <= largest_direct_message &&
    std::is_copy_constructible_v<M> && std::is_nothrow_move_constructible_v<M>;

template <class A, class M, class R, bool as_value>
class DirectAwaiter;

/// A message that waits to be handled, or put into a letter.
template <class A, class M>
class DirectRequest : public Patience {
  using D = Dispatch<A, M, Sent::asked>;

 public:
  template <class... Args>
  DirectRequest(Cell* target, std::uint64_t gen, Args&&... args)
      : target_(target), gen_(gen), message_(std::forward<Args>(args)...) {}
  DirectRequest(DirectRequest&& other) noexcept
      : Patience(other),
        target_(other.target_),
        gen_(std::exchange(other.gen_, spent)),
        message_(std::move(other.message_)) {}
  DirectRequest& operator=(DirectRequest&&) = delete;
  ~DirectRequest() = default;

  Cell& target() const { return *target_; }
  /// Calls `use` with the actor's cell and the message, in the actor's turn, if it is idle and may run here.
  template <class Use>
  bool handle_in_place(PutOff* put_off, Use&& use) {
    Cell& target = *target_;
    // The tracer names letters.
    if (tracing() || !InlineRun::take(target)) return false;
    if (gen_ != target.gen.load(std::memory_order_relaxed)) [[unlikely]] {
      InlineRun::check(target, gen_);
      return false;
    }
    gen_ = spent;
    {
      const InlineRun turn(target, &D::ops, nullptr, put_off);
      use(target, message_);
    }
    end_inline(target);
    return true;
  }

  template <class R, bool as_value>
  using Awaiter = DirectAwaiter<A, M, R, as_value>;
  /// @throws std::bad_alloc
  Request letter() && {
    if (gen_ == spent) return Request(target_, nullptr, *this);
    auto* made = make_letter<typename D::Box>(*target_, &D::ops, gen_, std::move(message_));
    gen_ = spent;
    return Request(target_, made, *this);
  }

 private:
  /// The generation of no actor. An ask is sent once.
  static constexpr std::uint64_t spent = ~std::uint64_t{0};

  Cell* target_;
  std::uint64_t gen_;
  M message_;
};

/// A PutOff, and whose turn asks: in its place another's runs when that is asked.
struct AskersPutOff : PutOff {
  Cell* asker;
};
struct NoPutOff {};

/// Awaits a direct ask.
template <class A, class M, class R, bool as_value>
class DirectAwaiter
    : private std::conditional_t<Dispatch<A, M, Sent::asked>::may_put_off, AskersPutOff, NoPutOff> {
  using D = Dispatch<A, M, Sent::asked>;

 public:
  using troupe_awaitable = void;
  explicit DirectAwaiter(DirectRequest<A, M>& request) : request_(request) {}
  DirectAwaiter(const DirectAwaiter&) = delete;
  DirectAwaiter& operator=(const DirectAwaiter&) = delete;
  ~DirectAwaiter() {
    if (holds_ == Holds::answer) {
      answer_.~Answer();
    } else if (holds_ == Holds::letter) {
      by_letter_.~ByLetter();
    }
  }

  bool await_ready() { return handle_in_place() ? is_over() : write_letter().await_ready(); }
  template <class P>
  void await_suspend(std::coroutine_handle<P> handle) {
    by_letter_.awaiter.await_suspend(handle);
  }
  std::conditional_t<as_value, std::expected<R, AskError>, R> await_resume() {
    if (holds_ == Holds::letter) [[unlikely]]
      return by_letter_.awaiter.await_resume();
    if constexpr (!std::is_void_v<R>) {
      return std::move(answer_);
    } else if constexpr (as_value) {
      return {};
    }
  }
  auto get(Cell& target, const std::source_location& where) {
    check_get_allowed(target);
    if (!handle_in_place()) return write_letter().get(target, where);
    if (!is_over()) by_letter_.awaiter.wait(target, where);
    return await_resume();
  }

 private:
  using Answer = Monostate<R>;
  enum class Holds : std::uint8_t { nothing, answer, letter };
  struct ByLetter {
    ByLetter(Request&& made, Cell* asker) : request(std::move(made)), awaiter(request, asker) {}
    Request request;
    AskAwaiter<R, as_value> awaiter;
  };

  bool handle_in_place() {
    PutOff* put_off = nullptr;
    if constexpr (D::may_put_off) {
      this->open = put_off_answer;
      this->asker = context.running->cell;
      put_off = this;
    }
    return request_.handle_in_place(put_off, [this](Cell& cell, M& message) {
      try {
        keep_answer(cell, message);
      } catch (...) {
        fail(cell, message, std::current_exception());
      }
    });
  }
  void keep_answer(Cell& cell, M& message) {
    if constexpr (std::is_void_v<R>) {
      D::answer(cell, message);
      if (is_put_off()) return;
      ::new (static_cast<void*>(&answer_)) Answer();
    } else if constexpr (D::may_put_off) {
      R answer = D::answer(cell, message);
      if (is_put_off()) return;
      ::new (static_cast<void*>(&answer_)) Answer(std::move(answer));
    } else {
      ::new (static_cast<void*>(&answer_)) Answer(D::answer(cell, message));
    }
    holds_ = Holds::answer;
  }
  [[gnu::noinline, gnu::cold]] void fail(Cell& cell, M& message, std::exception_ptr cause) {
    if (!is_put_off()) write_letter().fail(failure(D::ops, cause));
    D::end_failed(cell, message, std::move(cause));
  }

  /// In the handler.
  bool is_put_off() const { return D::may_put_off && holds_ == Holds::letter; }
  static Destination put_off_answer(PutOff& put_off, Cell& target) {
    auto& self = static_cast<DirectAwaiter&>(static_cast<AskersPutOff&>(put_off));
    if (self.is_put_off()) return {};
    return self.write_letter(self.asker).open(target, target.gen.load(std::memory_order_relaxed), &D::ops);
  }
  /// After it: there is an answer, or a failure.
  bool is_over() const {
    return !D::may_put_off || holds_ == Holds::answer || by_letter_.awaiter.has_answer();
  }

  // Out of line: most asks don't come here.
  [[gnu::noinline]] AskAwaiter<R, as_value>& write_letter(Cell* waiter = context.running->cell) {
    ::new (static_cast<void*>(&by_letter_)) ByLetter(std::move(request_).letter(), waiter);
    holds_ = Holds::letter;
    return by_letter_.awaiter;
  }

  DirectRequest<A, M>& request_;
  Holds holds_ = Holds::nothing;
  union {
    Answer answer_;
    ByLetter by_letter_;
  };
};

/// What Ref::ask() yields where is_direct.
template <template <class> class AskOf, class A, class M>
using DirectAsk = Unnamed<AskOf, reply_t<A, M>, DirectRequest<A, M>>;

}  // namespace troupe::inline v0::detail
