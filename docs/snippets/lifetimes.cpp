// The code of docs/lifetimes.md.
#include <atomic>
#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

#include <troupe/troupe.hpp>

#include "expect.hpp"

using namespace std::chrono_literals;

struct Increment {
  int by = 1;
};
struct GetValue {};

struct Counter {
  long value = 0;
  void on(Increment message) { value += message.by; }
  long on(GetValue) const { return value; }
};

void addresses() {
  troupe::System system;
  troupe::Ref<Counter> counter = system.spawn<Counter>({.name = "counter"});
  troupe::Ref<Counter> copy = counter;  // 16 bytes, no count
  expect(copy == counter && counter.path() == "counter");

  std::unordered_map<troupe::Ref<Counter>, int> votes;
  ++votes[copy];
  expect(votes.contains(counter));

  auto found = system.find<Counter>("counter");
  expect(found && *found == counter);

  expect(!troupe::Ref<Counter>{});  // points to nobody: a send through it throws UsageError
}

void stopping() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  auto counter = system.spawn<Counter>();
  counter.tell<Increment>();
  counter.stop();             // an ordinary message: in order, after the increment
  counter.join().get();       // awaits the end; any number of askers may
  counter.tell<Increment>();  // a dead letter
  expect(!counter.alive());
  expect(system.dead_letters()[troupe::Undelivered::no_actor] == 1);

  auto other = system.spawn<Counter>();
  other.kill();  // what waits in its mailbox becomes dead letters
  other.join().get();
}

void owning() {
  troupe::System system;
  troupe::Ref<Counter> address;
  {
    troupe::Owned<Counter> owned = system.spawn_owned<Counter>();
    owned->tell<Increment>();
    address = owned;
  }  // stops here
  address.join().get();
}

std::atomic<bool> released = false;

struct Compute {};
struct Stubborn {
  void on(Compute) { released.wait(false); }  // never do this in earnest
};

void shutting_down(troupe::Log& log) {
  troupe::System system({.log = &log});
  system.spawn<Stubborn>({.name = "stubborn"}).tell(Compute{});

  const troupe::ShutdownReport report = system.shutdown(50ms);
  std::string who;
  for (const troupe::ActorInfo& actor : report.unstopped) {
    who += actor.path + " is in " + std::string(actor.message);
  }
  expect(who == "stubborn is in Compute");
  released = true;
  released.notify_all();
}  // the destructor waits for the rest

class Undertaker {
 public:
  explicit Undertaker(std::vector<std::string>& lost) : lost_(lost) {}
  void on(const troupe::DeadLetter& letter) {
    std::string line = std::string(letter.message) + " to " + std::string(letter.actor) + ": " +
                       std::string(to_string(letter.reason));
    if (const auto* increment = letter.get_if<Increment>()) line += " by " + std::to_string(increment->by);
    lost_.push_back(std::move(line));
  }

 private:
  std::vector<std::string>& lost_;
};

void dead_letters() {
  std::vector<std::string> lost;
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  system.subscribe_dead_letters(system.spawn<Undertaker>(lost));
  auto counter = system.spawn<Counter>();
  counter.stop();
  counter.tell<Increment>(7);
  scheduler.run_until_idle();
  expect(lost.size() == 1);
  expect(lost[0] == "Increment to Counter: its receiver stopped first by 7");
}

int main() {
  addresses();
  stopping();
  owning();
  shutting_down(troupe::null_log());
  dead_letters();
}
