#include "runtime.hpp"
#include <algorithm>
#include <utility>

namespace bench::bare {
namespace {

constexpr int kTurnBudget = 256;    // messages per activation
constexpr unsigned kFairTurn = 61;  // each so many activations, the oldest in the queue goes first
constexpr int kSpins = 512;         // looks around before a worker parks: some microseconds
constexpr int kPatientSpins = 64;   // looks around before a thief takes the last object of another worker

void pause() { __builtin_ia32_pause(); }

}  // namespace

Runtime::Runtime() {
  the_runtime = this;
  const unsigned count = std::max(2U, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) {
    workers_.push_back(std::make_unique<Worker>());
    workers_.back()->runtime = this;
  }
  for (auto& worker : workers_) threads_.emplace_back([this, &worker] { work(*worker); });
}

Runtime::~Runtime() {
  ending_.store(true);
  wakeups_.fetch_add(1);
  wakeups_.notify_all();
  threads_.clear();  // joins
  the_runtime = nullptr;
}

void Runtime::inject(Object& object) {
  object.link = injected_.load(std::memory_order_relaxed);
  // Sequentially consistent, as is the load of sleepers_ that follows and the pair in park: one of the two
  // sees the other.
  while (!injected_.compare_exchange_weak(object.link, &object, std::memory_order_seq_cst)) {
  }
  wake_one();
}

// A sleeper that is missed here, for want of a fence, costs only its help: this worker is awake and will come
// to it.
void Runtime::enqueue(Worker& worker, Object& object) {
  if (!worker.deque.push(&object)) return inject(object);
  wake_one();
}

// Whoever takes a sleeper off the count wakes it, so that a burst of messages makes one system call.
void Runtime::wake_one() {
  auto sleepers = sleepers_.load(std::memory_order_seq_cst);
  if (sleepers == 0 || !sleepers_.compare_exchange_strong(sleepers, sleepers - 1)) return;
  wakeups_.fetch_add(1);
  wakeups_.notify_one();
}

void Runtime::work(Worker& worker) {
  this_worker = &worker;
  while (!ending_.load(std::memory_order_relaxed)) {
    Object* object = find(worker);
    if (object == nullptr) object = spin(worker);
    if (object != nullptr) {
      activate(worker, *object);
    } else {
      park();
    }
  }
  this_worker = nullptr;
}

void Runtime::activate(Worker& worker, Object& object) {
  for (int handled = 0; handled < kTurnBudget;) {
    Node* node = pop(object);
    if (node == nullptr) {
      if (rest(object)) return;
      pause();  // a sender stands between its exchange and its link
      continue;
    }
    ++handled;
    if (node->run(object, *node) == Turn::gone) {
      MessagePool::release(node);
      return ObjectPool::release(&object);
    }
  }
  enqueue(worker, object);
}

Object* Runtime::find(Worker& worker) {
  if (++worker.turns % kFairTurn == 0) {
    if (Object* object = take_injected(worker)) return object;
    if (Object* object = worker.deque.steal()) return object;
  }
  if (worker.slot != nullptr) return std::exchange(worker.slot, nullptr);
  if (Object* object = worker.deque.pop()) return object;
  if (Object* object = take_injected(worker)) return object;
  return steal(worker, 2);
}

// The last object of a queue is likely to be run by its owner at once, in warm cache: taken away, it would
// drag the lines of all that it talks to from core to core. So a thief takes it only after having looked
// around for a while.
Object* Runtime::steal(Worker& thief, std::int64_t at_least) {
  for (auto& other : workers_) {
    if (other.get() == &thief || other->deque.size() < at_least) continue;
    if (Object* object = other->deque.steal()) return object;
  }
  return nullptr;
}

// Takes the whole list: keeps the first and puts the rest in the own queue, or back if there is no room for
// it.
Object* Runtime::take_injected(Worker& worker) {
  if (injected_.load(std::memory_order_relaxed) == nullptr) return nullptr;
  Object* first = injected_.exchange(nullptr, std::memory_order_acquire);
  if (first == nullptr) return nullptr;
  for (Object* object = first->link; object != nullptr;)
    enqueue(worker, *std::exchange(object, object->link));
  return first;
}

Object* Runtime::spin(Worker& worker) {
  for (int i = 0; i < kSpins && !ending_.load(std::memory_order_relaxed); ++i) {
    pause();
    if (Object* object = find(worker)) return object;
    if (i % kPatientSpins == kPatientSpins - 1) {
      if (Object* object = steal(worker, 1)) return object;
    }
  }
  return nullptr;
}

// The count may stay too high by one, which costs a needless wake; it is never below the number of those who
// sleep.
void Runtime::park() {
  const auto seen = wakeups_.load();
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  if (nothing_to_do() && !ending_.load()) return wakeups_.wait(seen);
  auto sleepers = sleepers_.load();
  while (sleepers > 0 && !sleepers_.compare_exchange_weak(sleepers, sleepers - 1)) {
  }
}

bool Runtime::nothing_to_do() const {
  return injected_.load(std::memory_order_seq_cst) == nullptr &&
         std::all_of(workers_.begin(), workers_.end(),
                     [](const auto& worker) { return worker->deque.empty(); });
}

}  // namespace bench::bare
