// Watching: a watcher's wish travels to the watched actor as a signal, its end comes back as a message.
#include <algorithm>
#include <utility>

#include <troupe/ask.hpp>
#include <troupe/detail/actor_services.hpp>
#include <troupe/detail/ref_services.hpp>
#include <troupe/detail/tracing.hpp>

#include "lifecycle/control.hpp"
#include "lifecycle/drain.hpp"
#include "observe/control_trace.hpp"
#include "observe/describe.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

namespace {

struct WatchSignal : Envelope {
  WatchSignal(const MessageOps* operations, std::uint64_t generation, Watcher wish)
      : Envelope(operations, generation), watcher(wish) {}
  Watcher watcher;
  Cell* watched = nullptr;
};

void handle_watch(Cell& cell, Envelope& envelope) {
  cell.extras().watchers.push_back(static_cast<WatchSignal&>(envelope).watcher);
}
/// Nobody lives there any more: the news is sent at once.
void watch_lost(Envelope& envelope, const Drop& why) {
  auto& signal = static_cast<WatchSignal&>(envelope);
  Cell& watcher = *signal.watcher.cell;
  send_letter(watcher, signal.watcher.make(watcher, signal.watcher.gen,
                                           Terminated{std::string(why.path), why.reason, why.cause,
                                                      signal.watched, signal.gen}));
}
void handle_unwatch(Cell& cell, Envelope& envelope) {
  const Watcher& gone = static_cast<WatchSignal&>(envelope).watcher;
  if (!cell.extra) return;
  std::erase_if(cell.extra->watchers,
                [&](const Watcher& one) { return one.cell == gone.cell && one.gen == gone.gen; });
}

constexpr const MessageOps& watch_ops = Control<handle_watch, watch_lost>::ops_for<WatchSignal>;
constexpr const MessageOps& unwatch_ops = Control<handle_unwatch>::ops_for<WatchSignal>;

auto find_watched(Extra& extra, const Cell* cell, std::uint64_t gen) {
  return std::find_if(extra.watched.begin(), extra.watched.end(),
                      [&](const Watched& one) { return one.cell == cell && one.gen == gen; });
}

// --- join: an ask that the actor's end answers ----------------------------------------------------------

struct JoinLetter : AskedLetter {
  using AskedLetter::AskedLetter;
  Cell* joined = nullptr;
};
void handle_join(Cell& cell, Envelope& envelope) {
  cell.extras().joiners.push_back(std::exchange(static_cast<JoinLetter&>(envelope).to, {}));
}
void join_lost(Envelope& envelope, const Drop& why) {
  auto& letter = static_cast<JoinLetter&>(envelope);
  send_value<Terminated>(std::exchange(letter.to, {}),
                         Terminated{std::string(why.path), why.reason, why.cause, letter.joined, letter.gen});
}
constexpr const MessageOps& join_ops = Control<handle_join, join_lost>::ops_for<JoinLetter>;

}  // namespace

bool keep_join(Envelope& envelope, std::vector<Destination>& joins) {
  if (envelope.ops != &join_ops) return false;
  joins.push_back(std::exchange(static_cast<JoinLetter&>(envelope).to, {}));
  return true;
}

void watch(Cell& watcher, Cell& watched, std::uint64_t gen, MakeTerminated make) {
  Extra& extra = watcher.extras();
  if (find_watched(extra, &watched, gen) != extra.watched.end()) return;
  extra.watched.push_back({&watched, gen});
  auto* signal = make_envelope<WatchSignal>(
      &watch_ops, gen, Watcher{&watcher, watcher.gen.load(std::memory_order_relaxed), make});
  signal->watched = &watched;
  tell_tracer(watched, gen, "watch");
  send_signal(watched, signal);
}

void unwatch(Cell& watcher, Cell& watched, std::uint64_t gen) {
  if (!watcher.extra) return;
  const auto found = find_watched(*watcher.extra, &watched, gen);
  if (found == watcher.extra->watched.end()) return;
  watcher.extra->watched.erase(found);
  stop_watching(watcher, watched, gen);
}

void stop_watching(Cell& watcher, Cell& watched, std::uint64_t gen) {
  tell_tracer(watched, gen, "unwatch");
  send_signal(watched, make_envelope<WatchSignal>(
                           &unwatch_ops, gen,
                           Watcher{&watcher, watcher.gen.load(std::memory_order_relaxed), nullptr}));
}

bool end_watch(Cell& watcher, const Terminated& news) {
  if (!watcher.extra) return false;
  const auto found = find_watched(*watcher.extra, news.cell_, news.generation_);
  if (found == watcher.extra->watched.end()) return false;
  watcher.extra->watched.erase(found);
  return true;
}

Ask<Terminated> make_join(Cell& cell, std::uint64_t gen) {
  auto* letter = make_envelope<JoinLetter>(&join_ops, gen);
  letter->joined = &cell;
  Request request(&cell, letter, Way::signal);
  request.within(Duration::max());
  return Ask<Terminated>(std::move(request));
}

}  // namespace troupe::inline v0::detail
