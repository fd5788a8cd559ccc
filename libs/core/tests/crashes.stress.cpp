// Goal: however often actors crash and are restarted, memory stays what it was after the first 10,000 times,
// and each message is handled once or becomes a dead letter once.
//
// Method: threads send messages to the children of supervisors of all three strategies, every fourth of which
// crashes its receiver, while two siblings that nobody crashes send each other a message all the time.
// Resident memory is looked at after each thousand crashes.
//
// Environment: TROUPE_STRESS_CRASHES (default: 50,000). A thorough run is 1,000,000.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t senders = 2;
constexpr std::size_t children_per_supervisor = 4;
constexpr std::uint64_t most_under_way = 1'000;
constexpr std::uint64_t crashes_before_flat = 10'000;
// About one byte for each of a million crashes.
constexpr std::uint64_t most_growth_bytes = 1 << 20;

#if defined(TROUPE_DETAIL_PLAIN_BLOCKS)
constexpr bool memory_is_ours = false;  // a sanitizer keeps what was freed
#else
constexpr bool memory_is_ours = true;
#endif

std::uint64_t resident_bytes() {
  std::FILE* statm = std::fopen("/proc/self/statm", "r");
  unsigned long long total = 0;
  unsigned long long resident = 0;
  if (!statm || std::fscanf(statm, "%llu %llu", &total, &resident) != 2) std::abort();
  std::fclose(statm);
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::atomic<std::uint64_t> crashes{0};

struct Job {
  Ticket ticket;
  std::string text;  ///< too long for a string's own buffer, so that a lost message is lost memory
  bool crashes;
};

class Worker : public Actor<Worker> {
 public:
  void on(const Job& job) {
    if (job.crashes) {
      crashes.fetch_add(1, std::memory_order_relaxed);
      throw std::runtime_error(job.text);
    }
    job.ticket.done();
  }

 private:
  std::vector<int> state_ = std::vector<int>(10);
  Counted<Worker> counted_;
};

struct Hop {};
/// Passes on what it is sent, for as long as the system lives.
class Passer {
 public:
  struct Partner {
    Ref<Passer> actor;
  };
  explicit Passer(std::atomic<std::uint64_t>* hops) : hops_(hops) {}
  void on(const Partner& partner) { partner_ = partner.actor; }
  void on(Hop) {
    hops_->fetch_add(1, std::memory_order_relaxed);
    partner_.tell<Hop>();
  }

 private:
  std::atomic<std::uint64_t>* hops_;
  Ref<Passer> partner_;
};

/// Resident memory, from the crash on after which it is to stay.
class Memory {
 public:
  void look(std::uint64_t crash) {
    if (crash < next_look_) return;
    next_look_ = crash + 1'000;
    const std::uint64_t now = resident_bytes();
    if (crash < crashes_before_flat) {
      at_first_ = now;
    } else {
      highest_ = std::max(highest_, now);
    }
  }
  void expect_flat(double seconds, std::uint64_t hops) const {
    const std::uint64_t growth = highest_ > at_first_ ? highest_ - at_first_ : 0;
    std::printf(
        "  %llu crashes in %.1f s, %llu hops of siblings; %llu KiB resident after %llu crashes, %llu more at "
        "most\n",
        static_cast<unsigned long long>(crashes.load()), seconds, static_cast<unsigned long long>(hops),
        static_cast<unsigned long long>(at_first_ / 1024),
        static_cast<unsigned long long>(crashes_before_flat), static_cast<unsigned long long>(growth / 1024));
    if (memory_is_ours) {
      EXPECT_LE(growth, most_growth_bytes) << Settings::get().command();
    }
  }

 private:
  std::uint64_t next_look_ = 0;
  std::uint64_t at_first_ = 0;
  std::uint64_t highest_ = 0;
};

SupervisorOptions patient(Strategy strategy) {
  return {.strategy = strategy, .intensity = {.restarts = 1'000'000'000, .within = 1ms}};
}

std::vector<Ref<Worker>> spawn_workers(const std::vector<Supervisor>& supervisors) {
  std::vector<Ref<Worker>> workers;
  for (const auto& supervisor : supervisors) {
    for (std::size_t i = 0; i < children_per_supervisor; ++i) workers.push_back(supervisor.spawn<Worker>());
  }
  return workers;
}

std::uint64_t count_restarts(const std::vector<Supervisor>& supervisors) {
  std::uint64_t count = 0;
  for (const auto& supervisor : supervisors) {
    for (const auto& child : supervisor.children()) count += child.restarts;
  }
  return count;
}

TEST(Crashes, CostNoMemoryHoweverManyThereAre) {
  const std::uint64_t wanted = number_from("TROUPE_STRESS_CRASHES", 50'000);
  Ledger ledger;
  Memory memory;
  std::atomic<std::uint64_t> hops{0};
  const auto began = std::chrono::steady_clock::now();
  DeadLetterCounts dead;
  {
    System system({.workers = 2, .log = &null_log()});
    Watchdog watchdog(system);
    const std::vector<Supervisor> supervisors{system.supervise(patient(one_for_one)),
                                              system.supervise(patient(one_for_all)),
                                              system.supervise(patient(rest_for_one))};
    const auto one = supervisors[0].spawn<Passer>(&hops);
    const auto two = supervisors[0].spawn<Passer>(&hops);
    one.tell<Passer::Partner>(two);
    two.tell<Passer::Partner>(one);
    one.tell<Hop>();
    const auto workers = spawn_workers(supervisors);
    const auto send = [&](std::size_t sender, bool looks) {
      Random random(sender);
      while (crashes.load(std::memory_order_relaxed) < wanted) {
        ledger.keep_below(most_under_way);
        workers[random.below(workers.size())].tell<Job>(Ticket(ledger), std::string(40, 'x'),
                                                        random.percent(25));
        watchdog.progress();
        if (looks) memory.look(crashes.load(std::memory_order_relaxed));
      }
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < senders; ++i) threads.emplace_back(send, i, false);
    send(0, true);
    for (auto& thread : threads) thread.join();
    // Who has crashed can do so again only when it has been restarted.
    EXPECT_GE(count_restarts(supervisors) + workers.size(), crashes.load()) << Settings::get().command();
    EXPECT_TRUE(system.shutdown(60s)) << Settings::get().command();
    dead = system.dead_letters();
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - began;
  memory.expect_flat(spent.count(), hops.load());
  EXPECT_GT(hops.load(), 0u);
  EXPECT_EQ(Counted<Worker>::alive.load(), 0) << Settings::get().command();
  EXPECT_EQ(ledger.issued.load(), ledger.ended()) << Settings::get().command();
  EXPECT_GE(dead[Undelivered::failed], crashes.load()) << Settings::get().command();
}

}  // namespace
}  // namespace troupe::stress
