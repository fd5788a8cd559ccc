// Pools: several workers behind one address.
#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Broadcast;
using troupe::ConsistentHash;
using troupe::LeastLoaded;
using troupe::Pool;
using troupe::PoolOptions;
using troupe::Ref;
using troupe::Reply;
using troupe::Task;
using troupe::Workers;

struct Add {
  int number;
};
struct Sum {};
struct WhoIsThere {};
struct Divide {
  int by;
};
struct Box {
  std::unique_ptr<int> content;
};
struct Later {
  int number;
  Reply<int> reply;
};

struct Worker final : troupe::Actor<Worker> {
  explicit Worker(int first = 0) : sum(first) {}
  void on(Add add) { sum += add.number; }
  int on(Sum) const { return sum; }
  std::string on(const WhoIsThere&) const { return path(); }
  int on(const Divide& divide) const {
    if (divide.by == 0) throw std::invalid_argument("by 0");
    return 100 / divide.by;
  }
  int on(Box box) const { return *box.content; }
  void on(Later later) const { later.reply.answer(later.number * 2); }
  int sum;
};

std::vector<int> sums(const std::vector<Ref<Worker>>& workers) {
  std::vector<int> all;
  for (const auto& worker : workers) all.push_back(worker.ask<Sum>().get());
  return all;
}
template <class P>
std::vector<Ref<Worker>> workers_of(const Ref<P>& pool) {
  return pool.template ask<Workers>().get();
}

static_assert(troupe::handles<Pool<Worker>, Add> && troupe::handles<Pool<Worker>, Sum>);
static_assert(!troupe::handles<Pool<Worker>, int> && !troupe::handles<Pool<Worker>, troupe::Started>);
static_assert(std::is_same_v<troupe::reply_t<Pool<Worker>, WhoIsThere>, std::string>);

class Pools : public OnEveryScheduler {
 protected:
  World world{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, Pools, every_scheduler(), run_name);

TEST_P(Pools, HandTheirMessagesToTheirWorkersInTurn) {
  const auto pool = world->spawn<Pool<Worker>>(PoolOptions{.size = 3}, 100);
  for (int i = 1; i <= 7; ++i) pool.tell<Add>(i);
  EXPECT_EQ(sums(workers_of(pool)), (std::vector<int>{112, 107, 109}));
}

TEST_P(Pools, AreRecipientsOfWhatTheirWorkersHandle) {
  const auto pool = world->spawn<Pool<Worker>>({.name = "pool"}, PoolOptions{.size = 2});
  const troupe::Recipient<Add, std::string(WhoIsThere)> recipient = pool;
  EXPECT_EQ(recipient.ask<WhoIsThere>().get(), "pool/0");
  EXPECT_EQ(recipient.ask<WhoIsThere>().get(), "pool/1");
  EXPECT_EQ(recipient.ask<WhoIsThere>().get(), "pool/0");
}

TEST_P(Pools, PassMoveOnlyMessagesAndRepliesThatMessagesCarry) {
  const auto pool = world->spawn<Pool<Worker>>(PoolOptions{.size = 2});
  EXPECT_EQ(pool.ask<Box>(std::make_unique<int>(7)).get(), 7);
  EXPECT_EQ(pool.ask<Later>(21).get(), 42);
}

TEST_P(Pools, AnAskOfAWorkerThatFailsFailsAtOnceWithTheCauseAndTheWorkerIsRestarted) {
  const auto pool = world->spawn<Pool<Worker>>({.name = "pool"}, PoolOptions{.size = 1}, 5);
  pool.tell<Add>(1);
  const auto outcome = pool.try_ask<Divide>(0).within(troupe::Duration::max()).get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason(), troupe::Reason::failed);
  EXPECT_NE(troupe::cause_as<std::invalid_argument>(outcome.error().cause()), nullptr);
  EXPECT_EQ(pool.ask<Sum>().get(), 5) << "a new object, behind the same address";
}

