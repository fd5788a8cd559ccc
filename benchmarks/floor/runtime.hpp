// Two or more threads that run objects with messages in their queues. No names, no lifetimes, no failures, no
// timers.
//
// send and schedule may be called from any thread. Objects must outlive the runtime, unless their handler
// says Turn::gone.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "deque.hpp"
#include "object.hpp"

namespace bench::bare {

class Runtime;

struct Worker {
  Runtime* runtime = nullptr;
  Object* slot = nullptr;  // to be run next, in warm cache; nobody can steal it from there
  unsigned turns = 0;
  alignas(64) Deque deque;
};

inline constinit thread_local Worker* this_worker = nullptr;

class Runtime {
 public:
  Runtime();
  ~Runtime();  // what is queued is abandoned; the handlers that run are awaited

  void schedule(Object& object) {
    Worker* worker = this_worker;
    if (worker == nullptr) return inject(object);
    Object* displaced = std::exchange(worker->slot, &object);
    if (displaced != nullptr) enqueue(*worker, *displaced);
  }

 private:
  void inject(Object& object);
  void enqueue(Worker& worker, Object& object);
  void wake_one();
  void work(Worker& worker);
  void activate(Worker& worker, Object& object);
  Object* find(Worker& worker);
  Object* steal(Worker& thief, std::int64_t at_least);
  Object* take_injected(Worker& worker);
  Object* spin(Worker& worker);
  void park();
  bool nothing_to_do() const;

  alignas(64) std::atomic<Object*> injected_{nullptr};  // newest first; taken as a whole
  alignas(64) std::atomic<std::uint32_t> sleepers_{0};  // parked, or about to, and not yet woken
  std::atomic<std::uint32_t> wakeups_{0};               // what a sleeper waits on
  std::atomic<bool> ending_{false};
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::jthread> threads_;
};

inline Runtime* the_runtime = nullptr;  // one at a time; a message doesn't carry it

template <class Target, class M>
void send(Target& target, const M& body) {
  if (push(target, make_message<Target, M>(body))) the_runtime->schedule(target);
}

}  // namespace bench::bare
