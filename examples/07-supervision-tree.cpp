// The three strategies side by side: each supervisor has three children that were started in order, and the
// one in the middle crashes.
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>

#include <troupe/troupe.hpp>

namespace {

struct Crash {};
struct Hello {};

class Part : public troupe::Actor<Part> {
 public:
  explicit Part(std::string name) : name_(std::move(name)) { std::printf("  %s starts\n", name_.c_str()); }

  void on(Crash) { throw std::runtime_error("out of order"); }
  std::string on(Hello) const { return name_; }
  void on(const troupe::PreRestart& news) {
    std::printf("  %s %s\n", name_.c_str(), news.cause ? "has crashed" : "goes down with it");
  }

 private:
  std::string name_;
};

void show(troupe::System& system, troupe::DeterministicScheduler& scheduler, const char* name,
          troupe::Strategy strategy) {
  std::printf("%s\n", name);
  troupe::Ref<Part> middle;
  // The children start as one act: all of them, or none.
  const auto tree =
      system.supervise({.name = name, .strategy = strategy}, [&](const troupe::Supervisor& start) {
        start.spawn<Part>({.name = "database"}, "database");
        middle = start.spawn<Part>({.name = "cache"}, "cache");
        start.spawn<Part>({.name = "web"}, "web");
      });
  middle.tell<Crash>();
  scheduler.run_until_idle();
  std::printf("  the same address answers: %s\n", middle.ask<Hello>().get().c_str());
  for (const troupe::ActorInfo& child : tree.children()) {
    std::printf("  %-23s %u restarts\n", child.path.c_str(), child.restarts);
  }
  tree.stop();
  tree.join().get();
}

}  // namespace

int main() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  show(system, scheduler, "one_for_one", troupe::one_for_one);
  show(system, scheduler, "one_for_all", troupe::one_for_all);
  show(system, scheduler, "rest_for_one", troupe::rest_for_one);
}