TEST_P(Pools, GrowAndShrinkAndTheWorkersThatGoFinishWhatTheyHave) {
  Events done;
  struct Slow final : troupe::Actor<Slow> {
    explicit Slow(Events* to) : events(to) {}
    void on(Add add) { events->add(path() + ": " + std::to_string(add.number)); }
    void on(troupe::Stopping) { events->add(path() + " ends"); }
    Events* events;
  };
  const auto pool = world->spawn<Pool<Slow>>({.name = "pool"}, PoolOptions{.size = 1}, &done);
  troupe::resize(pool, 2);
  EXPECT_EQ(pool.ask<Workers>().get().size(), 2u);
  const auto last = pool.ask<Workers>().get().back();
  for (int i = 0; i < 4; ++i) pool.tell<Add>(i);
  ASSERT_EQ(pool.ask<Workers>().get().size(), 2u) << "it has passed on what came before";
  troupe::resize(pool, 1);
  last.join().within(troupe::Duration::max()).get();
  EXPECT_EQ(pool.ask<Workers>().get().size(), 1u);
  pool.tell<Add>(4);
  pool.tell<Add>(5);
  pool.stop();
  pool.join().within(troupe::Duration::max()).get();
  auto events = done.all();
  EXPECT_LT(std::find(events.begin(), events.end(), "pool/1: 3"),
            std::find(events.begin(), events.end(), "pool/1 ends"));
  std::sort(events.begin(), events.end());
  EXPECT_EQ(events, (std::vector<std::string>{"pool/0 ends", "pool/0: 0", "pool/0: 2", "pool/0: 4",
                                              "pool/0: 5", "pool/1 ends", "pool/1: 1", "pool/1: 3"}));
  EXPECT_EQ(world->dead_letters().total(), 0u);
}

TEST_P(Pools, NeedAWorker) {
  EXPECT_PRED2(contains,
               thrown<troupe::UsageError>([&] { world->spawn<Pool<Worker>>(PoolOptions{.size = 0}); }),
               "needs a worker");
  const auto pool = world->spawn<Pool<Worker>>(PoolOptions{.size = 1});
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { troupe::resize(pool, 0); }), "needs a worker");
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] {
                 world->spawn<Pool<Worker>>(PoolOptions{.worker = {.name = "w"}});
               }),
               "leave out the name");
}

struct Picky {
  explicit Picky(std::atomic<int>* count) {
    // relaxed: a count, and nothing else
    if (count->fetch_add(1, std::memory_order_relaxed) >= 2) throw std::runtime_error("no more");
  }
  void on(Add) {}
};
TEST_P(Pools, WhatAWorkersConstructorThrowsIsThrownBySpawnAndLoggedByResize) {
  std::atomic<int> count{0};
  const auto pool = world->spawn<Pool<Picky>>(PoolOptions{.size = 1}, &count);
  troupe::resize(pool, 5);
  EXPECT_EQ(pool.ask<Workers>().get().size(), 2u);
  EXPECT_EQ(world.log().count("can't grow beyond 2 workers: std::runtime_error: no more"), 1u);
  EXPECT_EQ(thrown<std::runtime_error>([&] { world->spawn<Pool<Picky>>(PoolOptions{.size = 2}, &count); }),
            "no more");
}

struct ByNumber {
  std::size_t operator()(const Add& add) const { return static_cast<std::size_t>(add.number); }
  std::string operator()(const WhoIsThere&) const { return "who"; }
};
struct Keeper final : troupe::Actor<Keeper> {
  std::set<int> keys;
  void on(Add add) { keys.insert(add.number); }
  std::set<int> on(const Sum&) const { return keys; }
  std::string on(const WhoIsThere&) const { return path(); }
};
using Sharded = Pool<Keeper, ConsistentHash<ByNumber>>;

std::vector<std::set<int>> shards(const Ref<Sharded>& pool) {
  std::vector<std::set<int>> all;
  for (const auto& worker : pool.ask<Workers>().get()) all.push_back(worker.ask<Sum>().get());
  return all;
}
TEST_P(Pools, AHashedKeyGoesToOneWorkerAndAnotherWorkerTakesItsShareOfThemOnly) {
  constexpr int keys = 1000;
  const auto pool = world->spawn<Sharded>(PoolOptions{.size = 4});
  for (int round = 0; round < 2; ++round) {
    for (int key = 0; key < keys; ++key) pool.tell<Add>(key);
  }
  const auto before = shards(pool);
  std::size_t held = 0;
  for (const auto& shard : before) {
    held += shard.size();
    EXPECT_GT(shard.size(), 150u) << "of 1000 over 4";
  }
  EXPECT_EQ(held, static_cast<std::size_t>(keys)) << "no key has been in two shards";
  troupe::resize(pool, 5);
  for (int key = 0; key < keys; ++key) pool.tell<Add>(key);
  const auto after = shards(pool);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(after[i], before[i]) << "the old ones get no new keys";
  EXPECT_GT(after[4].size(), 130u);
  EXPECT_LT(after[4].size(), 270u);
  EXPECT_EQ(pool.ask<WhoIsThere>().get(), pool.ask<WhoIsThere>().get());
}

