// The code of docs/stalls.md.
#include <cstdio>
#include <string>
#include <vector>

#include <troupe/troupe.hpp>

#include "expect.hpp"

using namespace std::chrono_literals;

std::vector<std::string> paged;

// Tells somebody what stalls.
struct Pager {
  void on(const troupe::Stall& stall) {
    if (stall.kind == troupe::StallKind::waiting_mail && !stall.ended) {
      paged.push_back(stall.path + " is " + std::string(to_string(stall.state)));
    }
    std::puts(to_string(stall).c_str());
  }
};

struct Report {};
struct Lookup {};

struct Archive {
  void on(Lookup, troupe::Reply<int> reply) { kept.push_back(std::move(reply)); }  // and never answers
  std::vector<troupe::Reply<int>> kept;
};

struct Reporter : troupe::Actor<Reporter> {
  explicit Reporter(troupe::Ref<Archive> where) : archive(where) {}
  troupe::Task<> on(Report) {
    const int found = co_await archive.ask<Lookup>().within(troupe::Duration::max());
    pages += found;
  }
  troupe::Ref<Archive> archive;
  int pages = 0;
};

void subscribing() {
  troupe::System system;
  system.subscribe_stalls(system.spawn<Pager>({.pinned = true}));  // a thread of its own: others may be stuck
  const troupe::StallCounts counts = system.stalls();
  expect(counts[troupe::StallKind::long_turn] == 0 && counts.total() == 0);
}

void limits() {
  troupe::System system({.turn_limit = 50ms, .wait_limit = troupe::Duration::max()});
  expect(system.stalls().total() == 0);
}

void in_virtual_time() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.scheduler = &scheduler});
  system.subscribe_stalls(system.spawn<Pager>());
  auto archive = system.spawn<Archive>({.name = "archive"});
  auto reporter = system.spawn<Reporter>({.name = "reporter"}, archive);
  reporter.tell(Report{});
  reporter.tell(Report{});
  scheduler.run_until_idle();  // the first awaits the archive, the second waits for the first
  scheduler.advance(5s);
  expect(system.stalls()[troupe::StallKind::waiting_mail] == 1);
  expect(paged == std::vector<std::string>{"reporter is awaiting"});
}

int main() {
  subscribing();
  limits();
  in_virtual_time();
}
