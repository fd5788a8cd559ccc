// The code of docs/deadlocks.md.
#include <cstdio>

#include <troupe/troupe.hpp>

#include "expect.hpp"

namespace {

int heard = 0;

struct Watchman {
  void on(const troupe::Deadlock& deadlock) { std::printf("%s", to_string(deadlock).c_str()); }
};

void subscribe() {
  troupe::System system;
  system.subscribe_deadlocks(system.spawn<Watchman>({.name = "watchman"}));
  ++heard;
}

void choose_policy() {
  troupe::System system({.on_deadlock = troupe::OnDeadlock::log_only});
  ++heard;
}

}  // namespace

int main() {
  subscribe();
  choose_policy();
  expect(heard == 2);
}
