// Probe: stands for an actor in a test. Takes any of a list of messages and keeps them; sends in its own
// name.
//
//   Probe<Lost, int(Count)> probe(sim);              // told Lost, asked Count
//   auto guard = sim.spawn<Guard>(probe.ref());
//   probe.send(guard, Heartbeat{});
//   EXPECT_EQ(probe.receive<Lost>().who, "peer");    // runs the simulation until the probe has something
//
// Thread-safety: the simulation's thread. Must not outlive it.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <troupe/actor.hpp>
#include <troupe/recipient.hpp>
#include <troupe/reply.hpp>
#include <troupe/sim/script.hpp>

namespace troupe::inline v0::sim {

namespace scripted {

/// A message that a probe has got, with its reply if it was asked.
template <class Signature>
struct Received {
  using message_type = Signature;
  Signature message;
};
template <class R, class M>
struct Received<R(M)> {
  using message_type = M;
  M message;
  Reply<R> reply;
};

template <class... Signatures>
using Inbox = std::deque<std::variant<Received<Signatures>...>>;

template <class Box, class Signature>
struct ProbePart {
  Box* box = nullptr;
  void on(Signature message) { box->emplace_back(Received<Signature>{std::move(message)}); }
};
template <class Box, class R, class M>
struct ProbePart<Box, R(M)> {
  Box* box = nullptr;
  void on(M message, Reply<R> reply) {
    box->emplace_back(Received<R(M)>{std::move(message), std::move(reply)});
  }
};

struct Act {
  std::function<void()> body;
};
struct ActPart {
  void on(const Act& act) { act.body(); }
};

template <class... Signatures>
struct ProbeActor : ActPart, ProbePart<Inbox<Signatures...>, Signatures>... {
  explicit ProbeActor(Inbox<Signatures...>* inbox) {
    ((static_cast<ProbePart<Inbox<Signatures...>, Signatures>&>(*this).box = inbox), ...);
  }
  using ActPart::on;
  using ProbePart<Inbox<Signatures...>, Signatures>::on...;
};

}  // namespace scripted

template <class... Signatures>
class Probe {
 public:
  using actor_type = scripted::ProbeActor<Signatures...>;

  /// No fault befalls it.
  explicit Probe(Simulation& sim, const SpawnOptions& options = {})
      : sim_(sim), box_(std::make_unique<scripted::Inbox<Signatures...>>()) {
    ref_ = sim.spawn<actor_type>(options, box_.get());
    sim.spare(ref_);
  }

  Ref<actor_type> ref() const { return ref_; }
  template <class... Others>
  operator Recipient<Others...>() const {  // NOLINT: meant to convert
    return ref_;
  }

  /// Tells in the probe's name.
  template <class A, class M>
  void send(Ref<A> to, M message) {
    auto shared = std::make_shared<M>(std::move(message));
    ref_.template tell<scripted::Act>([to, shared] { to.tell(std::move(*shared)); });
    while (sim_.step_of(sim_.number_of(ref_)) && shared.use_count() > 1) {
    }
  }

  /// The message that it got first, which must be an M. Without one the simulation runs, and lets time pass,
  /// until there is. @throws RunFailed: there is none, or it is another
  template <class M>
  M receive() {
    return std::move(first<M>("receive").message);
  }
  /// As receive(), with the reply to an ask: `R(M)` among the signatures.
  template <class M>
  auto receive_asked() {
    auto got = first<M>("receive_asked");
    return std::pair(std::move(got.message), std::move(got.reply));
  }
  /// Nothing is waiting here, and nothing comes until all is idle. Time stands still.
  void receive_nothing() {
    sim_.run_until_idle();
    sim_.check(box_->empty(), "a probe expects nothing, but it got a message");
  }
  std::size_t waiting() const { return box_->size(); }

 private:
  template <class M, class... Rest>
  struct Find;
  template <class M, class First, class... Rest>
  struct Find<M, First, Rest...>
      : std::conditional_t<std::is_same_v<typename scripted::Received<First>::message_type, M>,
                           std::type_identity<scripted::Received<First>>, Find<M, Rest...>> {};
  template <class M>
  struct Find<M> {
    static_assert(sizeof(M) == 0, "troupe: the probe doesn't take this message: add it to its signatures");
  };

  template <class M>
  auto first(std::string_view verb) {
    using Got = typename Find<M, Signatures...>::type;
    const std::string what(detail::type_name<M>());
    const bool came = sim_.run_until([this] { return !box_->empty(); });
    const std::string wish = "a probe wants to " + std::string(verb) + ' ' + scripted::type_text(what);
    sim_.check(came, wish + ", but nothing came, and nothing can come any more");
    Got* got = std::get_if<Got>(&box_->front());
    sim_.check(got != nullptr, wish + ", but got another message first");
    Got result = std::move(*got);
    box_->pop_front();
    return result;
  }

  Simulation& sim_;
  std::unique_ptr<scripted::Inbox<Signatures...>> box_;
  Ref<actor_type> ref_;
};

}  // namespace troupe::inline v0::sim
