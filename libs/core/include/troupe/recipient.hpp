// Recipient<M...>: the address of any actor that handles these messages, with its class hidden.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <troupe/ref.hpp>

namespace troupe::inline v0 {

namespace detail {

/// A signature: `M` is told only, `R(M)` is asked as well.
template <class S>
struct Signature {
  using message = S;
  using reply = void;
  static constexpr bool asked = false;
};
template <class R, class M>
struct Signature<R(M)> {
  using message = M;
  using reply = R;
  static constexpr bool asked = true;
};

template <class A, class S>
consteval bool fits() {
  using M = typename Signature<S>::message;
  if constexpr (!handles<A, M>) {
    return false;
  } else if constexpr (Signature<S>::asked) {
    return std::is_same_v<reply_t<A, M>, typename Signature<S>::reply>;
  } else {
    return true;
  }
}

struct RecipientOps {
  constexpr RecipientOps(const MessageOps* tell = nullptr, const MessageOps* ask = nullptr)
      : told(tell), asked(ask) {}
  // Member by member: as a whole it would be read back in wider words than it has just been written in, which
  // stalls the processor.
  constexpr RecipientOps(const RecipientOps& other) : told(other.told), asked(other.asked) {}
  constexpr RecipientOps& operator=(const RecipientOps& other) {
    told = other.told;
    asked = other.asked;
    return *this;
  }

  const MessageOps* told;
  const MessageOps* asked;
};

template <class A, class S>
constexpr RecipientOps recipient_ops() {
  using M = typename Signature<S>::message;
  RecipientOps ops(&Dispatch<A, M, Sent::told>::ops);
  if constexpr (Signature<S>::asked) ops.asked = &Dispatch<A, M, asked_as<A, M>>::ops;
  return ops;
}

template <class A, class... Signatures>
inline constexpr std::array<RecipientOps, sizeof...(Signatures)> recipient_table{
    recipient_ops<A, Signatures>()...};

template <class M, class... Signatures>
consteval std::size_t index_of_message() {
  std::size_t index = 0;
  const bool found =
      ((std::is_same_v<M, typename Signature<Signatures>::message> ? true : (++index, false)) || ...);
  return found ? index : sizeof...(Signatures);
}

template <class M, class... Signatures>
inline constexpr bool recipient_accepts = index_of_message<M, Signatures...>() < sizeof...(Signatures);

}  // namespace detail

/// `Recipient<Increment, long(GetValue)>` takes Increment by tell, and GetValue by tell and by ask. Any Ref
/// whose actor handles them all converts to it; so does a Recipient of more messages. It is how two actors
/// that know each other break the circle of includes. A value, like Ref; 16 bytes and 16 per message.
template <class... Signatures>
class Recipient {
 public:
  static_assert(sizeof...(Signatures) > 0, "troupe: a Recipient needs at least one message");

  Recipient() noexcept : cell_(&detail::nobody()) {}

  template <class A>
  Recipient(Ref<A> ref) noexcept  // NOLINT: meant to convert
      : cell_(ref.cell_address_()), gen_(ref.generation_()) {
    static_assert(
        detail::Complete<A>,
        "troupe: the actor's class is only declared here: include its definition where the Ref becomes a "
        "Recipient");
    constexpr bool all_fit = (detail::fits<A, Signatures>() && ...);
    static_assert(
        all_fit,
        "troupe: the actor doesn't handle every message of this Recipient, or answers one with another type "
        "than the signature says");
    if constexpr (all_fit) ops_ = detail::recipient_table<A, Signatures...>;
  }
  // As for RecipientOps.
  Recipient(const Recipient& other) noexcept : cell_(other.cell_), gen_(other.gen_), ops_(other.ops_) {}
  Recipient& operator=(const Recipient& other) noexcept = default;

  template <class... Others>
    requires(!std::is_same_v<Recipient<Others...>, Recipient>)
  Recipient(const Recipient<Others...>& other) noexcept  // NOLINT: meant to convert
      : cell_(other.cell_), gen_(other.gen_) {
    constexpr bool all_there = (Recipient<Others...>::template has_signature<Signatures> && ...);
    static_assert(all_there, "troupe: the other Recipient doesn't accept every message of this one");
    if constexpr (all_there) ops_ = {other.template ops_of<Signatures>()...};
  }

  /// As Ref's, for the messages of this Recipient.
  template <class M, class... Args>
  void tell(Args&&... args) const {
    tell_as<M>(std::forward<Args>(args)...);
  }
  template <class M>
  void tell(M&& message) const {
    tell_as<std::remove_cvref_t<detail::unwrapped_t<M>>>(std::forward<M>(message));
  }

  template <class M, class... Args>
  std::expected<void, Refused<M>> try_tell(Args&&... args) const {
    if constexpr (check_accepts<M>() && detail::check_construction<M, Args...>()) {
      constexpr std::size_t index = detail::index_of_message<M, Signatures...>();
      return detail::try_tell_letter_of<M>(*cell_, told_ops(index), gen_, std::forward<Args>(args)...);
    }
    return {};
  }
  template <class M>
  auto try_tell(M&& message) const {
    using Message = std::remove_cvref_t<detail::unwrapped_t<M>>;
    return try_tell<Message, M>(std::forward<M>(message));
  }

