// A worker that crashes is built anew behind the same address; each time it waits longer; and when it has
// crashed too often its supervisor gives up. Time is virtual here, so the program takes none, and says the
// same each time.
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

namespace {

struct Divide {
  int by;
};

class Worker : public troupe::Actor<Worker> {
 public:
  explicit Worker(troupe::Clock& clock) : clock_(clock) { say("starts"); }

  void on(const Divide& divide) {
    if (divide.by == 0) throw std::invalid_argument("can't divide by 0");
    ++done_;
    say("100 / " + std::to_string(divide.by) + " = " + std::to_string(100 / divide.by) + ", job " +
        std::to_string(done_) + " of this object");
  }
  void on(const troupe::PreRestart&) { say("will be built anew"); }
  void on(troupe::Stopping) { say("ends"); }

 private:
  void say(const std::string& what) const {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(clock_.now());
    std::printf("%3d s  worker: %s\n", static_cast<int>(now.count()), what.c_str());
  }
  troupe::Clock& clock_;
  int done_ = 0;
};

}  // namespace

int main() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  const auto office = system.supervise({.name = "office",
                                        .intensity = {.restarts = 3, .within = 60s},
                                        .backoff = {.first = 1s, .max = 10s, .factor = 2}});
  const auto worker = office.spawn<Worker>(
      {.name = "worker"}, troupe::factory([&scheduler] { return Worker(scheduler.clock()); }));

  // One that is served, one that crashes, and so on: what waits in the mailbox survives each crash.
  for (const int by : {5, 0, 4, 0, 3, 0, 2, 0, 1}) worker.tell<Divide>(by);
  scheduler.run_until_idle();

  const troupe::Tree children = office.children();
  std::printf("       %s: %s after %s\n", children.at(0).path.c_str(),
              std::string(to_string(children.at(0).state)).c_str(), children.at(0).last_cause.c_str());

  const troupe::Terminated end = office.join().get();
  std::printf("       office: %s\n", std::string(to_string(end.reason)).c_str());
  if (const auto* why = troupe::cause_as<troupe::Escalated>(end.cause))
    std::printf("       %s\n", why->what());
  std::printf("       %d message was left\n",
              static_cast<int>(system.dead_letters()[troupe::Undelivered::failed]) - 4);
}
