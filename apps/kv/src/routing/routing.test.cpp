// Admission, routing, splitting and merging of requests.
#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "commands/command_table.hpp"
#include "commands/execute.hpp"
#include "routing/admission.hpp"
#include "routing/merge.hpp"
#include "routing/route.hpp"
#include "routing/split.hpp"

namespace troupe::kv {
namespace {

using Words = std::vector<std::string>;
constexpr Sharding kThreeShards{3, {1, 2}};

Request request_of(const Words& words) {
  Request request;
  for (const auto& word : words) request.add(word);
  return request;
}

Request admitted(const Words& words) {
  Request request = request_of(words);
  EXPECT_EQ(admit(Session{}, Settings{}, request), Admission::admitted) << request.answer;
  return request;
}

Route route_of(const Words& words) {
  Request request = admitted(words);
  return route(kThreeShards, request);
}

// A key of the given shard.
std::string key_on(std::uint32_t shard, int which = 0) {
  for (int i = 0;; ++i) {
    const std::string key = "key" + std::to_string(i);
    if (shard_of(hash_key(kThreeShards.secret, key), 3) == shard && which-- == 0) return key;
  }
}

TEST(Routing, sends_a_command_where_it_runs) {
  EXPECT_EQ(route_of({"ping"}), Route::connection);
  EXPECT_EQ(route_of({"get", "a"}), Route::one_shard);
  EXPECT_EQ(route_of({"dbsize"}), Route::every_shard);
  EXPECT_EQ(route_of({"info"}), Route::every_shard);
  EXPECT_EQ(route_of({"publish", "a", "b"}), Route::hub);
  EXPECT_EQ(route_of({"pubsub", "numpat"}), Route::hub);
  EXPECT_EQ(route_of({"config", "get", "*"}), Route::server);
  EXPECT_EQ(route_of({"client", "list"}), Route::server);
  EXPECT_EQ(route_of({"client", "id"}), Route::connection);
  EXPECT_EQ(route_of({"scan", "0"}), Route::one_shard);
}

TEST(Routing, sends_keys_of_one_shard_in_one_piece) {
  EXPECT_EQ(route_of({"mget", key_on(1), key_on(1, 1), key_on(1, 2)}), Route::one_shard);
  EXPECT_EQ(route_of({"mget", key_on(1), key_on(2)}), Route::many_shards);
  EXPECT_EQ(route_of({"mset", key_on(1), key_on(2), key_on(1, 1), key_on(0)}), Route::one_shard);
}

TEST(Routing, stamps_the_shard_and_the_hash) {
  Request request = admitted({"get", key_on(2)});
  EXPECT_EQ(route(kThreeShards, request), Route::one_shard);
  EXPECT_EQ(request.shard, 2U);
  EXPECT_EQ(request.key_hash, hash_key(kThreeShards.secret, key_on(2)));
}

TEST(Routing, sends_a_scan_to_the_shard_of_its_cursor) {
  Request request = admitted({"scan", "5"});
  EXPECT_EQ(route(kThreeShards, request), Route::one_shard);
  EXPECT_EQ(request.shard, 2U);
  EXPECT_EQ(request.shard_count, 3U);
}

TEST(Routing, refuses_pairs_that_do_not_match_up) {
  Request request = admitted({"mset", "a", "1", "b"});
  EXPECT_EQ(route(kThreeShards, request), Route::answered);
  EXPECT_EQ(request.answer, "-ERR wrong number of arguments for 'mset' command\r\n");
}

TEST(Admission, recognises_browsers) {
  for (const auto* name : {"POST", "host:"}) {
    Request request = request_of({name, "/"});
    EXPECT_EQ(admit(Session{}, Settings{}, request), Admission::hostile);
  }
}

TEST(Admission, stamps_what_the_session_has_chosen) {
  Session session;
  session.database = 7;
  session.protocol = Protocol::resp3;
  Request request = request_of({"get", "a"});
  EXPECT_EQ(admit(session, Settings{}, request), Admission::admitted);
  EXPECT_EQ(request.database, 7U);
  EXPECT_EQ(request.protocol, Protocol::resp3);
  EXPECT_EQ(request.command->name, "get");
}

// A store of three shards, and one of a single shard that is given the same requests.
class Stores {
 public:
  std::string sharded(const Words& words) { return run(kThreeShards, shards_, words); }
  std::string whole(const Words& words) { return run({1, {1, 2}}, single_, words); }