TEST_P(Pools, BroadcastToAllTheirWorkers) {
  struct Adder final : troupe::Actor<Adder> {
    int sum = 0;
    void on(Add add) { sum += add.number; }
    int on(Sum) const { return sum; }
  };
  const auto pool = world->spawn<Pool<Adder, Broadcast>>(PoolOptions{.size = 3});
  pool.tell<Add>(2);
  static_assert(std::is_void_v<troupe::reply_t<Pool<Adder, Broadcast>, Add>>);
  pool.ask<Add>(3).get();
  for (const auto& worker : pool.ask<Workers>().get()) EXPECT_EQ(worker.ask<Sum>().get(), 5);
}

struct Holder final : troupe::Actor<Holder> {
  int handled = 0;
  Task<> on(const Add&) {
    const auto me = owner;
    ++handled;
    co_await me.ask<WhoIsThere>().within(troupe::Duration::max());
  }
  int on(Sum) const { return handled; }
  explicit Holder(troupe::Recipient<void(WhoIsThere)> to) : owner(to) {}
  troupe::Recipient<void(WhoIsThere)> owner;
};
struct Release {};
struct Door final : troupe::Actor<Door> {
  std::vector<Reply<void>> waiting;
  bool open = false;
  void on(const WhoIsThere&, Reply<void> reply) {
    if (open) return reply.answer();
    waiting.push_back(std::move(reply));
  }
  std::size_t on(const Sum&) const { return waiting.size(); }
  void on(Release) {
    open = true;
    for (auto& reply : waiting) reply.answer();
  }
};
// Each worker stands at the door with its first message; what comes goes where the least is.
TEST(LeastLoadedPools, GiveWhatComesToTheWorkerWithTheFewestMessages) {
  World world{seeded(1)};
  const auto door = world->spawn<Door>();
  const auto pool = world->spawn<Pool<Holder, LeastLoaded>>(PoolOptions{.size = 3},
                                                            troupe::Recipient<void(WhoIsThere)>(door));
  const auto workers = pool.ask<Workers>().get();
  // Eight come by the pool, and one is behind its back.
  for (int i = 0; i < 2; ++i) {
    workers[0].tell<Add>(0);
    world.scheduler().run_until_idle();
  }
  for (int i = 0; i < 8; ++i) {
    pool.tell<Add>(i);
    world.scheduler().run_until_idle();
  }
  door.tell<Release>();
  world.scheduler().run_until_idle();
  std::vector<int> handled;
  for (const auto& worker : workers) handled.push_back(worker.ask<Sum>().get());
  EXPECT_EQ(handled[0] + handled[1] + handled[2], 10);
  EXPECT_GE(handled[1], 3);
  EXPECT_GE(handled[2], 3);
  // Idle again: they are equals, whatever they have handled.
  std::vector<int> before = handled;
  for (int i = 0; i < 6; ++i) {
    pool.tell<Add>(i);
    world.scheduler().run_until_idle();
  }
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(workers[i].ask<Sum>().get(), before[i] + 2);
}

TEST_P(Pools, AWorkerThatEndsForGoodLeavesThePoolAndTheLastOnesEndIsThePoolsFailure) {
  const auto pool =
      world->spawn<Pool<Worker>>(PoolOptions{.size = 2, .worker = {.restart = troupe::temporary}});
  EndOf end(world, pool);
  const auto workers = workers_of(pool);
  workers[0].stop();
  workers[0].join().get();
  // On threads a join may be answered before the pool hears of the end.
  while (workers_of(pool).size() == 2) std::this_thread::yield();
  EXPECT_EQ(workers_of(pool), (std::vector<Ref<Worker>>{workers[1]}));
  EXPECT_EQ(pool.ask<Sum>().get(), 0);
  workers[1].kill();
  const auto news = end.get();
  EXPECT_EQ(news.reason, troupe::StopReason::failed);
  EXPECT_NE(troupe::cause_as<std::runtime_error>(news.cause), nullptr);
}

