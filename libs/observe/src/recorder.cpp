#include <algorithm>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

#include <troupe/detail/context.hpp>
#include <troupe/observe/recorder.hpp>

#include "recorder_log.hpp"

namespace troupe::inline v0::observe {

namespace {

using detail::Bytes;
using detail::entry;
using detail::Log;
using detail::name_of;
using detail::Other;
using detail::Receiver;
using detail::sender_of;

}  // namespace

class Recorder::Impl {
 public:
  explicit Impl(RecorderOptions options)
      : options_(std::move(options)), logs_(most_threads, [this](std::uint32_t index) {
          return std::make_shared<Log>(index, next_ordinal());
        }) {
    if (!options_.write) {
      throw std::invalid_argument("a Recorder needs RecorderOptions::write, which keeps what it records");
    }
    options_.write(std::as_bytes(std::span(detail::recording_magic)));
  }

  Log* log() noexcept { return logs_.mine(); }
  Log* log_at_hand() noexcept { return logs_.mine_at_hand(); }

  /// @pre the caller has the actor's token
  Receiver& find(Log& log, const ActorId& actor) {
    if (Receiver* known = log.find(actor)) return *known;
    const std::lock_guard lock(mutex_);
    Receiver& receiver = find_locked(log, actor);
    log.know(actor, receiver);
    return receiver;
  }
  /// From any thread.
  std::uint32_t ordinal_of(Log& log, const ActorId& actor) {
    const std::lock_guard lock(mutex_);
    return find_locked(log, actor).ordinal;
  }
  void forget(const ActorId& actor) {
    const std::lock_guard lock(mutex_);
    receivers_.erase(actor);
  }

  /// In a thread that has not met the actor yet.
  [[gnu::noinline]] void begin_first(ActorId actor, std::uint64_t message) {
    if (Log* mine = log()) begin(*mine, find(*mine, actor), actor, message);
  }

  void sent(Log& log, const TraceEvent& event) {
    // What an actor sends outside of its turns, as in on(Stopping), it will send again by itself.
    if (event.cause != 0 || event.by || sender_of(event.message) != log.ordinal) return;
    const std::uint32_t receiver = ordinal_of(log, event.actor);
    log.make_room();
    log.settle();
    log.put(entry(Other::input));
    log.put(receiver);
    log.bytes.put_text(event.type);
    log.bytes.put_bytes(log.payload);
    log.payload.clear();
    end_event(log);
  }

  /// After each event.
  void end_event(Log& log) {
    if (log.bytes.size() >= options_.block_bytes) [[unlikely]]
      write(log);
    log.make_room();
  }
  void begin(Log& log, Receiver& receiver, ActorId actor, std::uint64_t message) {
    log.add_delivery(receiver, message);
    log.enter(receiver, actor, message);
    if (log.bytes.size() >= options_.block_bytes || !log.has_room()) [[unlikely]]
      end_event(log);
  }

  [[gnu::noinline]] void write(Log& log) {
    log.make_room();
    log.settle();
    Bytes head;
    detail::put_number(head, log.index);
    detail::put_number(head, log.bytes.size());
    const std::lock_guard lock(write_mutex_);
    options_.write(head);
    options_.write(log.bytes.all());
    log.bytes.clear();
  }
  void write_all() {
    for (const auto& log : logs_.all()) {
      if (log->bytes.size() != 0 || log->more != 0) write(*log);
    }
  }

 private:
  static constexpr std::size_t most_threads = 0xFFFF;

  Receiver& find_locked(Log& log, const ActorId& actor) {
    if (const auto found = receivers_.find(actor); found != receivers_.end()) return *found->second;
    auto made = std::unique_ptr<Receiver>(new Receiver{.ordinal = next_ordinal(), .waiting = {}});
    log.make_room();
    log.settle();
    log.put(entry(Other::actor));
    log.put(made->ordinal);
    log.bytes.put_text(actor.path());
    log.bytes.put_text(actor.actor_class());
    log.make_room();
    return *receivers_.emplace(actor, std::move(made)).first->second;
  }

