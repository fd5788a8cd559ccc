// The code of docs/testing.md.
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <troupe/troupe.hpp>

#include "expect.hpp"

using namespace std::chrono_literals;

struct Heartbeat {};
struct Tick {};
struct Lost {
  std::string who;
};

/// Reports a peer that hasn't been heard of for three seconds.
class Guard : public troupe::Actor<Guard> {
 public:
  explicit Guard(troupe::Recipient<Lost> report_to) : report_to_(report_to) {}
  void on(troupe::Started) { after("silence", 3s, Tick{}); }
  void on(Heartbeat) { after("silence", 3s, Tick{}); }
  void on(Tick) { report_to_.tell<Lost>("peer"); }

 private:
  troupe::Recipient<Lost> report_to_;
};

struct Probe {
  std::vector<std::string>& seen;
  void on(const Lost& lost) { seen.push_back(lost.who); }
};

void a_silent_peer_is_reported_after_three_seconds() {
  std::vector<std::string> seen;
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.scheduler = &scheduler});
  auto guard = system.spawn<Guard>(system.spawn<Probe>(seen));

  scheduler.advance(2s);
  guard.tell(Heartbeat{});
  scheduler.advance(2999ms);
  expect(seen.empty());
  scheduler.advance(1ms);
  expect(seen == std::vector<std::string>{"peer"});
}

struct Append {
  std::string text;
};
struct Writer {
  std::string& all;
  void on(const Append& append) { all += append.text; }
};
struct Speaker {
  troupe::Ref<Writer> writer;
  void on(const std::string& text) {
    for (char c : text) writer.tell<Append>(std::string(1, c));
  }
};

std::string two_speakers(std::uint64_t seed) {
  std::string all;
  troupe::DeterministicScheduler scheduler(seed);
  troupe::System system({.scheduler = &scheduler});
  auto writer = system.spawn<Writer>(all);
  system.spawn<Speaker>(writer).tell(std::string("abc"));
  system.spawn<Speaker>(writer).tell(std::string("xyz"));
  scheduler.run_until_idle();
  expect(system.dead_letters().total() == 0);
  return all;
}

void every_schedule_keeps_each_speakers_order() {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const std::string all = two_speakers(seed);
    expect(all == two_speakers(seed));  // the same seed, the same run
    expect(all.find('a') < all.find('b') && all.find('x') < all.find('y'));
  }
}

struct GetCount {};
class Clockwork : public troupe::Actor<Clockwork> {
 public:
  void on(troupe::Started) { every(1min, Tick{}); }
  void on(Tick) { ++count_; }
  int on(GetCount) const { return count_; }

 private:
  int count_ = 0;
};

void on_threads_with_a_clock_of_its_own() {
  troupe::ManualClock clock;
  troupe::System system({.clock = &clock});
  auto clockwork = system.spawn<Clockwork>();
  expect(clockwork.ask<GetCount>().get() == 0);  // it has started: its timer is armed
  clock.advance(1min);                           // sends what is due before it returns
  expect(clockwork.ask<GetCount>().get() == 1);
}

int main() {
  a_silent_peer_is_reported_after_three_seconds();
  every_schedule_keeps_each_speakers_order();
  on_threads_with_a_clock_of_its_own();
}
