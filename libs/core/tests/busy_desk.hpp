// A desk that is kept busy, so that its mailbox fills: what the tests of bounded mailboxes share.
#pragma once

#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support.hpp"

namespace troupe_test {

struct Wait {
  troupe::Reply<void> reply;
};
struct Open {};
struct Held {};

/// Keeps those who ask it until it is opened.
struct Gate {
  std::vector<troupe::Reply<void>> held;

  void on(Wait&& wait) { held.push_back(std::move(wait.reply)); }
  void on(Open) {
    for (auto& one : held) one.answer();
    held.clear();
  }
  int on(Held) const { return static_cast<int>(held.size()); }
};

struct Hold {};
struct Fail {};
struct Item {
  int number = 0;
};
struct Price {
  int number = 0;
};
struct Sum {};
struct Handled {};
struct TickNow {};

struct Desk : troupe::Actor<Desk> {
  static constexpr auto tick_after = 10ms;

  explicit Desk(troupe::Ref<Gate> at) : gate(at) {}
  Desk(troupe::Ref<Gate> at, troupe::Ref<Gate> watched, std::string* to) : gate(at), end_report(to) {
    watch(watched);
    after(tick_after, TickNow{});
  }
  ~Desk() {
    if (end_report) *end_report = report;
  }

  troupe::Task<> on(Hold) {
    auto waiting = gate.ask<Wait>().within(troupe::Duration::max());
    co_await std::move(waiting);
  }
  void on(Fail) { throw std::runtime_error("the desk fell over"); }
  void on(Item item) { note("item " + std::to_string(item.number), item.number); }
  void on(Price price) { note("price " + std::to_string(price.number), price.number); }
  void on(TickNow) { note("tick", 0); }
  void on(const troupe::Terminated&) { note("terminated", 0); }
  int on(Sum) const {
    int sum = 0;
    for (const int one : handled) sum += one;
    return sum;
  }
  std::vector<int> on(Handled) const { return handled; }

  void note(const std::string& what, int number) {
    report += (report.empty() ? "" : ", ") + what;
    handled.push_back(number);
  }

  troupe::Ref<Gate> gate;
  std::string* end_report = nullptr;
  std::string report;
  std::vector<int> handled;
};

struct OpenDesk {
  static constexpr auto turns = troupe::reentrant;
  troupe::Ref<Gate> gate;
  explicit OpenDesk(troupe::Ref<Gate> at) : gate(at) {}
  troupe::Task<> on(Hold) {
    auto waiting = gate.ask<Wait>().within(troupe::Duration::max());
    co_await std::move(waiting);
  }
};

struct Seen {};
struct Listener {
  std::vector<troupe::DeadLetter> letters;
  void on(const troupe::DeadLetter& letter) { letters.push_back(letter); }
  std::vector<troupe::DeadLetter> on(Seen) const { return letters; }
};

/// Waits until it is so: what an observer of the whole system sees, nobody can be told of.
template <class Done>
void settle(World& world, Done&& done) {
  while (!done()) {
    if (world.on_threads()) {
      std::this_thread::yield();
    } else {
      ASSERT_TRUE(world.scheduler().step()) << "nothing is left that could run";
    }
  }
}

class BusyDeskTest : public OnEveryScheduler {
 protected:
  World world{GetParam()};
  troupe::Ref<Gate> gate;
  troupe::Ref<Desk> desk;
  std::string desks_report;

  /// A desk that waits for a gate would not stop.
  void TearDown() override {
    if (gate) release();
  }
  void busy_desk(const troupe::SpawnOptions& options) {
    gate = world->spawn<Gate>();
    desk = world->spawn<Desk>(options, gate);
    hold();
  }
  void busy_desk(const troupe::SpawnOptions& options, troupe::Ref<Gate> watched) {
    gate = world->spawn<Gate>();
    desk = world->spawn<Desk>(options, gate, watched, &desks_report);
    hold();
  }
  /// From here on its messages wait.
  void hold() {
    desk.tell<Hold>();
    settle(world, [&] { return gate.ask<Held>().get() == 1; });
  }
  void release() { gate.ask<Open>().get(); }
  std::size_t depth() {
    for (const auto& one : world->tree()) {
      if (one.path == desk.path()) return one.mailbox_depth;
    }
    return 0;
  }
  void await_handled(std::size_t count) {
    settle(world, [&] { return desk.ask<Handled>().get().size() == count; });
  }
  std::vector<int> handled_in_the_end() {
    release();
    return desk.ask<Handled>().get();
  }
  std::string end_report() {
    release();
    desk.join().get();
    return desks_report;
  }
  troupe::Ref<Listener> listen() {
    const auto listener = world->spawn<Listener>();
    world->subscribe_dead_letters(listener);
    return listener;
  }
};

}  // namespace troupe_test
