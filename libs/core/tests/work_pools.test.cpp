// Pools whose workers take the next job when they are free.
#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::PoolOptions;
using troupe::Ref;
using troupe::Reply;
using troupe::Task;
using troupe::Workers;
using troupe::WorkPool;

struct Job {
  int number;
};
struct Wait {
  int number;
};
struct Poison {
  int number;
};
struct Frail {
  int number;
  int crashes;  // how often a worker crashes on it
};
struct OnlyOnce {
  std::unique_ptr<int> number;
};
struct Come {};
struct Open {};
struct Count {};

/// Where jobs wait until the test lets them go.
struct Door final : troupe::Actor<Door> {
  std::vector<Reply<void>> waiting;
  bool open = false;
  void on(const Come&, Reply<void> reply) {
    if (open) return reply.answer();
    waiting.push_back(std::move(reply));
  }
  std::size_t on(const Count&) const { return waiting.size(); }
  void on(Open) {
    open = true;
    for (auto& reply : waiting) reply.answer();
    waiting.clear();
  }
};

struct Shared {
  Ref<Door> door;
  Events done;
  std::atomic<int> crashes{0};
};

struct Worker final : troupe::Actor<Worker> {
  explicit Worker(Shared* with) : shared(with) {}
  int on(const Job& job) {
    shared->done.add(std::to_string(job.number));
    return job.number * 2;
  }
  Task<int> on(const Wait& job) {
    const auto door = shared->door;
    const int number = job.number;
    co_await door.ask<Come>().within(troupe::Duration::max());
    shared->done.add(std::to_string(number));
    co_return number * 2;
  }
  int on(const Poison&) {
    // relaxed: a count, and nothing else
    shared->crashes.fetch_add(1, std::memory_order_relaxed);
    throw std::runtime_error("poison");
  }
  std::string on(const Frail& job) {
    if (shared->crashes.fetch_add(1, std::memory_order_relaxed) < job.crashes)
      throw std::runtime_error("frail");
    return path();
  }
  int on(OnlyOnce job) {
    if (*job.number < 0) throw std::runtime_error("below 0");
    return *job.number;
  }
  Shared* shared;
};

static_assert(std::is_same_v<troupe::reply_t<WorkPool<Worker>, Wait>, int>);

class WorkPools : public OnEveryScheduler {
 protected:
  WorkPools() { shared.door = world->spawn<Door>(); }
  Ref<WorkPool<Worker>> spawn_pool(PoolOptions options) {
    options.intensity.restarts = 1000;
    return world->spawn<WorkPool<Worker>>({.name = "pool"}, options, &shared);
  }
  /// Until so many workers stand at the door.
  void await_at_door(std::size_t count) {
    while (shared.door.ask<Count>().get() != count) {
      if (!world.on_threads()) world.scheduler().run_until_idle();
    }
  }
  static int crashes(const Shared& with) { return with.crashes.load(std::memory_order_relaxed); }

  Shared shared;
  World world{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, WorkPools, every_scheduler(), run_name);

TEST_P(WorkPools, AnswerAsTheirWorkersDo) {
  const auto pool = spawn_pool({.size = 2});
  EXPECT_EQ(pool.ask<Job>(21).get(), 42);
  EXPECT_EQ(pool.ask<OnlyOnce>(std::make_unique<int>(7)).get(), 7);
  const troupe::Recipient<Job, int(Job)> recipient_of_jobs = pool;
  static_cast<void>(recipient_of_jobs);
}

TEST_P(WorkPools, GiveTheNextJobToWhoeverIsFree) {
  const auto pool = spawn_pool({.size = 2});
  pool.tell<Wait>(0);  // one worker stands at the door; the other does all the rest
  await_at_door(1);
  for (int i = 1; i < 20; ++i) pool.tell<Job>(i);
  EXPECT_EQ(pool.ask<Job>(20).get(), 40);
  std::vector<std::string> expected;
  for (int i = 1; i <= 20; ++i) expected.push_back(std::to_string(i));
  EXPECT_EQ(shared.done.all(), expected) << "in order";
  shared.door.tell<Open>();
}

TEST_P(WorkPools, KeepJobsInTheirMailboxUntilAWorkerIsFreeAndStopAfterThem) {
  const auto pool = spawn_pool({.size = 2});
  for (int i = 0; i < 10; ++i) pool.tell<Wait>(i);
  await_at_door(2);
  pool.stop();
  if (!world.on_threads()) {
    world.scheduler().run_until_idle();
    for (const auto& info : world->tree()) {
      if (info.path == "pool") {
        EXPECT_EQ(info.mailbox_depth, 9u) << "eight jobs, and the stop";
      }
    }
  }
  shared.door.tell<Open>();
  pool.join().within(troupe::Duration::max()).get();
  EXPECT_EQ(shared.done.all().size(), 10u);
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(WorkPools, GrowWhileAllTheirWorkersAreBusyAndShrinkWithoutLosingAJob) {
  const auto pool = spawn_pool({.size = 1});
  for (int i = 0; i < 6; ++i) pool.tell<Wait>(i);
  await_at_door(1);
  troupe::resize(pool, 4);
  await_at_door(4);
  troupe::resize(pool, 2);
  shared.door.tell<Open>();
  EXPECT_EQ(pool.ask<Job>(6).within(troupe::Duration::max()).get(), 12);
  EXPECT_EQ(pool.ask<Workers>().within(troupe::Duration::max()).get().size(), 2u);
  pool.stop();
  pool.join().within(troupe::Duration::max()).get();
  EXPECT_EQ(shared.done.all().size(), 7u);
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(WorkPools, HandTheJobOfAWorkerThatCrashesToAnother) {
  const auto pool = spawn_pool({.size = 3});
  EXPECT_EQ(pool.ask<Frail>(1, 2).get(), "pool/2") << "after the crashes of two others";
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::failed], 2u) << "each attempt is told of";
  EXPECT_EQ(world->quarantined().size(), 0u);
  EXPECT_EQ(pool.ask<Job>(1).get(), 2);
}

TEST_P(WorkPools, GiveUpOnAJobAfterItsLastAttemptAndPutItInQuarantine) {
  const auto pool = spawn_pool({.size = 2, .attempts = 4});
  const auto outcome = pool.try_ask<Poison>(13).get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason(), troupe::Reason::failed);
  EXPECT_NE(troupe::cause_as<std::runtime_error>(outcome.error().cause()), nullptr);
  EXPECT_EQ(crashes(shared), 4);
  EXPECT_EQ(pool.ask<Job>(1).get(), 2) << "its workers are there";
  const auto quarantined = world->quarantined();
  ASSERT_EQ(quarantined.size(), 1u);
  EXPECT_EQ(quarantined[0].path, "pool");
  EXPECT_EQ(quarantined[0].attempts, 4u);
  ASSERT_NE(quarantined[0].get_if<Poison>(), nullptr);
  EXPECT_EQ(quarantined[0].get_if<Poison>()->number, 13);
  EXPECT_TRUE(world->redeliver(quarantined[0].number));
  EXPECT_EQ(pool.ask<Job>(1).get(), 2);
}

