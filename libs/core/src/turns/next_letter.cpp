#include "turns/next_letter.hpp"
#include <algorithm>
#include <utility>
#include <vector>

#include <troupe/detail/context.hpp>

#include "lifecycle/drain.hpp"
#include "lifecycle/stop.hpp"
#include "mailbox/locked_cell.hpp"
#include "observe/traced_turn.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"
#include "turns/run_cell.hpp"

namespace troupe::inline v0::detail {

bool has_work(const Cell& cell) noexcept { return cell.lanes.has_signal() || has_message(cell); }

bool has_message(const Cell& cell) noexcept {
  if (holds_mail(cell)) return false;
  return cell.condition.has_front ||
         (cell.condition.locked ? mailbox_of(cell).has_letter() : cell.lanes.has_user());
}

const Envelope* next_letter(const Cell& cell) noexcept {
  if (cell.lanes.has_signal() || holds_mail(cell)) return nullptr;
  if (cell.condition.has_front) {
    const Envelope* letter = cell.extra->front.front();
    return letter->ops->actor.empty() ? nullptr : letter;
  }
  const Node* node = cell.condition.locked ? mailbox_of(cell).peek() : cell.lanes.peek_user();
  if (!node || cell.lanes.is_embedded_stub(node)) return nullptr;
  const auto* letter = static_cast<const Envelope*>(node);
  return letter->ops->actor.empty() ? nullptr : letter;  // a stop has no handler
}

namespace {

/// The letter, whose block its queue keeps or, for one that was stashed, the caller frees.
void crash_on(Cell& cell, Envelope& letter, const std::exception_ptr& cause) {
  cell.handled.store(cell.handled.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  const std::uint64_t name = name_of(letter);
  const MessageOps& ops = *letter.ops;
  const std::string path = path_of(cell);
  const Drop why{StopReason::failed, cause, &cell.group().runtime(), path};
  Running& running = context.base;
  running.cell = &cell;
  const TurnScope scope(running);
  if (name == 0) {
    letter.ops->drop(letter, why);
    return fail_actor(cell, ops, cause);
  }
  const TracedTurn turn(tell_begin(cell, letter.addressee(), name, ops), cell, name, ops);
  letter.ops->drop(letter, why);
  fail_actor(cell, ops, cause);
}

/// Null: there is none, or it isn't this actor's, or letters from the front come before it.
const Envelope* first_of_lane(const Cell& cell) {
  const Node* node = cell.lanes.peek_user();
  if (cell.condition.has_front || !node || cell.lanes.is_embedded_stub(node)) return nullptr;
  const auto* letter = static_cast<const Envelope*>(node);
  return letter->is_for(cell.gen.load(std::memory_order_relaxed)) ? letter : nullptr;
}

/// A node of the lane that is wanted, and the one before it.
struct Place {
  Node* before;
  Node* node;  ///< null: there is none
};
/// Looks behind the first node of the lane.
Place find_behind(const Cell& cell, Node* first, const std::function<bool(const Envelope&)>& is_wanted) {
  const std::uint64_t gen = cell.gen.load(std::memory_order_relaxed);
  const auto is_it = [&](const Node* node) {
    if (cell.lanes.is_embedded_stub(node)) return false;
    const auto& letter = static_cast<const Envelope&>(*node);
    return letter.is_for(gen) && is_wanted(letter);
  };
  Place at{first, first->next.load(std::memory_order_acquire)};
  while (at.node && !is_it(at.node)) at = {at.node, at.node->next.load(std::memory_order_acquire)};
  return at;
}
/// Takes it out of the lane: it is in a block of its own then. False: it is the last, which senders know of.
bool unlink(const Place& place) {
  Node* const next = place.node->next.load(std::memory_order_acquire);
  if (next) place.before->next.store(next, std::memory_order_release);
  return next != nullptr;
}

/// Takes all letters out of the lane: each is in a block of its own then, and linked to nothing.
std::vector<Envelope*> empty_lane(Cell& cell) {
  std::vector<Envelope*> letters;
  cell.stub_class = unknown_class;
  Node* last = nullptr;  // the letter that was popped last: the queue's stub until the next pop
  const auto release = [&](Node* node) {
    if (node == last) {
      letters.push_back(static_cast<Envelope*>(node));
    } else {
      free_envelope(node);
    }
  };
  while (Node* node = cell.lanes.pop_user(release)) last = cell.lanes.is_embedded_stub(node) ? nullptr : node;
  if (last) {
    cell.lanes.push_embedded_stub();
    cell.lanes.pop_user(release);
  }
  // What was sent to an earlier actor of the cell is nobody's.
  std::erase_if(letters, [&](Envelope* letter) {
    if (letter->is_for(cell.gen.load(std::memory_order_relaxed))) return false;
    drop_stale(cell, *letter);
    free_envelope(letter);
    return true;
  });
  return letters;
}

void put_in_front(Cell& cell, Envelope* letter) {
  cell.extras().front.push_front(letter);
  cell.condition.has_front = true;
}

/// As bring_forward(), wherever in the lane the letter is.
bool bring_forward_in_new_lane(Cell& cell, const std::function<bool(const Envelope&)>& is_wanted) {
  std::vector<Envelope*> lane = empty_lane(cell);
  const auto found =
      std::find_if(lane.begin(), lane.end(), [&](const Envelope* letter) { return is_wanted(*letter); });
  const bool is_there = found != lane.end();
  if (is_there) {
    put_in_front(cell, *found);
    lane.erase(found);
  }
  for (Envelope* letter : lane) {
    letter->next.store(nullptr, std::memory_order_relaxed);
    // The token is held, so nobody has to be woken.
    static_cast<void>(cell.lanes.send_user(letter));
  }
  return is_there;
}

}  // namespace

bool bring_forward(Cell& cell, const std::function<bool(const Envelope&)>& is_wanted) {
  if (holds_mail(cell)) return false;
  Extra& extra = cell.extras();
  const auto waiting = std::find_if(extra.front.begin(), extra.front.end(),
                                    [&](const Envelope* letter) { return is_wanted(*letter); });
  if (waiting != extra.front.end()) {
    std::rotate(extra.front.begin(), waiting, waiting + 1);
    return true;
  }
  if (cell.condition.locked) return mailbox_of(cell).bring_forward(is_wanted);
  // Mostly it is the first, and the lane may be long.
  const Envelope* first = first_of_lane(cell);
  if (first && is_wanted(*first)) return true;
  if (!first) return bring_forward_in_new_lane(cell, is_wanted);
  const Place place = find_behind(cell, cell.lanes.peek_user(), is_wanted);
  if (!place.node) return false;
  if (!unlink(place))
    return bring_forward_in_new_lane(cell, [&](const Envelope& letter) { return &letter == place.node; });
  put_in_front(cell, static_cast<Envelope*>(place.node));
  return true;
}

bool crash_next(Cell& cell, const std::exception_ptr& cause) {
  const Envelope* next = next_letter(cell);
  if (!next || !next->is_for(cell.gen.load(std::memory_order_relaxed))) return false;
  if (cell.condition.has_front) {
    Envelope* letter = cell.extra->front.front();
    cell.extra->front.pop_front();
    cell.condition.has_front = !cell.extra->front.empty();
    crash_on(cell, *letter, cause);
    free_envelope(letter);
  } else if (cell.condition.locked) {
    Envelope* letter = mailbox_of(cell).take();
    crash_on(cell, *letter, cause);
    free_envelope(letter);
  } else {
    Node* letter = cell.lanes.pop_user(free_envelope);
    cell.stub_class = unknown_class;
    crash_on(cell, static_cast<Envelope&>(*letter), cause);
  }
  return true;
}

}  // namespace troupe::inline v0::detail