TEST_P(Pools, AnAskOfAPoolWhoseWorkersMailboxIsFullFailsWithOverflow) {
  const auto door = world->spawn<Door>();
  const auto pool =
      world->spawn<Pool<Holder>>(PoolOptions{.size = 1, .worker = {.mailbox = troupe::bounded(1)}},
                                 troupe::Recipient<void(WhoIsThere)>(door));
  pool.tell<Add>(1);
  while (door.ask<Sum>().get() == 0) {
    if (!world.on_threads()) world.scheduler().run_until_idle();
  }
  pool.tell<Add>(2);
  const auto outcome = pool.try_ask<Sum>().within(troupe::Duration::max()).get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().reason(), troupe::Reason::overflow);
  door.tell<Release>();
}

TEST_P(Pools, APermanentWorkerThatIsKilledIsBuiltAnewInItsPlace) {
  const auto pool = world->spawn<Pool<Worker>>(PoolOptions{.size = 1}, 3);
  const auto worker = workers_of(pool).front();
  worker.ask<Add>(1).get();
  worker.kill();
  EXPECT_EQ(worker.ask<Sum>().within(troupe::Duration::max()).get(), 3);
  EXPECT_EQ(workers_of(pool), (std::vector<Ref<Worker>>{worker}));
}

struct RestartOf {
  std::string path;
  Signal* seen;
  void on(const troupe::SupervisionEvent& event) const {
    if (event.kind == troupe::SupervisionKind::restarted && event.path == path) seen->set();
  }
};
TEST_P(Pools, WhoseWorkersCrashTooOftenFailAndAreRestartedByTheirOwnSupervisor) {
  Signal restarted;
  world->subscribe_supervision(world->spawn<RestartOf>("shop/pool", &restarted));
  const auto shop = world->supervise({.name = "shop"});
  const auto pool =
      shop.spawn<Pool<Worker>>({.name = "pool"}, PoolOptions{.size = 2, .intensity = {.restarts = 1}}, 4);
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(pool.try_ask<Divide>(0).get());
  world.await(restarted);
  EXPECT_EQ(pool.ask<Sum>().within(troupe::Duration::max()).get(), 4);
  EXPECT_TRUE(pool.alive());
  EXPECT_EQ(shop.children().at(0).restarts, 1u);
  EXPECT_EQ(workers_of(pool).size(), 2u);
}

struct Team final : troupe::Actor<Team> {
  Ref<Pool<Worker>> pool = spawn<Pool<Worker>>({.name = "pool"}, PoolOptions{.size = 2});
  Task<std::string> on(WhoIsThere) {
    std::string who = co_await pool.ask<WhoIsThere>();
    co_return who;
  }
};
TEST_P(Pools, AreChildrenOfActorsToo) {
  const auto team = world->spawn<Team>({.name = "team"});
  EXPECT_EQ(team.ask<WhoIsThere>().get(), "team/pool/0");
}

struct AskBack {
  troupe::Recipient<int(Sum)> whom;
};
struct Bumptious {
  Task<bool> on(const AskBack& message) {
    const auto whom = message.whom;
    const auto answer = co_await whom.try_ask<Sum>().within(troupe::Duration::max());
    co_return !answer && answer.error().reason() == troupe::Reason::deadlock;
  }
};
struct Patient final : troupe::Actor<Patient> {
  Ref<Pool<Bumptious>> pool;
  explicit Patient(Ref<Pool<Bumptious>> to) : pool(to) {}
  Task<bool> on(WhoIsThere) {
    const troupe::Recipient<int(Sum)> me = self();
    const bool was_refused = co_await pool.ask<AskBack>(me).within(troupe::Duration::max());
    co_return was_refused;
  }
  int on(Sum) const { return 0; }
};
TEST_P(Pools, AWorkerThatAsksWhoeverWaitsForItClosesACircleWhichIsFound) {
  const auto patient = world->spawn<Patient>(world->spawn<Pool<Bumptious>>(PoolOptions{.size = 2}));
  EXPECT_TRUE(patient.ask<WhoIsThere>().within(troupe::Duration::max()).get());
}

TEST_P(Pools, MayBePoolsOfPools) {
  const auto pool =
      world->spawn<Pool<Pool<Worker>>>({.name = "pool"}, PoolOptions{.size = 2}, PoolOptions{.size = 2});
  std::set<std::string> who;
  for (int i = 0; i < 4; ++i) who.insert(pool.ask<WhoIsThere>().get());
  EXPECT_EQ(who, (std::set<std::string>{"pool/0/0", "pool/0/1", "pool/1/0", "pool/1/1"}));
}

}  // namespace
