#include "scheduler/blocking_pool.hpp"

#include <pthread.h>

#include <troupe/detail/context.hpp>

#include "scheduler/driver.hpp"
#include "system/runtime.hpp"

namespace troupe::inline v0::detail {

void BlockingPool::begin(unsigned most_threads) {
  most_threads_ = most_threads == 0 ? 1 : most_threads;
  ending_ = false;
}

void BlockingPool::end() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  idle_ = 0;
}

void BlockingPool::submit(Job* job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(job);
  if (jobs_.size() > idle_ && threads_.size() < most_threads_) {
    threads_.emplace_back([this] { run(); });
    pthread_setname_np(threads_.back().native_handle(), "troupe-blocking");
  }
  changed_.notify_one();
}

void BlockingPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    while (jobs_.empty()) {
      if (ending_) return;
      ++idle_;
      changed_.wait(lock);
      --idle_;
    }
    Job* job = jobs_.front();
    jobs_.pop_front();
    lock.unlock();
    job->run();
    delete job;
    lock.lock();
  }
}

void submit_job(Job* job) {
  Runtime& runtime = context.running->cell->group().runtime();
  if (Driver* driver = runtime.driver()) {
    driver->submit_job(job);
  } else {
    runtime.blocking().submit(job);
  }
}

void refuse_blocking_outside() {
  throw UsageError("blocking() was awaited outside of an actor's turn: call the function directly there");
}

}  // namespace troupe::inline v0::detail
