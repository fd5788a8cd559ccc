// The store's shards and its hub in the simulator, unmodified: every order of what clients send at the same
// time.
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
  explicit Server(Simulation& sim) : statistics(std::make_shared<Statistics>(WallTime(1s), shards, 1)) {
    const KeyspaceOptions keyspace{settings->databases, sharding.secret, settings->limits.max_bulk_bytes};
    for (std::uint32_t i = 0; i < shards; ++i)
      all_shards.push_back(sim.spawn<Shard>(keyspace, active_expire));
    hub = sim.spawn<Hub>({.name = "hub"}, statistics);
  }
  std::shared_ptr<const Settings> settings = std::make_shared<Settings>();
  Sharding sharding{shards, {1, 42}};
  std::shared_ptr<Statistics> statistics;
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
    const auto client = sim.spawn<Client>(server, 1, &heard);
    sim.spawn<Client>(server, 2, &other).tell<Say>("SET a x\r\nSET b y\r\nMGET a b\r\n");
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
    const auto client = sim.spawn<Client>(server, 1, &heard);
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
    sim.spawn<Client>(server, 1, &news).tell<Say>("SUBSCRIBE c\r\n");
    sim.spawn<Client>(server, 2, &counts).tell<Say>("PUBLISH c 1\r\nPUBLISH c 2\r\nPUBLISH c 3\r\n");
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

}  // namespace
}  // namespace troupe::kv
