// The store's shards and its hub in the simulator, unmodified: every order of what clients send at the same
// time, and of crashes.
#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim/sim.hpp>
#include <troupe/troupe.hpp>

#include "actors/hub.hpp"
#include "actors/messages.hpp"
#include "actors/shard.hpp"
#include "session/conversation.hpp"

namespace troupe::kv {
namespace {

using namespace std::chrono_literals;
using sim::Simulation;

constexpr std::uint32_t shards = 2;
constexpr std::chrono::milliseconds active_expire{10};

/// What a client needs of the server, as in actors/client.hpp.
struct Server {
  explicit Server(Simulation& sim)
      : store(sim.system().supervise({.name = "kv"})),
        statistics(std::make_shared<Statistics>(WallTime(1s), shards, 1)) {
    const KeyspaceOptions keyspace{settings->databases, sharding.secret, settings->limits.max_bulk_bytes};
    for (std::uint32_t i = 0; i < shards; ++i) {
      const auto& state = states.emplace_back(std::make_shared<ShardState>(keyspace));
      all_shards.push_back(store.spawn<Shard>({.name = "shard-" + std::to_string(i)}, state, active_expire));
    }
    hub = store.spawn<Hub>({.name = "hub"}, std::make_shared<HubState>(), statistics);
  }
  Supervisor store;
  std::shared_ptr<const Settings> settings = std::make_shared<Settings>();
  Sharding sharding{shards, {1, 42}};
  std::shared_ptr<Statistics> statistics;
  std::vector<std::shared_ptr<ShardState>> states;
  std::vector<Ref<Shard>> all_shards;
  Ref<Hub> hub{};
};

struct Say {
  std::string bytes;
};

/// A client's conversation without its socket: what it says, and hears, are strings.
class Client final : public Actor<Client>, private Host {
 public:
  Client(const Server& server, std::uint64_t id, std::string* heard)
      : shards_(server.all_shards),
        hub_(server.hub),
        heard_(heard),
        conversation_(session(id), server.settings, server.sharding, *this) {}

  void on(const Say& say) {
    now_ = std::chrono::floor<std::chrono::microseconds>(wall_time());
    Simulation::current()->check(conversation_.receive(say.bytes, now_) == say.bytes.size(),
                                 "a short pipeline is taken whole");
    hear();
  }
  void on(Executed&& executed) {
    for (RequestPtr& request : executed.batch) conversation_.complete(std::move(request));
    hear();
  }
  void on(Answered&& answered) {
    conversation_.complete(std::move(answered.request));
    hear();
  }
  void on(CutOff) {}
  void on(const Published& message) {
    conversation_.deliver(message.publication->channel, message.publication->payload);
    hear();
  }

 private:
  static Session session(std::uint64_t id) {
    Session made;
    made.id = id;
    return made;
  }
  void hear() { *heard_ += std::exchange(conversation_.output(), {}); }

  // Each alone, so that others may come between any two.
  void to_shard(std::uint32_t shard, std::unique_ptr<Request> request) override {
    Batch batch;
    batch.push_back(std::move(request));
    shards_[shard].tell<Execute>(std::move(batch), now_, BatchOwner(self()));
  }
  void to_hub(std::unique_ptr<Request> request) override {
    hub_.tell<AskHub>(std::move(request), Requester(self()));
  }
  void to_server(std::unique_ptr<Request>) override { Simulation::current()->fail("nobody asks the server"); }
  void subscriptions_changed(std::span<const SubscriptionChange> changes) override {
    hub_.tell<SubscriptionsChanged>(Subscriber(self()), conversation_.session().id,
                                    std::vector<SubscriptionChange>(changes.begin(), changes.end()));
  }
  void shut_down() override {}
  void reset_statistics() override {}
  ServerFacts facts() override { return {}; }

