// Goal: whatever crashes, and whoever restarts, stops or kills whom meanwhile, each message is handled once
// or becomes a dead letter once, messages of one sender reach an actor in their order, each ask is answered
// once, and no object is left.
//
// Method: threads send numbered messages, some of which crash their receiver, to the children of supervisors
// of all three strategies, one of which is a child itself; other threads order restarts, stops and kills by
// hand.
#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t senders = 3;
constexpr std::size_t workers_per_supervisor = 4;
constexpr std::uint64_t most_under_way = 2'000;

struct Job {
  Ticket ticket;
  std::size_t sender;
  std::uint64_t number;
  bool crashes;
};
struct Ask {
  bool crashes;
};

/// What outlives the objects of one actor.
struct Journal {
  std::array<std::uint64_t, senders> last{};
};

class Worker : public Actor<Worker> {
 public:
  explicit Worker(std::shared_ptr<Journal> journal) : journal_(std::move(journal)) {}

  void on(const Job& job) {
    const OneAtATime::Scope scope(alone_);
    auto& last = journal_->last[job.sender];
    EXPECT_GT(job.number, last) << Settings::get().command();
    last = job.number;
    if (job.crashes) throw std::runtime_error("as told");
    job.ticket.done();
  }
  int on(const Ask& ask) {
    if (ask.crashes) throw std::runtime_error("as told");
    return 1;
  }

 private:
  std::shared_ptr<Journal> journal_;
  OneAtATime alone_;
  Counted<Worker> counted_;
};

/// A worker, and the supervisor that it is under now.
struct Post {
  Supervisor supervisor;
  Ref<Worker> worker;
};

class Posts {
 public:
  void add(Supervisor supervisor) {
    for (std::size_t i = 0; i < workers_per_supervisor; ++i) {
      posts_.push_back({supervisor, supervisor.spawn<Worker>(std::make_shared<Journal>())});
    }
  }
  Post pick(Random& random) {
    const std::lock_guard lock(mutex_);
    return posts_[random.below(posts_.size())];
  }
  /// Puts a new worker where one was stopped.
  void renew(Random& random) {
    const std::lock_guard lock(mutex_);
    Post& post = posts_[random.below(posts_.size())];
    if (post.worker.alive()) return;
    post.worker = post.supervisor.spawn<Worker>(std::make_shared<Journal>());
  }

 private:
  std::mutex mutex_;
  std::vector<Post> posts_;
};

SupervisorOptions patient(Strategy strategy, std::chrono::nanoseconds backoff = {}) {
  return {.strategy = strategy,
          .intensity = {.restarts = 1'000'000'000, .within = 1ms},
          .backoff = {.first = backoff, .max = 2ms, .jitter = 0.5}};
}

void send_jobs(Posts& posts, Ledger& ledger, std::size_t sender, const Timer& timer, Watchdog& watchdog) {
  Random random(sender);
  std::uint64_t number = 0;
  while (!timer.over()) {
    ledger.keep_below(most_under_way);
    const Post post = posts.pick(random);
    post.worker.tell<Job>(Ticket(ledger), sender, ++number, random.percent(5));
    watchdog.progress();
  }
}

void ask(Posts& posts, std::atomic<std::uint64_t>& answers, const Timer& timer) {
  Random random(senders);
  while (!timer.over()) {
    const auto answer = posts.pick(random).worker.try_ask<Ask>(random.percent(10)).get();
    EXPECT_TRUE(answer || answer.error().reason() != Reason::timeout) << Settings::get().command();
    answers.fetch_add(1);
  }
}

void meddle(Posts& posts, const Timer& timer) {
  Random random(senders + 1);
  while (!timer.over()) {
    const Post post = posts.pick(random);
    switch (random.below(8)) {
      case 0:
        post.supervisor.stop(post.worker);
        break;
      case 1:
        post.worker.kill();
        break;
      case 2:
        post.worker.stop();
        break;
      case 3:
        post.supervisor.restart(post.worker);
        break;
      case 4:
        static_cast<void>(post.supervisor.children());
        break;
      default:
        posts.renew(random);
    }
    std::this_thread::yield();
  }
}

TEST(Supervision, LosesAndReordersNothingWhateverCrashes) {
  Ledger ledger;
  std::atomic<std::uint64_t> answers{0};
  DeadLetterCounts dead;
  {
    System system({.workers = 3, .ask_deadline = Duration::max(), .log = &null_log()});
    Watchdog watchdog(system);
    Posts posts;
    const auto top = system.supervise(patient(one_for_one));
    posts.add(top);
    posts.add(top.supervise(patient(one_for_one, 1ms)));
    posts.add(top.supervise(patient(one_for_all)));
    posts.add(system.supervise(patient(rest_for_one, 1ms)));
    // This one gives up all the time, and is restarted with its children.
    posts.add(top.supervise({.strategy = one_for_one, .intensity = {.restarts = 1, .within = 1s}}));
    const Timer timer;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < senders; ++i) {
      threads.emplace_back([&, i] { send_jobs(posts, ledger, i, timer, watchdog); });
    }
    threads.emplace_back([&] { ask(posts, answers, timer); });
    threads.emplace_back([&] { meddle(posts, timer); });
    for (auto& thread : threads) thread.join();
    EXPECT_TRUE(system.shutdown(60s)) << Settings::get().command();
    dead = system.dead_letters();
  }
  // Asks that found nobody are dead letters as well, without a ticket.
  EXPECT_EQ(ledger.issued.load(), ledger.ended()) << Settings::get().command();
  EXPECT_LE(ledger.dropped.load(), dead.total()) << Settings::get().command();
  EXPECT_EQ(Counted<Worker>::alive.load(), 0) << Settings::get().command();
  std::printf("  %llu messages: %llu handled, %llu not; %llu asks answered\n",
              static_cast<unsigned long long>(ledger.issued.load()),
              static_cast<unsigned long long>(ledger.handled.load()),
              static_cast<unsigned long long>(ledger.dropped.load()),
              static_cast<unsigned long long>(answers.load()));
}

}  // namespace
}  // namespace troupe::stress
