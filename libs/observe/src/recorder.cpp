#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <utility>

#include <troupe/detail/context.hpp>
#include <troupe/observe/recorder.hpp>

#include "per_thread.hpp"
#include "recording_format.hpp"
#include "varint.hpp"

namespace troupe::inline v0::observe {

namespace {

using detail::Bytes;
using detail::entry;
using detail::Other;
using detail::Tag;

struct Log;

/// An actor that lives. Its members are used by whoever has the actor's token.
struct Receiver {
  const std::uint32_t ordinal;
  const Log* last_log = nullptr;  ///< where its last part is
  std::uint64_t parts = 0;
  std::uint32_t last_number = 0;  ///< of the messages that it has sent
  /// Its turns that have waited, by message, in the order in which they first did.
  std::vector<std::uint64_t> waiting;

  void add_waiting(std::uint64_t message) {
    if (std::find(waiting.begin(), waiting.end(), message) == waiting.end()) waiting.push_back(message);
  }
  std::size_t place_among_waiting(std::uint64_t message) const {
    return static_cast<std::size_t>(std::find(waiting.begin(), waiting.end(), message) - waiting.begin());
  }
};

/// The name of a message: who sent it, and as its how manieth.
constexpr std::uint64_t name_of(std::uint32_t sender, std::uint32_t number) {
  return static_cast<std::uint64_t>(sender) << 32 | number;
}
constexpr std::uint32_t sender_of(std::uint64_t name) { return static_cast<std::uint32_t>(name >> 32); }

/// What a thread has recorded and not yet written.
struct Log : detail::ThreadPart {
  Log(std::uint32_t number, std::uint32_t own_ordinal) : index(number), ordinal(own_ordinal) {
    detail::put_number(bytes, entry(Other::thread));
    detail::put_number(bytes, ordinal);
  }

  const std::uint32_t index;
  const std::uint32_t ordinal;  ///< its thread's, as a sender
  std::uint32_t last_number = 0;
  Bytes bytes;
  Bytes payload;  ///< for the next message from outside

  std::uint32_t part_of = 0;      ///< whose deliveries come last in `bytes`; 0: nobody's
  std::uint32_t last_sender = 0;  ///< the sender of the last one; 0: it had none
  std::uint64_t more = 0;         ///< deliveries from it that aren't in `bytes` yet

  struct RunningTurn {
    Receiver* receiver;
    ActorId actor;
    std::uint64_t message;
  };
  /// The turns that nest in this thread, the innermost last.
  std::vector<RunningTurn> running;

  struct Known {
    ActorId actor;
    Receiver* receiver = nullptr;
  };
  /// By the cell's address. What has ended is found by nobody: no turn has its generation any more.
  std::array<Known, 256> known{};

  void settle() {
    if (more == 0) return;
    detail::put_number(bytes, entry(Tag::again, more));
    more = 0;
  }
  void put(std::uint64_t number) { detail::put_number(bytes, number); }

  /// What comes next is this actor's.
  void begin_part(Receiver& receiver) {
    if (part_of == receiver.ordinal && receiver.last_log == this) return;
    settle();
    const bool moved = receiver.last_log != this;
    put(entry(Tag::part, static_cast<std::uint64_t>(receiver.ordinal) << 1 | (moved ? 1 : 0)));
    if (moved) put(receiver.parts);
    ++receiver.parts;
    receiver.last_log = this;
    part_of = receiver.ordinal;
    last_sender = 0;
  }

  /// A turn of the actor goes on, which has waited.
  void add_resume(Receiver& receiver, std::uint64_t message) {
    begin_part(receiver);
    settle();
    put(entry(Other::resume));
    put(receiver.place_among_waiting(message));
    last_sender = 0;
  }

  void add_delivery(Receiver& receiver, std::uint64_t message) {
    begin_part(receiver);
    const std::uint32_t sender = sender_of(message);
    if (sender == receiver.ordinal) {
      settle();
      put(entry(Other::own));
      put(receiver.last_number - static_cast<std::uint32_t>(message));
      last_sender = 0;
    } else if (sender == last_sender) {
      ++more;
    } else {
      settle();
      put(entry(Tag::from, sender));
      last_sender = sender;
    }
  }
};

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

