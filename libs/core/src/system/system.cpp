#include <string>
#include <utility>

#include <troupe/detail/actor_services.hpp>
#include <troupe/system.hpp>

#include "await/thread_inbox.hpp"
#include "lifecycle/retire.hpp"
#include "memory/cells.hpp"
#include "observe/describe.hpp"
#include "observe/tree_walk.hpp"
#include "scheduler/driver.hpp"
#include "scheduler/ready.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0 {

namespace detail {
namespace {

/// The root of the tree: all it does is to stop last.
struct Guardian {};

/// A cell above the root, so that the root is spawned like any other.
void spawn_root(Runtime& runtime) {
  Cell& cell = take_free_cell();
  cell.ops = &ActorOpsFor<Guardian>::ops;
  cell.parent = nullptr;
  cell.next_child_ordinal = 0;
  cell.condition.reason = StopReason::stopped;
  cell.shutdown_ms = ~0u;
  const std::uint32_t counter = counter_of(cell.gen.load(std::memory_order_relaxed));
  cell.gen.store(make_gen(0, counter, 1), std::memory_order_release);
  // As of any actor without options: its children have it from it.
  cell.home.store(reinterpret_cast<std::uintptr_t>(&runtime.default_group()) | Cell::threads_enter |
                      (may_inline(runtime.driver()) ? 0 : Cell::never_inline),
                  std::memory_order_relaxed);
  const bool are_plain = may_inline(runtime.driver()) && !runtime.bounds_mailboxes();
  cell.children = are_plain ? Cell::plain : std::uint8_t{0};
  cell.object = ::new (allocate_block<sizeof(Guardian)>()) Guardian;
  cell.condition.life = Life::running;
  cell.closed_to_children.store(false, std::memory_order_relaxed);
  runtime.root = &cell;
  runtime.root_gen = cell.gen.load(std::memory_order_relaxed);
  if (!cell.lanes.rest_idle()) make_ready(cell);
}

/// Waits for the root's end: in real time on threads, else in the driver's.
class RootEnd {
 public:
  explicit RootEnd(Runtime& runtime)
      : runtime_(runtime),
        request_(make_join(*runtime.root, runtime.root_gen).take_request_()),
        pending_(request_, waiting_, false) {
    pending_.send();
  }
  bool wait(std::chrono::nanoseconds limit) {
    return ThreadInbox::mine().wait_for(waiting_, runtime_, limit);
  }

 private:
  Runtime& runtime_;
  Waiting waiting_{Waiting::Until::all, 1};
  Request request_;
  Pending<Terminated> pending_;
};

// After a kill, so long for those who only had to come to the end of a turn.
constexpr std::chrono::milliseconds kill_grace{500};
// How often a destructor that has to wait says for whom.
constexpr std::chrono::seconds reminder_period{10};

std::string list(const Tree& tree) {
  std::string text;
  for (const ActorInfo& one : tree) {
    text += "\n  " + one.path + " (" + std::string(one.actor) + "), " + std::string(to_string(one.state));
    if (!one.message.empty()) text += " in " + std::string(one.message);
  }
  return text;
}

}  // namespace
}  // namespace detail

System::System(const SystemOptions& options)
    : runtime_pointer_(&detail::Runtime::begin(options)), shutdown_deadline_(options.shutdown_deadline) {
  detail::spawn_root(*runtime_pointer_);
}

System::~System() {
  detail::Runtime& runtime = *runtime_pointer_;
  const ShutdownReport report = shutdown(shutdown_deadline_);
  if (!report) {
    runtime.log().write(LogLevel::error, "these actors did not stop within the system's shutdown deadline:" +
                                             detail::list(report.unstopped));
  }
  detail::RootEnd end(runtime);
  while (!end.wait(detail::reminder_period)) {
    const Tree tree = this->tree();
    runtime.log().write(LogLevel::critical,
                        "the system can't end: these actors don't leave their turns:" + detail::list(tree));
    if (runtime.driver()) break;
  }
  runtime.end();
}

detail::Cell& System::root() const { return *runtime_pointer_->root; }
std::uint64_t System::root_generation() const { return runtime_pointer_->root_gen; }

ShutdownReport System::shutdown(std::chrono::nanoseconds deadline) {
  if (detail::context.running->cell) {
    throw UsageError(
        detail::describe_actor(*detail::context.running->cell) +
        " called System::shutdown: it would wait for its own end; let it stop itself, or tell the "
        "main thread to shut the system down");
  }
  detail::Runtime& runtime = *runtime_pointer_;
  detail::send_stop(*runtime.root, runtime.root_gen);
  detail::RootEnd end(runtime);
  ShutdownReport report;
  if (end.wait(deadline)) return report;
  report.unstopped = tree();
  detail::send_kill(*runtime.root, runtime.root_gen);
  if (end.wait(detail::kill_grace) && report.unstopped.empty()) return report;
  return report;
}

System::Found System::find_cell(std::string_view path, const detail::ActorOps* ops) const {
  const auto entry = runtime_pointer_->names().find(path);
  if (!entry || !entry->cell->is(entry->gen)) return std::unexpected(LookupError::not_found);
  if (entry->ops != ops) return std::unexpected(LookupError::wrong_class);
  return std::pair{entry->cell, entry->gen};
}

void System::add_group(std::string_view name, const GroupOptions& options) {
  runtime_pointer_->add_group(name, options);
}

void System::subscribe_dead_letters(Recipient<DeadLetter> subscriber) {
  runtime_pointer_->dead_letters().subscribe(subscriber);
}
void System::subscribe_supervision(Recipient<SupervisionEvent> subscriber) {
  runtime_pointer_->supervision_events().subscribe(subscriber);
}
void System::subscribe_stalls(Recipient<Stall> subscriber) {
  runtime_pointer_->stalls().subscribe(subscriber);
}
StallCounts System::stalls() const { return runtime_pointer_->stalls().counts(); }
void System::subscribe_deadlocks(Recipient<Deadlock> subscriber) {
  runtime_pointer_->deadlock_events().subscribe(subscriber);
}
std::vector<Quarantined> System::quarantined() const { return runtime_pointer_->quarantine().list(); }
bool System::redeliver(std::uint64_t number) { return runtime_pointer_->quarantine().redeliver(number); }
bool System::discard(std::uint64_t number) { return runtime_pointer_->quarantine().discard(number); }
DeadLetterCounts System::dead_letters() const { return runtime_pointer_->dead_letters().counts(); }
Tree System::tree() const { return detail::walk_tree(*runtime_pointer_->root, runtime_pointer_->monitor()); }
SteadyTime System::now() const { return runtime_pointer_->clock().now(); }
WallTime System::wall_time() const { return runtime_pointer_->clock().wall(); }
Log& System::log() const { return runtime_pointer_->log(); }
unsigned System::workers() const { return runtime_pointer_->workers(); }

namespace detail {

// Empty Refs may be there before it is, and outlive static destruction.
static_assert(std::is_trivially_destructible_v<Cell>);
Cell no_actor;

void refuse_empty_address() {
  throw UsageError(
      "a message was sent through an empty address: assign it what spawn returned before it is used");
}

}  // namespace detail
}  // namespace troupe::inline v0
