#include <algorithm>
#include <cstddef>
#include <memory>

#include <asio/post.hpp>

#include <troupe/net/io_loop.hpp>

#include "io_loop_impl.hpp"

namespace troupe::inline v0::net {

namespace {

// As many threads as may wait for one of them.
constexpr std::size_t most_owed = 1024;

void post_wake(IoLoop::Impl& loop);

// The wakes that a thread has come upon in polls, where they end no wait.
//
// As long as the thread lives that is as good: it is awake, and will look for work before it waits. To pass
// each of them on would have the others woken for nothing again and again. But when the thread ends, those
// who wait may have been meant to end with it, so then they get what they are owed.
class OwedWakes {
 public:
  OwedWakes() = default;
  OwedWakes(const OwedWakes&) = delete;
  OwedWakes& operator=(const OwedWakes&) = delete;
  ~OwedWakes() { pass_on(); }

  void add() { ++count_; }
  void owe_to(const std::shared_ptr<IoLoop::Impl>& loop) {
    if (loop_.owner_before(loop) || loop.owner_before(loop_)) {
      pass_on();
      loop_ = loop;
    }
  }

 private:
  void pass_on() {
    if (const auto loop = loop_.lock()) {
      for (std::size_t left = std::min(count_, most_owed); left > 0; --left) post_wake(*loop);
    }
    count_ = 0;
  }

  std::weak_ptr<IoLoop::Impl> loop_;
  std::size_t count_ = 0;
};

thread_local OwedWakes owed;
constinit thread_local bool polls = false;

void post_wake(IoLoop::Impl& loop) {
  asio::post(loop.context, [] {
    if (polls) owed.add();
  });
}

}  // namespace

IoLoop::IoLoop() : impl_pointer_(std::make_shared<Impl>()) {}
IoLoop::~IoLoop() = default;

void IoLoop::wait() { impl_pointer_->context.run_one(); }
bool IoLoop::poll() {
  owed.owe_to(impl_pointer_);
  polls = true;
  const std::size_t handled = impl_pointer_->context.poll();
  polls = false;
  return handled > 0;
}
void IoLoop::wake() { post_wake(*impl_pointer_); }

}  // namespace troupe::inline v0::net
