// A tree of three levels and fifty actors, for runs in which any of them crashes at any message.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <troupe/sim/explore.hpp>
#include <troupe/troupe.hpp>

namespace sim_test {

/// What outlives the objects: who has handled what, and what became of the asks.
struct Tally {
  std::map<std::pair<std::size_t, int>, std::uint64_t> last;  ///< by worker and client: the last number
  std::uint64_t told = 0;
  std::uint64_t handled = 0;
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
  std::string fault;  ///< the first thing that was wrong
};

struct Job {
  int client;
  std::uint64_t number;
};
struct Question {};

class Worker {
 public:
  Worker(std::shared_ptr<Tally> tally, std::size_t index) : tally_(std::move(tally)), index_(index) {}
  void on(const Job& job) {
    auto& last = tally_->last[{index_, job.client}];
    if (job.number <= last)
      tally_->fault = "a worker was sent messages in another order, or one of them twice";
    last = job.number;
    ++tally_->handled;
  }
  std::size_t on(const Question&) const { return index_; }

 private:
  std::shared_ptr<Tally> tally_;  // shared: a run that fails ends its system last
  std::size_t index_;
};

/// Works through its own list: a message to somebody, and now and then a question.
class Client : public troupe::Actor<Client> {
 public:
  struct Go {
    int left;
  };
  Client(std::shared_ptr<Tally> tally, int own_number, std::vector<troupe::Ref<Worker>> workers)
      : tally_(std::move(tally)), number_(own_number), workers_(std::move(workers)) {}

  troupe::Task<> on(const Go& go) {
    const std::size_t index = random() % workers_.size();
    const auto worker = workers_[index];
    ++tally_->told;
    worker.tell<Job>(number_, ++sent_);
    if (go.left % 4 == 0) {
      ++tally_->asked;
      const auto answer = co_await worker.try_ask<Question>().within(troupe::Duration::max());
      ++tally_->answered;
      if (answer ? *answer != index : answer.error().reason() != troupe::Reason::failed)
        tally_->fault = "an ask was answered by somebody else, or failed for another reason than a crash";
    }
    if (go.left > 1) self().template tell<Go>(go.left - 1);
  }

 private:
  std::shared_ptr<Tally> tally_;
  int number_;
  std::vector<troupe::Ref<Worker>> workers_;
  std::uint64_t sent_ = 0;
};

constexpr int clients = 5;
constexpr int workers_per_supervisor = 10;

/// Four supervisors of ten workers each, under one at the top.
inline void build_tree(troupe::System& system, const std::shared_ptr<Tally>& tally,
                       std::vector<troupe::Ref<Worker>>& workers,
                       std::vector<troupe::Supervisor>& supervisors) {
  using namespace std::chrono_literals;
  const troupe::Intensity patient{.restarts = 1'000'000, .within = 1s};
  const auto top = system.supervise({.name = "top", .intensity = patient});
  const auto add = [&](const troupe::SupervisorOptions& options) {
    supervisors.push_back(top.supervise(options));
    for (int i = 0; i < workers_per_supervisor; ++i)
      workers.push_back(supervisors.back().spawn<Worker>(tally, workers.size()));
  };
  add({.name = "one", .strategy = troupe::one_for_one, .intensity = patient});
  add({.name = "all", .strategy = troupe::one_for_all, .intensity = patient});
  add({.name = "rest",
       .strategy = troupe::rest_for_one,
       .intensity = patient,
       .backoff = {.first = 10ms, .max = 1s}});
  // Gives up at every third crash, and is restarted with its children.
  add({.name = "weak", .strategy = troupe::one_for_one, .intensity = {.restarts = 2, .within = 1h}});
}

/// Nothing is lost but what was in hand at a crash, nothing is reordered, each ask is answered once, and all
/// are up at the end.
inline void run_supervised_tree(troupe::sim::Simulation& sim, int messages_per_client) {
  const auto tally = std::make_shared<Tally>();
  std::vector<troupe::Ref<Worker>> workers;
  std::vector<troupe::Supervisor> supervisors;
  build_tree(sim.system(), tally, workers, supervisors);
  for (int i = 0; i < clients; ++i) {
    const auto client = sim.system().spawn<Client>(tally, i, workers);
    sim.spare(client);
    client.tell<Client::Go>(messages_per_client);
  }
  sim.run();
  sim.check(tally->fault.empty(), tally->fault.empty() ? "in order" : tally->fault);
  sim.check(tally->told == clients * static_cast<std::uint64_t>(messages_per_client),
            "every client has sent all");
  sim.check(tally->asked == tally->answered, "each ask is answered");
  const std::uint64_t dead = sim.system().dead_letters()[troupe::Undelivered::failed];
  sim.check(tally->told - tally->handled <= dead, "what was not handled is a dead letter");
  sim.check(sim.system().dead_letters().total() == dead,
            "nothing is a dead letter for another reason than a crash");
  for (const auto& supervisor : supervisors) {
    sim.check(supervisor.alive(), "the supervisors live");
    const troupe::Tree children = supervisor.children();
    sim.check(children.size() == workers_per_supervisor, "each supervisor has its children");
    for (const auto& child : children)
      sim.check(child.state == troupe::ActorState::idle, "each child is up and idle at the end");
  }
}

}  // namespace sim_test
