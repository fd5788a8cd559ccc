#include "supervision/letters.hpp"
#include <utility>

#include <troupe/detail/actor_services.hpp>

#include "lifecycle/control.hpp"
#include "observe/control_trace.hpp"
#include "supervision/orders_carried_out.hpp"
#include "supervision/policy.hpp"

namespace troupe::inline v0::detail {

namespace {

void handle_news(Cell& cell, Envelope& envelope) {
  auto& letter = static_cast<ChildNews&>(envelope);
  const std::exception_ptr cause = std::exchange(letter.cause, nullptr);
  hear_news(cell, letter, cause);
}
void forget_news(Envelope& envelope, const Drop&) { static_cast<ChildNews&>(envelope).cause = nullptr; }
constexpr const MessageOps& news_ops = Control<handle_news, forget_news>::ops_for<ChildNews>;

struct TakeDown : Envelope {
  using Envelope::Envelope;
  SteadyTime next_attempt{};
};
void handle_take_down(Cell& cell, Envelope& envelope) {
  take_down(cell, static_cast<TakeDown&>(envelope).next_attempt);
}
constexpr const MessageOps& take_down_ops = Control<handle_take_down>::ops_for<TakeDown>;

void handle_start(Cell& cell, Envelope&) { start_or_note(cell); }
constexpr const MessageOps& start_ops = Control<handle_start>::ops_for<Envelope>;
void handle_remove(Cell& cell, Envelope&) { remove_for_good(cell); }
constexpr const MessageOps& remove_ops = Control<handle_remove>::ops_for<Envelope>;
void handle_settle(Cell& cell, Envelope&) { settle(cell); }
constexpr const MessageOps& settle_ops = Control<handle_settle>::ops_for<Envelope>;

struct NewMaker : Envelope {
  using Envelope::Envelope;
  Maker* maker = nullptr;  ///< owned
};
void handle_maker(Cell& cell, Envelope& envelope) {
  keep_maker(cell, std::unique_ptr<Maker>(std::exchange(static_cast<NewMaker&>(envelope).maker, nullptr)));
}
void drop_maker(Envelope& envelope, const Drop&) {
  delete std::exchange(static_cast<NewMaker&>(envelope).maker, nullptr);
}
constexpr const MessageOps& maker_ops = Control<handle_maker, drop_maker>::ops_for<NewMaker>;

void send_order(Address child, const MessageOps& order) {
  tell_tracer(*child.first, child.second, "an order of its supervisor");
  send_signal(*child.first, make_envelope<Envelope>(&order, child.second));
}

}  // namespace

void tell_supervisor(const Cell& child, News news, std::exception_ptr cause) {
  // A parent outlives its children, so its generation is the one that they were born under.
  Cell& supervisor = *child.parent;
  auto* letter = make_envelope<ChildNews>(&news_ops, supervisor.gen.load(std::memory_order_relaxed));
  letter->child = const_cast<Cell*>(&child);
  letter->child_gen = child.gen.load(std::memory_order_relaxed);
  letter->news = news;
  letter->at = now_of(child);
  letter->cause = std::move(cause);
  tell_tracer(supervisor, letter->gen, "news of a child");
  send_signal(supervisor, letter);
}

void order_take_down(Address child, SteadyTime next_attempt) {
  auto* order = make_envelope<TakeDown>(&take_down_ops, child.second);
  order->next_attempt = next_attempt;
  tell_tracer(*child.first, child.second, "an order of its supervisor");
  send_signal(*child.first, order);
}
void order_start(Address child) { send_order(child, start_ops); }
void order_remove(Address child) { send_order(child, remove_ops); }
void order_settle(Address child) { send_order(child, settle_ops); }
void order_maker(Address child, std::unique_ptr<Maker> maker) {
  auto* order = make_envelope<NewMaker>(&maker_ops, child.second);
  order->maker = maker.release();
  tell_tracer(*child.first, child.second, "an order of its supervisor");
  send_signal(*child.first, order);
}

}  // namespace troupe::inline v0::detail
