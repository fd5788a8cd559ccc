// The code of docs/scheduling.md.
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include <troupe/troupe.hpp>

#include "expect.hpp"

struct WhichThread {};
struct Resident {
  std::thread::id on(WhichThread) const { return std::this_thread::get_id(); }
};

void placing() {
  troupe::System system({.workers = 2});
  system.add_group("reports", {.threads = 1});

  auto anywhere = system.spawn<Resident>();                      // the default group: two workers
  auto report = system.spawn<Resident>({.group = "reports"});    // one thread, shared by this group
  auto alone = system.spawn<Resident>({.pinned = true});         // a thread of its own
  auto queued = system.spawn<Resident>({.inline_asks = false});  // never inside the asker's thread

  const auto here = std::this_thread::get_id();
  expect(report.ask<WhichThread>().get() != here);
  expect(alone.ask<WhichThread>().get() == alone.ask<WhichThread>().get());
  expect(queued.ask<WhichThread>().get() != here);
  expect(anywhere.ask<WhichThread>().get() == here);  // idle, so it ran inside this thread
}

// A loop without events: all it does is to wait until it is woken.
class NoEvents final : public troupe::EventLoop {
 public:
  void wait() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return wakes_ > 0; });
    --wakes_;
  }
  bool poll() override { return false; }
  void wake() override {
    {
      const std::lock_guard lock(mutex_);
      ++wakes_;
    }
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int wakes_ = 0;
};

void looping() {
  NoEvents loop;  // must outlive the system
  troupe::System system;
  system.add_group("network", {.threads = 1, .loop = &loop});
  auto connection = system.spawn<Resident>({.group = "network"});
  expect(connection.ask<WhichThread>().get() != std::this_thread::get_id());
}

void observing() {
  troupe::System system;
  system.spawn<Resident>({.name = "resident"});
  const troupe::Tree tree = system.tree();  // path, class, state, queued, handled, current message
  expect(tree.size() == 1 && tree[0].path == "resident" && tree[0].state == troupe::ActorState::idle);
}

int main() {
  placing();
  looping();
  observing();
}