  /// @pre the caller has the actor's token
  Receiver& find(Log& log, const ActorId& actor) {
    Log::Known& place = log.known[(reinterpret_cast<std::uintptr_t>(actor.cell) >> 6) % log.known.size()];
    if (place.actor == actor) return *place.receiver;
    const std::lock_guard lock(mutex_);
    Receiver& receiver = find_locked(log, actor);
    place = {actor, &receiver};
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

  void sent(Log& log, const TraceEvent& event) {
    // What an actor sends outside of its turns, as in on(Stopping), it will send again by itself.
    if (event.cause != 0 || event.by || sender_of(event.message) != log.ordinal) return;
    const std::uint32_t receiver = ordinal_of(log, event.actor);
    log.settle();
    log.put(entry(Other::input));
    log.put(receiver);
    detail::put_text(log.bytes, event.type);
    detail::put_bytes(log.bytes, log.payload);
    log.payload.clear();
    write_if_full(log);
  }

  void write_if_full(Log& log) {
    if (log.bytes.size() >= options_.block_bytes) [[unlikely]]
      write(log);
  }
  void write(Log& log) {
    log.settle();
    Bytes head;
    detail::put_number(head, log.index);
    detail::put_number(head, log.bytes.size());
    const std::lock_guard lock(write_mutex_);
    options_.write(head);
    options_.write(log.bytes);
    log.bytes.clear();
  }
  void write_all() {
    for (const auto& log : logs_.all()) {
      if (!log->bytes.empty() || log->more != 0) write(*log);
    }
  }

 private:
  static constexpr std::size_t most_threads = 0xFFFF;

  Receiver& find_locked(Log& log, const ActorId& actor) {
    if (const auto found = receivers_.find(actor); found != receivers_.end()) return *found->second;
    auto made = std::unique_ptr<Receiver>(new Receiver{.ordinal = next_ordinal(), .waiting = {}});
    log.settle();
    log.put(entry(Other::actor));
    log.put(made->ordinal);
    detail::put_text(log.bytes, actor.path());
    detail::put_text(log.bytes, actor.actor_class());
    return *receivers_.emplace(actor, std::move(made)).first->second;
  }

  // Four thousand million actors and threads; then they would repeat.
  std::uint32_t next_ordinal() noexcept { return last_ordinal_.fetch_add(1, std::memory_order_relaxed) + 1; }

  const RecorderOptions options_;
  std::atomic<std::uint32_t> last_ordinal_{0};
  detail::PerThread<Log> logs_;
  std::mutex mutex_;
  std::unordered_map<ActorId, std::unique_ptr<Receiver>> receivers_;  // under mutex_
  std::mutex write_mutex_;
};

Recorder::Recorder(RecorderOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
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
  if (cause == 0 || log->running.empty()) return name_of(log->ordinal, ++log->last_number);
  Receiver& sender = *log->running.back().receiver;
  return name_of(sender.ordinal, ++sender.last_number);
}

std::uint64_t Recorder::told(ActorId actor, const std::string_view& type) noexcept {
  Log* log = impl_->log();
  if (!log || troupe::detail::context.traced_message == 0 || log->running.empty()) [[unlikely]]
    return Tracer::told(actor, type);
  // What a turn sends, it will send again by itself.
  Receiver& sender = *log->running.back().receiver;
  return name_of(sender.ordinal, ++sender.last_number);
}

void Recorder::turn_begun(ActorId actor, std::uint64_t message, const std::string_view&) noexcept {
  Log* log = impl_->log();
  if (!log) return;
  Receiver& receiver = impl_->find(*log, actor);
  log->add_delivery(receiver, message);
  log->running.push_back({&receiver, actor, message});
  impl_->write_if_full(*log);
}

void Recorder::turn_ended(ActorId, std::uint64_t message, const std::string_view&) noexcept {
  Log* log = impl_->log();
  if (!log || log->running.empty()) return;
  Receiver& receiver = *log->running.back().receiver;
  log->running.pop_back();
  if (!receiver.waiting.empty()) std::erase(receiver.waiting, message);
}

namespace {

/// An ask that ran in place, in the asker's turn, counts as a wait that has ended at once: where each ask is
/// queued, in a simulator, it is one.
void answered_in_place(Log& log, const TraceEvent& event) {
  if (log.running.empty() || event.by == event.actor) return;
  const Log::RunningTurn& asker = log.running.back();
  if (asker.actor != event.actor) return;  // it is the target that runs: the asker does wait
  asker.receiver->add_waiting(asker.message);
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
      if (!log->running.empty()) log->running.pop_back();
      return receiver.add_waiting(event.message);
    }
    case TraceKind::turn_resume: {
      Receiver& receiver = impl_->find(*log, event.actor);
      log->add_resume(receiver, event.message);
      log->running.push_back({&receiver, event.actor, event.message});
      return impl_->write_if_full(*log);
    }
    case TraceKind::answer:
      return answered_in_place(*log, event);
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