TEST_P(WorkPools, TryAJobThatCantBeCopiedOnce) {
  const auto pool = spawn_pool({.size = 2});
  const auto outcome = pool.try_ask<OnlyOnce>(std::make_unique<int>(-1)).get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason(), troupe::Reason::failed);
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::failed], 1u);
}

TEST_P(WorkPools, HandTheJobOfAWorkerThatIsKilledToAnother) {
  const auto pool = spawn_pool({.size = 2});
  const auto workers = pool.ask<Workers>().get();
  pool.tell<Wait>(1);
  await_at_door(1);
  workers[0].kill();
  await_at_door(2);  // the Reply of the one that was killed is still there
  shared.door.tell<Open>();
  EXPECT_EQ(pool.ask<Job>(2).get(), 4);
  pool.stop();
  pool.join().within(troupe::Duration::max()).get();
  auto done = shared.done.all();
  std::sort(done.begin(), done.end());
  EXPECT_EQ(done, (std::vector<std::string>{"1", "2"}));
}

TEST_P(WorkPools, WithoutAWorkerThatIsRestartedFail) {
  const auto pool = spawn_pool({.size = 2, .worker = {.restart = troupe::temporary}, .attempts = 5});
  EndOf end(world, pool);
  const auto outcome = pool.try_ask<Poison>(1).within(troupe::Duration::max()).get();
  ASSERT_FALSE(outcome);
  const auto news = end.get();
  EXPECT_EQ(news.reason, troupe::StopReason::failed);
  EXPECT_EQ(crashes(shared), 2);
}

TEST_P(WorkPools, KeepTheirJobsOverTheirOwnRestart) {
  const auto shop = world->supervise({.name = "shop"});
  const auto pool = shop.spawn<WorkPool<Worker>>(
      PoolOptions{.size = 1, .intensity = {.restarts = 0}, .attempts = 1}, &shared);
  pool.tell<Wait>(0);
  await_at_door(1);
  pool.tell<Poison>(1);
  for (int i = 2; i < 5; ++i) pool.tell<Job>(i);
  shared.door.tell<Open>();
  EXPECT_EQ(pool.ask<Job>(5).within(troupe::Duration::max()).get(), 10);
  EXPECT_EQ(shared.done.all(), (std::vector<std::string>{"0", "2", "3", "4", "5"}));
}

TEST_P(WorkPools, AJobThatIsKilledWithItsPoolIsADeadLetter) {
  const auto pool = spawn_pool({.size = 1});
  for (int i = 0; i < 3; ++i) pool.tell<Wait>(i);
  await_at_door(1);
  pool.kill();
  pool.join().within(troupe::Duration::max()).get();
  // Of the pool: two that waited, and the one under way; of the worker: that one's attempt.
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::killed], 4u);
}

TEST_P(WorkPools, WithABoundedMailboxRefuseWhatIsTooMuchAndLetOthersWaitForRoom) {
  const auto pool = world->spawn<WorkPool<Worker>>({.name = "pool", .mailbox = troupe::bounded(3)},
                                                   PoolOptions{.size = 2}, &shared);
  for (int i = 0; i < 2; ++i) pool.deliver<Wait>(i).within(troupe::Duration::max()).get();
  await_at_door(2);  // both workers are busy, so the next wait in the mailbox
  for (int i = 2; i < 5; ++i) EXPECT_TRUE(pool.try_tell<Wait>(i));
  const auto refused = pool.try_tell<Wait>(5);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, troupe::Reason::overflow);
  EXPECT_EQ(refused.error().message.number, 5);
  pool.tell<Wait>(6);
  EXPECT_EQ(world->dead_letters()[troupe::Undelivered::overflow], 1u);
  shared.door.tell<Open>();
  EXPECT_EQ(pool.ask<Job>(7).within(troupe::Duration::max()).get(), 14);
  pool.stop();
  pool.join().within(troupe::Duration::max()).get();
  auto done = shared.done.all();
  std::sort(done.begin(), done.end());
  EXPECT_EQ(done, (std::vector<std::string>{"0", "1", "2", "3", "4", "7"}));
}

TEST_P(WorkPools, RefuseOptionsThatMakeNoSense) {
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { spawn_pool({.attempts = 0}); }), "an attempt");
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { spawn_pool({.size = 0}); }), "needs a worker");
}

}  // namespace