 private:
  std::string run(const Sharding& sharding, std::vector<std::unique_ptr<Keyspace>>& shards,
                  const Words& words) {
    while (shards.size() < sharding.shards) {
      shards.push_back(std::make_unique<Keyspace>(KeyspaceOptions{16, sharding.secret, 1U << 20U}));
    }
    Request request = admitted(words);
    const Route where = route(sharding, request);
    if (where == Route::one_shard) execute(*shards[request.shard], request, TimePoint{});
    if (where == Route::one_shard || where == Route::answered) return request.answer;
    Split split = where == Route::many_shards ? split_by_keys(request, sharding, pool_)
                                              : copy_to_every_shard(request, sharding, pool_);
    for (auto& part : split.parts) execute(*shards[part->shard], *part, TimePoint{});
    merge(request, split.parts, split.part_of_key, ServerFacts{});
    return request.answer;
  }

  RequestPool pool_;
  std::vector<std::unique_ptr<Keyspace>> shards_;
  std::vector<std::unique_ptr<Keyspace>> single_;
};

TEST(Merge, gives_the_first_error_of_a_part) {
  Stores stores;
  EXPECT_EQ(stores.sharded({"flushall", "foo"}), "-ERR syntax error\r\n");
}

TEST(Merge, concatenates_keys) {
  Stores stores;
  stores.sharded({"mset", key_on(0), "1", key_on(1), "2", key_on(2), "3"});
  EXPECT_TRUE(stores.sharded({"keys", "*"}).starts_with("*3\r\n$"));
  EXPECT_EQ(stores.sharded({"dbsize"}), ":3\r\n");
}

TEST(Split, names_each_shard_once_and_keeps_the_order_of_keys) {
  Request request = admitted({"mget", key_on(2), key_on(0), key_on(2, 1), key_on(0)});
  RequestPool pool;
  const Split split = split_by_keys(request, kThreeShards, pool);
  ASSERT_EQ(split.parts.size(), 2U);
  EXPECT_EQ(split.parts[0]->shard, 2U);
  EXPECT_EQ((*split.parts[0])[2], key_on(2, 1));
  EXPECT_EQ(split.parts[1]->shard, 0U);
  EXPECT_EQ(split.part_of_key, (std::vector<std::uint32_t>{0, 1, 0, 1}));
}

RC_GTEST_PROP(Merge, a_store_in_three_shards_answers_like_a_whole_one, ()) {
  Stores stores;
  const auto key =
      rc::gen::map(rc::gen::inRange(0, 12), [](int i) { return std::string("k").append(std::to_string(i)); });
  const int steps = *rc::gen::inRange(0, 60);
  for (int i = 0; i < steps; ++i) {
    Words words = {
        *rc::gen::element<std::string>("mget", "mset", "del", "exists", "unlink", "dbsize", "get", "incr")};
    if (words[0] == "get" || words[0] == "incr") words.push_back(*key);
    const bool takes_many = words[0] != "dbsize" && words.size() == 1;
    const int keys = takes_many ? *rc::gen::inRange(1, 8) : 0;
    for (int j = 0; j < keys; ++j) {
      words.push_back(*key);
      if (words[0] == "mset") words.push_back(std::to_string(j));
    }
    RC_ASSERT(stores.sharded(words) == stores.whole(words));
  }
}

}  // namespace
}  // namespace troupe::kv
