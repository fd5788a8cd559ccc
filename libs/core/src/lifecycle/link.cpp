#include "lifecycle/link.hpp"
#include <algorithm>
#include <string>
#include <utility>

#include <troupe/detail/actor_services.hpp>
#include <troupe/errors.hpp>

#include "lifecycle/control.hpp"
#include "lifecycle/stop.hpp"
#include "observe/control_trace.hpp"
#include "observe/describe.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

namespace {

constexpr MessageOps broken_link{nullptr, nullptr, 0, 0, Kind::control, false, "", "a link"};

struct LinkSignal : Envelope {
  using Envelope::Envelope;
  Linked from{};
  Cell* to = nullptr;
};
struct BrokenSignal : LinkSignal {
  using LinkSignal::LinkSignal;
  std::exception_ptr cause;
};

bool remove(Cell& cell, const Linked& other) {
  if (!cell.extra) return false;
  return std::erase_if(cell.extra->links,
                       [&](const Linked& one) { return one.cell == other.cell && one.gen == other.gen; }) > 0;
}

void add(Cell& cell, const Linked& other) {
  auto& links = cell.extras().links;
  const bool known = std::any_of(links.begin(), links.end(), [&](const Linked& one) {
    return one.cell == other.cell && one.gen == other.gen;
  });
  if (!known) links.push_back(other);
}

void handle_broken(Cell& cell, Envelope& envelope) {
  auto& signal = static_cast<BrokenSignal&>(envelope);
  std::exception_ptr cause = std::exchange(signal.cause, nullptr);
  if (!remove(cell, signal.from) || cell.condition.life != Life::running) return;
  std::string text = describe_actor(cell) + " was linked to " + describe(*signal.from.cell, signal.from.gen);
  text += cause ? ", which failed: " + describe_exception(cause) : ", which was killed, or had ended";
  fail_actor(cell, broken_link, std::make_exception_ptr(LinkBroken(text, std::move(cause))));
}
void drop_broken(Envelope& envelope, const Drop&) { static_cast<BrokenSignal&>(envelope).cause = nullptr; }
constexpr const MessageOps& broken_ops = Control<handle_broken, drop_broken>::ops_for<BrokenSignal>;

void send_broken(const Linked& to, const Linked& from, const std::exception_ptr& cause) {
  auto* signal = make_envelope<BrokenSignal>(&broken_ops, to.gen);
  signal->from = from;
  signal->cause = cause;
  tell_tracer(*to.cell, to.gen, "broken link");
  send_signal(*to.cell, signal);
}

Linked identity(const Cell& cell) {
  return {const_cast<Cell*>(&cell), cell.gen.load(std::memory_order_relaxed)};
}

void handle_link(Cell& cell, Envelope& envelope) {
  const Linked from = static_cast<LinkSignal&>(envelope).from;
  // One that has failed, and is about to be restarted, can't be linked to any more.
  if (cell.condition.life != Life::running)
    return send_broken(from, identity(cell), cell.extra ? cell.extra->cause : nullptr);
  add(cell, from);
}
void link_lost(Envelope& envelope, const Drop& why) {
  const auto& signal = static_cast<LinkSignal&>(envelope);
  send_broken(signal.from, {signal.to, signal.gen}, why.cause);
}
void handle_unlink(Cell& cell, Envelope& envelope) { remove(cell, static_cast<LinkSignal&>(envelope).from); }

constexpr const MessageOps& link_ops = Control<handle_link, link_lost>::ops_for<LinkSignal>;
constexpr const MessageOps& unlink_ops = Control<handle_unlink>::ops_for<LinkSignal>;

void send_link(const MessageOps& ops, const Cell& cell, const Linked& other) {
  auto* signal = make_envelope<LinkSignal>(&ops, other.gen);
  signal->from = identity(cell);
  signal->to = other.cell;
  tell_tracer(*other.cell, other.gen, &ops == &link_ops ? "link" : "unlink");
  send_signal(*other.cell, signal);
}

}  // namespace

void link(Cell& cell, Cell& other, std::uint64_t other_gen) {
  if (&cell == &other) return;
  add(cell, {&other, other_gen});
  send_link(link_ops, cell, {&other, other_gen});
}

void unlink(Cell& cell, Cell& other, std::uint64_t other_gen) {
  if (remove(cell, {&other, other_gen})) send_link(unlink_ops, cell, {&other, other_gen});
}

void break_links(Cell& cell, const std::exception_ptr& cause) {
  if (!cell.extra) return;
  for (const Linked& other : std::exchange(cell.extra->links, {})) send_broken(other, identity(cell), cause);
}

void end_links(Cell& cell) {
  if (!cell.extra) return;
  for (const Linked& other : std::exchange(cell.extra->links, {})) send_link(unlink_ops, cell, other);
}

}  // namespace troupe::inline v0::detail
