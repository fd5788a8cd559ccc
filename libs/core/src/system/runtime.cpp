#include "system/runtime.hpp"
#include <algorithm>
#include <utility>

#include <troupe/detail/context.hpp>
#include <troupe/deterministic_scheduler.hpp>

#include "lifecycle/retire.hpp"
#include "mailbox/locked_mailbox.hpp"
#include "scheduler/deterministic.hpp"
#include "scheduler/thread_group.hpp"

namespace troupe::inline v0::detail {

namespace {
struct Recycled {
  std::mutex mutex;
  std::vector<Runtime*> runtimes;
};
Recycled& recycled() {
  static auto* instance = new Recycled;
  return *instance;
}

void recycle(Runtime& runtime) {
  Recycled& free = recycled();
  const std::lock_guard lock(free.mutex);
  free.runtimes.push_back(&runtime);
}

unsigned default_workers() {
  const unsigned processors = std::thread::hardware_concurrency();
  return processors == 0 ? 1 : processors;
}
constexpr unsigned most_workers = 256;
}  // namespace

Runtime& Runtime::begin(const SystemOptions& options) {
  if (options.workers > most_workers) {
    throw UsageError("a system can't have " + std::to_string(options.workers) + " workers: at most " +
                     std::to_string(most_workers) + ", and more than there are processors seldom helps");
  }
  Runtime* runtime = nullptr;
  {
    Recycled& free = recycled();
    const std::lock_guard lock(free.mutex);
    if (!free.runtimes.empty()) {
      runtime = free.runtimes.back();
      free.runtimes.pop_back();
    }
  }
  if (!runtime) runtime = new Runtime;
  Runtime& self = *runtime;
  self.driver_ = options.scheduler ? &options.scheduler->driver_() : nullptr;
  if (self.driver_) {
    try {
      self.driver_->attach(self);
    } catch (...) {
      recycle(self);  // nothing of it has begun yet
      throw;
    }
  }
  self.driven_by_.store(self.driver_ ? &context : nullptr, std::memory_order_relaxed);
  self.clock_ = self.driver_ ? &self.driver_->clock() : options.clock ? options.clock : &system_clock();
  self.tracer_.store(options.tracer, std::memory_order_relaxed);
  self.log_ = options.log ? options.log : &stderr_log();
  self.ask_deadline_.store(options.ask_deadline, std::memory_order_relaxed);
  self.has_manual_clock_.store(self.clock_->is_manual(), std::memory_order_relaxed);
  self.on_deadlock_.store(options.on_deadlock, std::memory_order_relaxed);
  self.suspected_deadlock_after_ = options.suspected_deadlock_after;
  self.seed_ = options.seed;
  self.mailbox_ = options.mailbox;
  self.bounds_mailboxes_ = has_rules(options.mailbox);
  self.stops_on_escalation_ = options.stop_on_escalation;
  self.workers_ = self.driver_ ? 1 : options.workers == 0 ? default_workers() : options.workers;
  self.dead_letters_.begin(*self.log_, *self.clock_, options.dead_letters_logged_per_second);
  self.departures_.open();
  self.stalls_.begin(*self.log_);
  // Before the timers: on a manual clock it looks at what was there before they fire.
  self.watchdog_.begin(self, options);
  self.timers_.begin(*self.clock_);
  self.blocking_.begin(options.blocking_threads);
  if (self.driver_) {
    self.default_group_ = &self.driver_->group();
  } else {
    self.monitor_.begin(self.stalls_, self.watchdog_, options.turn_limit);
    ThreadGroup& group = ThreadGroup::start(self, self.workers_, nullptr);
    self.monitor_.add(group, "");
    self.thread_groups_.push_back(&group);
    self.default_group_ = &group;
  }
  self.groups_.emplace("", self.default_group_);
  return self;
}

void Runtime::end() {
  blocking_.end();
  finish_groups();
  monitor_.end();
  watchdog_.end();
  timers_.end();
  tracer_.store(nullptr, std::memory_order_relaxed);
  driven_by_.store(nullptr, std::memory_order_relaxed);
  if (driver_) driver_->detach();
  quarantine_.end();
  stalls_.end();
  supervision_events_.end();
  deadlock_events_.end();
  dead_letters_.end();
  default_group_ = nullptr;
  recycle_root(*std::exchange(root, nullptr));
  recycle(*this);
}

void Runtime::finish_groups() {
  const std::lock_guard lock(groups_mutex_);
  for (ThreadGroup* group : thread_groups_) group->request_end();
  for (ThreadGroup* group : thread_groups_) {
    monitor_.remove(*group);
    group->finish();
  }
  thread_groups_.clear();
  groups_.clear();
}

Group& Runtime::group(std::string_view name) {
  const std::lock_guard lock(groups_mutex_);
  const auto found = groups_.find(name);
  if (found != groups_.end()) return *found->second;
  throw UsageError("there is no thread group '" + std::string(name) +
                   "': add it first, by System::add_group");
}

void Runtime::add_group(std::string_view name, const GroupOptions& options) {
  if (options.threads == 0 || options.threads > most_workers) {
    throw UsageError("thread group '" + std::string(name) + "' can't have " +
                     std::to_string(options.threads) + " threads: 1 to " + std::to_string(most_workers));
  }
  const std::lock_guard lock(groups_mutex_);
  if (groups_.contains(name)) {
    throw UsageError("there is a thread group '" + std::string(name) + "' already: choose another name");
  }
  if (driver_) {
    groups_.emplace(name, default_group_);
    return;
  }
  ThreadGroup& group = ThreadGroup::start(*this, options.threads, options.loop);
  monitor_.add(group, name);
  thread_groups_.push_back(&group);
  groups_.emplace(name, &group);
}

void Runtime::finish_ended_groups() {
  std::vector<ThreadGroup*> ended;
  {
    const std::lock_guard lock(groups_mutex_);
    std::erase_if(thread_groups_, [&](ThreadGroup* group) {
      const bool here = context.worker && &context.worker->group() == group;
      if (!group->is_ending() || here) return false;
      ended.push_back(group);
      return true;
    });
  }
  for (ThreadGroup* group : ended) {
    monitor_.remove(*group);
    group->finish();
  }
}

ThreadGroup* Runtime::start_pinned_group() {
  if (driver_) return nullptr;
  finish_ended_groups();
  ThreadGroup& group = ThreadGroup::start(*this, 1, nullptr);
  monitor_.add(group, "");
  const std::lock_guard lock(groups_mutex_);
  thread_groups_.push_back(&group);
  return &group;
}

}  // namespace troupe::inline v0::detail
