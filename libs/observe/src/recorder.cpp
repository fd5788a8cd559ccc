#include <algorithm>
#include <atomic>
#include <bit>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include <troupe/detail/context.hpp>
#include <troupe/detail/tracing.hpp>
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
using troupe::detail::context;

/// A number that no other Recorder has, and no tag of another's actor: a message of theirs may come from
/// another system. It is free for others when the Recorder is gone, and with it, before, its system.
class RecorderNumber {
 public:
  static constexpr std::uint32_t most = 63;

  RecorderNumber() {
    std::uint64_t taken = all_taken.load(std::memory_order_relaxed);
    // Relaxed: nothing but the number itself is handed on.
    while (~taken != 0 &&
           !all_taken.compare_exchange_weak(taken, taken | lowest_free(taken), std::memory_order_relaxed)) {
    }
    value_ = ~taken == 0 ? 0 : static_cast<std::uint32_t>(std::countr_one(taken));
  }
  RecorderNumber(const RecorderNumber&) = delete;
  RecorderNumber& operator=(const RecorderNumber&) = delete;
  ~RecorderNumber() {
    if (value_ != 0) all_taken.fetch_and(~(std::uint64_t{1} << value_), std::memory_order_relaxed);
  }

  /// 0: there are too many.
  std::uint32_t value() const { return value_; }

 private:
  static std::uint64_t lowest_free(std::uint64_t taken) { return ~taken & (taken + 1); }

  static inline constinit std::atomic<std::uint64_t> all_taken{1};  // 0 is nobody's
  std::uint32_t value_;
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

  /// Whether its actors may have tags.
  bool has_number() const { return number_.value() != 0; }

  /// @pre the caller has the actor's token
  Receiver& find(Log& log, const ActorId& actor) {
    if (auto* tags = troupe::detail::tags_of(*actor.cell)) return static_cast<Receiver&>(*tags);
    const std::lock_guard lock(mutex_);
    Receiver& receiver = find_locked(log, actor);
    troupe::detail::keep_tags(*actor.cell, &receiver);
    return receiver;
  }
  /// Who sends what is sent in this thread now; null: the thread.
  Receiver* sender(const Log& log) const noexcept {
    const auto& running = *context.running;
    if (!running.cell) return nullptr;
    if (running.cell->condition.life == troupe::detail::Life::unborn)
      return log.spawner_of({running.cell, running.cell->gen.load(std::memory_order_relaxed)});
    if (!running.letter) return nullptr;  // on(Stopping), say
    auto* tags = troupe::detail::tags_of(*running.cell);
    return tags && is_ours(static_cast<std::uint32_t>(tags->own)) ? static_cast<Receiver*>(tags) : nullptr;
  }
  std::uint64_t next_name(Log& log, const ActorId& to) noexcept {
    if (Receiver* by = sender(log)) return by->next_name(to);
    return name_of(log.ordinal, ++log.last_number);
  }
  /// From any thread.
  std::uint32_t ordinal_of(Log& log, const ActorId& actor) {
    const std::lock_guard lock(mutex_);
    return find_locked(log, actor).ordinal;
  }
  void forget(Log& log, const ActorId& actor) {
    const auto ended = take_out(actor);
    if (!ended) return;
    troupe::detail::keep_tags(*actor.cell, nullptr);
    log.end_run(*ended);
    end_event(log);
  }

  void begin(Log& log, const ActorId& actor, std::uint64_t message) {
    Receiver& receiver = find(log, actor);
    const std::uint32_t by = sender_of(message);
    if (by == receiver.ordinal) {
      log.add_own(receiver, static_cast<std::uint32_t>(message));
    } else {
      log.add_from(receiver, by, generation(receiver, tag_of(by)));
    }
    end_event(log);
  }
  void begin_tagged(Log& log, const ActorId& actor, std::uint32_t tag) {
    Receiver& receiver = find(log, actor);
    const std::uint64_t tagged = generation(receiver, tag);
    if (receiver.last == tagged) {
      log.end_run(receiver);  // its last message is this one
    } else if (is_ours(tag)) {
      log.add_from(receiver, tag & largest_ordinal, tagged);
    } else {
      log.add_from(receiver, log.ordinal, 0);
    }
    end_event(log);
  }

  void sent(Log& log, const TraceEvent& event) {
    // What an actor sends outside of its turns, as in on(Stopping), it will send again by itself.
    if (event.cause != 0 || event.by || sender_of(event.message) != log.ordinal) return;
    const std::uint32_t receiver = ordinal_of(log, event.actor);
    log.make_room();
    log.put(entry(Other::input));
    log.put(receiver);
    log.bytes.put_text(event.type);
    log.bytes.put_bytes(log.payload);
    log.payload.clear();
    end_event(log);
  }

  /// An ask that ran in place, in the asker's turn, counts as a wait that has ended at once: where each ask
  /// is queued, in a simulator, it is one.
  void answered_in_place(Log& log, const TraceEvent& event) {
    if (event.by == event.actor) return;
    Receiver* const asker = sender(log);
    // If it isn't the asker that runs, it does wait.
    if (!asker || context.running->cell != event.actor.cell) return;
    // If it has never waited yet, it is the last of those who do: until it waits or ends, no other turn
    // comes.
    log.add_resume(*asker, context.traced_message);
  }

  /// After each event.
  void end_event(Log& log) {
    if (log.bytes.size() >= options_.block_bytes) [[unlikely]]
      write(log);
    log.make_room();
  }
  [[gnu::noinline]] void write(Log& log) {
    log.make_room();
    Bytes head;
    detail::put_number(head, log.index);
    detail::put_number(head, log.bytes.size());
    const std::lock_guard lock(write_mutex_);
    options_.write(head);
    options_.write(log.bytes.all());
    log.bytes.clear();
  }
  void write_all() {
    end_runs();
    for (const auto& log : logs_.all()) {
      if (log->bytes.size() != 0) write(*log);
    }
  }