  // Four thousand million actors and threads; then they would repeat.
  std::uint32_t next_ordinal() noexcept { return last_ordinal_.fetch_add(1, std::memory_order_relaxed) + 1; }

  const RecorderOptions options_;
  std::atomic<std::uint32_t> last_ordinal_{0};
  detail::PerThread<Log, detail::PartClass::log> logs_;
  std::mutex mutex_;
  std::unordered_map<ActorId, std::unique_ptr<Receiver>> receivers_;  // under mutex_
  std::mutex write_mutex_;
};

Recorder::Recorder(RecorderOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {
  infer_ends(Inferred::never_resumed);
}
Recorder::~Recorder() {
  switch_off();
  finish();
}

void Recorder::finish() { impl_->write_all(); }

void Recorder::came_in(std::span<const std::byte> payload) {
  if (Log* log = impl_->log()) log->payload.assign(payload.begin(), payload.end());
}

std::uint64_t Recorder::name_message(std::uint64_t cause, bool) noexcept {
  Log* log = impl_->log();
  if (!log) [[unlikely]]
    return 0;
  if (cause == 0 || log->depth == 0) return name_of(log->ordinal, ++log->last_number);
  Receiver& sender = *log->innermost().receiver;
  return name_of(sender.ordinal, ++sender.last_number);
}

std::uint64_t Recorder::told(ActorId actor, const std::string_view& type) noexcept {
  Log* log = impl_->log_at_hand();
  if (!log || troupe::detail::context.traced_message == 0 || log->depth == 0) [[unlikely]]
    return Tracer::told(actor, type);
  // What a turn sends, it will send again by itself.
  Receiver& sender = *log->innermost().receiver;
  return name_of(sender.ordinal, ++sender.last_number);
}

void Recorder::turn_begun(ActorId actor, std::uint64_t message, const std::string_view&) noexcept {
  Log* log = impl_->log_at_hand();
  Receiver* receiver = log ? log->find(actor) : nullptr;
  if (!receiver) [[unlikely]]
    return impl_->begin_first(actor, message);
  impl_->begin(*log, *receiver, actor, message);
}

void Recorder::turn_ended(ActorId, std::uint64_t message, const std::string_view&) noexcept {
  Log* log = impl_->log();
  if (!log || log->depth == 0) return;
  Receiver& receiver = *log->innermost().receiver;
  log->leave();
  if (!receiver.waiting.empty()) std::erase(receiver.waiting, message);
}

namespace {

/// An ask that ran in place, in the asker's turn, counts as a wait that has ended at once: where each ask is
/// queued, in a simulator, it is one.
void answered_in_place(Log& log, const TraceEvent& event) {
  const bool in_turn = troupe::detail::context.traced_message != 0 && log.depth > 0;
  if (!in_turn || event.by == event.actor) return;
  const Log::RunningTurn& asker = log.innermost();
  if (asker.actor != event.actor) return;  // it is the target that runs: the asker does wait
  // If it has never waited yet, it is the last of those who do: until it waits or ends, no other turn comes.
  log.add_resume(*asker.receiver, asker.message);
}

}  // namespace

void Recorder::record(const TraceEvent& event) noexcept {
  Log* log = impl_->log();
  if (!log) return;
  switch (event.kind) {
    case TraceKind::send:
    case TraceKind::ask:
      return impl_->sent(*log, event);
    case TraceKind::turn_suspend: {
      Receiver& receiver = impl_->find(*log, event.actor);
      log->leave();
      return receiver.add_waiting(event.message);
    }
    case TraceKind::turn_resume: {
      Receiver& receiver = impl_->find(*log, event.actor);
      log->add_resume(receiver, event.message);
      log->enter(receiver, event.actor, event.message);
      return impl_->end_event(*log);
    }
    case TraceKind::answer:
      answered_in_place(*log, event);
      return impl_->end_event(*log);
    case TraceKind::turn_discard:
      std::erase(impl_->find(*log, event.actor).waiting, event.message);
      return;
    case TraceKind::stop:
      return impl_->forget(event.actor);
    default:
      return;
  }
}

}  // namespace troupe::inline v0::observe