  std::vector<Ref<Shard>> shards_;
  Ref<Hub> hub_;
  std::string* heard_;
  WallTime now_{};
  Conversation conversation_;
};

sim::ExploreOptions options(std::string_view name, std::uint64_t schedules = 300) {
  return {.name = name, .schedules = schedules, .directory = {}};
}

TEST(SimulatedStore, CountsEachIncrementInAnyOrder) {
  const auto result = sim::exhaust(options("increments", 100'000), [](Simulation& sim) {
    std::string heard[3];
    const Server server(sim);
    for (std::uint64_t i = 0; i < 3; ++i) {
      sim.spawn<Client>(server, i + 1, &heard[i]).tell<Say>("INCR k\r\n");
    }
    sim.run();
    std::vector<std::string> answers(heard, heard + 3);
    std::sort(answers.begin(), answers.end());
    sim.check(answers == std::vector<std::string>{":1\r\n", ":2\r\n", ":3\r\n"}, "each sees another count");
  });
  EXPECT_TRUE(result.passed()) << result.report();
  EXPECT_TRUE(result.complete);
  EXPECT_EQ(result.schedules, 6u) << "which is first, second and third";
}

TEST(SimulatedStore, AnswersAPipelineInItsOrderWhicheverShardIsFaster) {
  const auto result = sim::explore(options("pipeline"), [](Simulation& sim) {
    std::string heard;
    std::string other;
    const Server server(sim);
    const auto client = sim.spawn<Client>(server, 1U, &heard);
    sim.spawn<Client>(server, 2U, &other).tell<Say>("SET a x\r\nSET b y\r\nMGET a b\r\n");
    client.tell<Say>("SET c 1\r\nSET d 2\r\nGET c\r\nGET d\r\nMGET c d\r\n");
    client.tell<Say>("DEL c d\r\nGET c\r\n");
    sim.run();
    sim.check(heard == "+OK\r\n+OK\r\n$1\r\n1\r\n$1\r\n2\r\n*2\r\n$1\r\n1\r\n$1\r\n2\r\n:2\r\n$-1\r\n",
              "answers come in the order of the requests: " + heard);
    sim.check(other == "+OK\r\n+OK\r\n*2\r\n$1\r\nx\r\n$1\r\ny\r\n", "nor do they mix: " + other);
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedStore, NobodyReadsAKeyThatHasExpired) {
  const auto result = sim::explore(options("expiry"), [](Simulation& sim) {
    std::string heard;
    const Server server(sim);
    const auto client = sim.spawn<Client>(server, 1U, &heard);
    client.tell<Say>("SET k v PX 20\r\nGET k\r\n");
    sim.run_until_idle();
    sim.check(heard == "+OK\r\n$1\r\nv\r\n", "it is there: " + heard);
    sim.advance(21ms);
    heard.clear();
    client.tell<Say>("GET k\r\nDBSIZE\r\n");
    sim.run();
    sim.check(heard == "$-1\r\n:0\r\n", "it is gone: " + heard);
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

// Who subscribes while others publish gets what comes later, all of it and in order; PUBLISH says how many
// got it.
TEST(SimulatedStore, PublishesToThoseThatItCounts) {
  const auto result = sim::explore(options("publish", 1000), [](Simulation& sim) {
    std::string news;
    std::string counts;
    const Server server(sim);
    sim.spawn<Client>(server, 1U, &news).tell<Say>("SUBSCRIBE c\r\n");
    sim.spawn<Client>(server, 2U, &counts).tell<Say>("PUBLISH c 1\r\nPUBLISH c 2\r\nPUBLISH c 3\r\n");
    sim.run();
    std::string expected = "*3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n";
    for (std::size_t i = 0; i < 3; ++i) {
      const bool got = counts.substr(4 * i, 4) == ":1\r\n";
      if (got) expected += "*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\n" + std::to_string(i + 1) + "\r\n";
    }
    sim.check(news == expected, "it gets what was counted, and no more: " + news);
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

std::size_t count(std::string_view text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + what.size())) ++found;
  return found;
}

sim::ExploreOptions crashing(std::string_view name) {
  auto crashing = options(name);
  crashing.handlers_may_throw = true;
  return crashing;
}

// Whenever a shard crashes, one request is answered with an error and not carried out; all others are carried
// out once, on the keys that there were.
TEST(SimulatedStore, ACrashOfAShardCostsARequestAndNoKey) {
  const auto result = sim::explore(crashing("shard-crash"), [](Simulation& sim) {
    std::string heard[2];
    const Server server(sim);
    const auto client = sim.spawn<Client>(server, 1U, &heard[0]);
    const auto other = sim.spawn<Client>(server, 2U, &heard[1]);
    client.tell<Say>("INCR k\r\nINCR k\r\n");
    other.tell<Say>("INCR k\r\nINCR k\r\n");
    for (const auto& shard : server.all_shards) shard.tell<Crash>();
    client.tell<Say>("INCR k\r\n");
    sim.run_until_idle();
    client.tell<Say>("INCR k\r\nGET k\r\n");
    sim.run();
    const std::string all = heard[0] + heard[1];
    sim.check(count(all, "-ERR internal error") == 1, "one request had the crash: " + all);
    sim.check(count(all, ":") == 5 + 1, "all others have counted, and the error has one colon: " + all);
    sim.check(heard[0].ends_with("$1\r\n5\r\n"), "the key has each count: " + heard[0]);
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

TEST(SimulatedStore, KeysExpireThoughTheTimerWentWithTheCrash) {
  const auto result = sim::explore(crashing("expiry-crash"), [](Simulation& sim) {
    std::string heard;
    const Server server(sim);
    const auto client = sim.spawn<Client>(server, 1U, &heard);
    client.tell<Say>("SET k v PX 20\r\n");
    sim.run_until_idle();
    for (const auto& shard : server.all_shards) shard.tell<Crash>();
    client.tell<Say>("GET k\r\n");
    sim.run_until_idle();
    sim.check(heard.find("-ERR internal error") != heard.npos, "it has crashed: " + heard);
    const auto keys = [&] {
      std::size_t all = 0;
      for (const auto& state : server.states) all += state->keyspace.database(0).size();
      return all;
    };
    sim.check(keys() == 1, "the key is there");
    sim.advance(1s);
    sim.check(keys() == 0, "it is removed though nobody asks for it");
    sim.run();
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

// Whenever the hub crashes, be it over the subscription itself: who has subscribed hears what comes later.
TEST(SimulatedStore, ACrashOfTheHubCostsNoSubscription) {
  const auto result = sim::explore(crashing("hub-crash"), [](Simulation& sim) {
    std::string news;
    std::string counts;
    const Server server(sim);
    sim.spawn<Client>(server, 1U, &news).tell<Say>("SUBSCRIBE c\r\n");
    const auto publisher = sim.spawn<Client>(server, 2U, &counts);
    server.hub.tell<Crash>();
    publisher.tell<Say>("PUBLISH c 1\r\n");
    sim.run_until_idle();
    publisher.tell<Say>("PUBLISH c 2\r\n");
    sim.run();
    sim.check(counts.ends_with(":1\r\n"), "the last is counted: " + counts);
    sim.check(news.ends_with("$1\r\nc\r\n$1\r\n2\r\n"), "and heard: " + news);
  });
  EXPECT_TRUE(result.passed()) << result.report();
}

}  // namespace
}  // namespace troupe::kv