  template <class M, class... Args>
  auto ask(Args&&... args) const {
    return ask_as<Ask, M>(std::forward<Args>(args)...);
  }
  template <class M>
  auto ask(M&& message) const {
    return ask_as<Ask, std::remove_cvref_t<detail::unwrapped_t<M>>>(std::forward<M>(message));
  }
  template <class M, class... Args>
  auto try_ask(Args&&... args) const {
    return ask_as<TryAsk, M>(std::forward<Args>(args)...);
  }
  template <class M>
  auto try_ask(M&& message) const {
    return ask_as<TryAsk, std::remove_cvref_t<detail::unwrapped_t<M>>>(std::forward<M>(message));
  }

  template <class M, class... Args>
  auto deliver(Args&&... args) const {
    return deliver_as<Ask, M>(std::forward<Args>(args)...);
  }
  template <class M>
  auto deliver(M&& message) const {
    return deliver_as<Ask, std::remove_cvref_t<detail::unwrapped_t<M>>>(std::forward<M>(message));
  }
  template <class M, class... Args>
  auto try_deliver(Args&&... args) const {
    return deliver_as<TryAsk, M>(std::forward<Args>(args)...);
  }
  template <class M>
  auto try_deliver(M&& message) const {
    return deliver_as<TryAsk, std::remove_cvref_t<detail::unwrapped_t<M>>>(std::forward<M>(message));
  }

  [[nodiscard]] Ask<Terminated> join() const { return detail::make_join(*cell_, gen_); }
  bool alive() const noexcept { return *this && cell_->is(gen_); }
  explicit operator bool() const noexcept { return cell_ != &detail::nobody(); }
  std::string path() const { return detail::describe(*cell_, gen_); }
  std::uint64_t id() const noexcept { return detail::path_hash_of(gen_); }

  /// The same actor, whatever the signatures.
  friend bool operator==(const Recipient& a, const Recipient& b) noexcept {
    return a.cell_ == b.cell_ && a.gen_ == b.gen_;
  }
  /// As Ref's: by path hash, never by address.
  friend std::strong_ordering operator<=>(const Recipient& a, const Recipient& b) noexcept {
    return detail::order_of(*a.cell_, a.gen_, *b.cell_, b.gen_);
  }

  /// Of a message that it accepts; null: by tell only.
  template <class M>
  const detail::MessageOps* asked_ops_() const {
    return ops_[detail::index_of_message<M, Signatures...>()].asked;
  }
  detail::Cell* cell_address_() const noexcept { return cell_; }
  std::uint64_t generation_() const noexcept { return gen_; }

 private:
  template <class... Others>
  friend class Recipient;

  template <class S>
  static constexpr bool has_signature = (std::is_same_v<S, Signatures> || ...);

  template <class S>
  detail::RecipientOps ops_of() const {
    return ops_[detail::index_of_message<typename detail::Signature<S>::message, Signatures...>()];
  }

  template <class M>
  static consteval bool check_accepts() {
    constexpr bool accepted = detail::recipient_accepts<M, Signatures...>;
    static_assert(accepted,
                  "troupe: this Recipient doesn't accept the message: add it to its list of signatures");
    return accepted;
  }

  template <class M, class... Args>
  void tell_as(Args&&... args) const {
    if constexpr (check_accepts<M>()) {
      if constexpr (detail::check_construction<M, Args...>()) {
        using Box = detail::Letter<M, detail::Sent::told>;
        constexpr std::size_t index = detail::index_of_message<M, Signatures...>();
        detail::tell_letter<Box>(*cell_, told_ops(index), gen_, std::forward<Args>(args)...);
      }
    }
  }

  const detail::MessageOps* told_ops(std::size_t index) const {
    if (!ops_[index].told) detail::refuse_empty_address();
    return ops_[index].told;
  }

  template <template <class> class AskOf, class M, class... Args>
  auto ask_as(Args&&... args) const {
    if constexpr (check_accepts<M>()) {
      constexpr std::size_t index = detail::index_of_message<M, Signatures...>();
      using S = detail::Signature<std::tuple_element_t<index, std::tuple<Signatures...>>>;
      static_assert(
          S::asked,
          "troupe: this Recipient takes the message by tell only: write its signature as Reply(Message)");
      if constexpr (detail::check_construction<M, Args...>() && detail::check_await_arguments<Args...>()) {
        if (!ops_[index].asked) detail::refuse_empty_address();
        return detail::make_ask<AskOf, typename S::reply, M>(cell_, gen_, ops_[index].asked,
                                                             std::forward<Args>(args)...);
      } else {
        return detail::NoAsk{};
      }
    } else {
      return detail::NoAsk{};
    }
  }

  template <template <class> class AskOf, class M, class... Args>
  auto deliver_as(Args&&... args) const {
    if constexpr (check_accepts<M>()) {
      constexpr std::size_t index = detail::index_of_message<M, Signatures...>();
      if constexpr (detail::check_construction<M, Args...>() && detail::check_await_arguments<Args...>()) {
        return detail::make_delivery<AskOf, M>(cell_, gen_, told_ops(index), std::forward<Args>(args)...);
      } else {
        return detail::NoAsk{};
      }
    } else {
      return detail::NoAsk{};
    }
  }

  detail::Cell* cell_;
  std::uint64_t gen_ = 0;
  std::array<detail::RecipientOps, sizeof...(Signatures)> ops_{};
};

template <class... Signatures>
bool Terminated::is(const Recipient<Signatures...>& recipient) const noexcept {
  return cell_ == recipient.cell_address_() && generation_ == recipient.generation_();
}

}  // namespace troupe::inline v0

template <class... Signatures>
struct std::hash<troupe::Recipient<Signatures...>> {
  std::size_t operator()(const troupe::Recipient<Signatures...>& recipient) const noexcept {
    return troupe::detail::hash_of(recipient.generation_());
  }
};
