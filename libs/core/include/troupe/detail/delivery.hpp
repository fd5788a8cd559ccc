// A delivery: awaits that a mailbox has accepted a message. Where there is room nobody waits, and nothing is
// made to wait with.
#pragma once

#include <coroutine>
#include <expected>
#include <new>
#include <source_location>
#include <type_traits>
#include <utility>

#include <troupe/ask.hpp>

namespace troupe::inline v0::detail {

template <bool as_value>
class DeliveryAwaiter;

class DeliveryRequest : public Request {
 public:
  DeliveryRequest(Cell* target, Envelope* letter) : Request(target, letter, Way::deliver) {}

  template <class R, bool as_value>
  using Awaiter = DeliveryAwaiter<as_value>;
};

template <bool as_value>
class DeliveryAwaiter {
 public:
  using troupe_awaitable = void;
  explicit DeliveryAwaiter(DeliveryRequest& request) : request_(request) {}
  DeliveryAwaiter(const DeliveryAwaiter&) = delete;
  DeliveryAwaiter& operator=(const DeliveryAwaiter&) = delete;
  ~DeliveryAwaiter() {
    if (waits_) room_.~ForRoom();
  }

  bool await_ready() { return request_.deliver_at_once(); }
  template <class P>
  void await_suspend(std::coroutine_handle<P> handle) {
    wait_for_room().await_suspend(handle);
  }
  std::conditional_t<as_value, std::expected<void, AskError>, void> await_resume() {
    if (waits_) [[unlikely]]
      return room_.await_resume();
    if constexpr (as_value) return {};
  }
  auto get(Cell& target, const std::source_location& where) {
    check_get_allowed(target);
    return request_.deliver_at_once() ? await_resume() : wait_for_room().get(target, where);
  }

 private:
  using ForRoom = AskAwaiter<void, as_value>;
  ForRoom& wait_for_room() {
    ::new (static_cast<void*>(&room_)) ForRoom(request_);
    waits_ = true;
    return room_;
  }

  DeliveryRequest& request_;
  bool waits_ = false;
  union {
    ForRoom room_;
  };
};

/// What Ref::deliver() yields.
template <template <class> class AskOf>
using Delivery = Unnamed<AskOf, void, DeliveryRequest>;

}  // namespace troupe::inline v0::detail