 private:
  static constexpr std::size_t most_threads = 0xFFFF;
  // A tag: whose it is, and the actor's ordinal.
  static constexpr unsigned ordinal_bits = 26;
  static constexpr std::uint32_t largest_ordinal = (1u << ordinal_bits) - 1;
  static_assert(RecorderNumber::most << ordinal_bits >> ordinal_bits == RecorderNumber::most);

  /// 0: it has none.
  std::uint32_t tag_of(std::uint32_t ordinal) const noexcept {
    return has_number() && ordinal <= largest_ordinal ? number_.value() << ordinal_bits | ordinal : 0;
  }
  /// In what the one with this tag tells the receiver; 0: it has none.
  static std::uint64_t generation(const Receiver& receiver, std::uint32_t tag) noexcept {
    return tag == 0 ? 0 : receiver.actor.generation ^ (troupe::detail::tagged_bit | tag);
  }
  /// An actor that has no tag doesn't say.
  bool is_ours(std::uint32_t tag) const noexcept {
    return tag == 0 || tag >> ordinal_bits == number_.value();
  }

  std::unique_ptr<Receiver> take_out(const ActorId& actor) {
    const std::lock_guard lock(mutex_);
    const auto found = receivers_.find(actor);
    if (found == receivers_.end()) return nullptr;
    auto receiver = std::move(found->second);
    receivers_.erase(found);
    return receiver;
  }
  /// Of the actors that haven't ended.
  void end_runs() {
    const std::lock_guard lock(mutex_);
    for (const auto& [actor, receiver] : receivers_) {
      if (receiver->sender == 0) continue;
      Log* mine = log();
      if (!mine) return;
      mine->end_run(*receiver);
      end_event(*mine);
    }
  }

  Receiver& find_locked(Log& log, const ActorId& actor) {
    if (const auto found = receivers_.find(actor); found != receivers_.end()) return *found->second;
    auto made = std::make_unique<Receiver>(actor);
    made->ordinal = next_ordinal();
    if (const std::uint32_t tag = tag_of(made->ordinal)) made->own = troupe::detail::tagged_bit | tag;
    log.make_room();
    log.put(entry(Other::actor));
    log.put(made->ordinal);
    log.bytes.put_text(actor.path());
    log.bytes.put_text(actor.actor_class());
    log.make_room();
    return *receivers_.emplace(actor, std::move(made)).first->second;
  }

  // Four thousand million actors and threads; then they would repeat.
  std::uint32_t next_ordinal() noexcept { return last_ordinal_.fetch_add(1, std::memory_order_relaxed) + 1; }

  const RecorderNumber number_;
  const RecorderOptions options_;
  std::atomic<std::uint32_t> last_ordinal_{0};
  detail::PerThread<Log, detail::PartClass::log> logs_;
  std::mutex mutex_;
  std::unordered_map<ActorId, std::unique_ptr<Receiver>> receivers_;  // under mutex_
  std::mutex write_mutex_;
};

Recorder::Recorder(RecorderOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {
  infer_ends(Inferred::never_resumed);
  if (impl_->has_number()) want_tags();
}
Recorder::~Recorder() {
  switch_off();
  finish();
}

void Recorder::finish() { impl_->write_all(); }

void Recorder::came_in(std::span<const std::byte> payload) {
  if (Log* log = impl_->log()) log->payload.assign(payload.begin(), payload.end());
}

std::uint64_t Recorder::name_message(ActorId actor, std::uint64_t, bool) noexcept {
  Log* log = impl_->log();
  return log ? impl_->next_name(*log, actor) : 0;
}

std::uint64_t Recorder::told(ActorId actor, const std::string_view& type) noexcept {
  const Log* log = impl_->log();
  // What a turn sends, it will send again by itself.
  if (Receiver* by = log ? impl_->sender(*log) : nullptr) return by->next_name(actor);
  return Tracer::told(actor, type);
}

void Recorder::tagged(ActorId actor, std::uint32_t tag) noexcept {
  if (Log* log = impl_->log()) impl_->begin_tagged(*log, actor, tag);
}

void Recorder::turn_begun(ActorId actor, std::uint64_t message, const std::string_view&) noexcept {
  if (Log* log = impl_->log()) impl_->begin(*log, actor, message);
}

void Recorder::turn_ended(ActorId actor, std::uint64_t message, const std::string_view&) noexcept {
  Log* log = impl_->log();
  if (!log) return;
  Receiver& receiver = impl_->find(*log, actor);
  if (!receiver.waiting.empty()) std::erase(receiver.waiting, message);
}

void Recorder::record(const TraceEvent& event) noexcept {
  Log* log = impl_->log();
  if (!log) return;
  switch (event.kind) {
    case TraceKind::spawn:
      return log->add_unborn(event.actor, impl_->sender(*log));
    case TraceKind::send:
    case TraceKind::ask:
      return impl_->sent(*log, event);
    case TraceKind::turn_suspend:
      return impl_->find(*log, event.actor).add_waiting(event.message);
    case TraceKind::turn_resume:
      log->add_resume(impl_->find(*log, event.actor), event.message);
      return impl_->end_event(*log);
    case TraceKind::answer:
      impl_->answered_in_place(*log, event);
      return impl_->end_event(*log);
    case TraceKind::turn_discard:
      std::erase(impl_->find(*log, event.actor).waiting, event.message);
      return;
    case TraceKind::stop:
      return impl_->forget(*log, event.actor);
    default:
      return;
  }
}

}  // namespace troupe::inline v0::observe
