#include "await/thread_inbox.hpp"
#include <utility>

#include <troupe/detail/ref_services.hpp>

#include "deadlock/rest.hpp"
#include "memory/stable_pool.hpp"
#include "scheduler/driver.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

namespace {
using Inboxes = StablePool<ThreadInbox>;

class Mine {
 public:
  Mine() : inbox_(Inboxes::take()) {}
  Mine(const Mine&) = delete;
  Mine& operator=(const Mine&) = delete;
  ~Mine() {
    is_gone = true;
    Inboxes::put(inbox_);
  }
  static inline constinit thread_local bool is_gone = false;
  ThreadInbox& get() const { return *inbox_; }

 private:
  ThreadInbox* inbox_;
};
}  // namespace

ThreadInbox& ThreadInbox::mine() {
  static thread_local const Mine mine;
  return mine.get();
}

ThreadInbox* ThreadInbox::mine_or_null() noexcept { return Mine::is_gone ? nullptr : &mine(); }

void ThreadInbox::push(AnswerEnvelope* answer) noexcept {
  Envelope* head = newest_.load(std::memory_order_relaxed);
  do {
    answer->next.store(head, std::memory_order_relaxed);
    // release: pairs with the acquire in take_all().
  } while (
      !newest_.compare_exchange_weak(head, answer, std::memory_order_release, std::memory_order_relaxed));
  doorbell_.notify();
}

bool ThreadInbox::take_all() {
  Envelope* list = newest_.exchange(nullptr, std::memory_order_acquire);
  if (!list) return false;
  Envelope* oldest_first = nullptr;
  while (list) {
    auto* next = static_cast<Envelope*>(list->next.load(std::memory_order_relaxed));
    list->next.store(oldest_first, std::memory_order_relaxed);
    oldest_first = list;
    list = next;
  }
  while (oldest_first) {
    auto* next = static_cast<Envelope*>(oldest_first->next.load(std::memory_order_relaxed));
    oldest_first->ops->run(nobody(), *oldest_first);
    free_envelope(oldest_first);
    oldest_first = next;
  }
  return true;
}

bool ThreadInbox::wait(Waiting& waiting, Runtime* runtime) {
  if (Driver* driver = runtime ? runtime->driver_here() : nullptr) {
    return drive(waiting, *driver, SteadyTime::max());
  }
  for (;;) {
    take_all();
    if (waiting.over()) return true;
    const ThreadWait wait_scope(*this, waiting);
    wait_scope.look();
    doorbell_.wait();
  }
}

bool ThreadInbox::drive(Waiting& waiting, Driver& driver, SteadyTime until) {
  const ThreadWait wait_scope(*this, waiting);
  wait_scope.look();
  for (;;) {
    const bool has_news = take_all();
    if (waiting.over()) return true;
    if (has_news) wait_scope.look();
    if (!driver.step() && !driver.skip_to_next_timer(until)) return false;
  }
}

bool ThreadInbox::wait_for(Waiting& waiting, Runtime& runtime, std::chrono::nanoseconds limit) {
  // A limit of Duration::max() is for ever.
  const auto after = [limit](SteadyTime begin) {
    return limit < SteadyTime::max() - begin ? begin + limit : SteadyTime::max();
  };
  if (Driver* driver = runtime.driver()) return drive(waiting, *driver, after(driver->clock().now()));
  const auto now = [] { return SteadyTime(std::chrono::steady_clock::now().time_since_epoch()); };
  const SteadyTime until = after(now());
  for (;;) {
    take_all();
    if (waiting.over()) return true;
    const SteadyTime left = until - now();
    if (left <= left.zero()) return false;
    doorbell_.wait_for(left);
  }
}

}  // namespace troupe::inline v0::detail
