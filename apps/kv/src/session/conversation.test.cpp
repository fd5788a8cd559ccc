// A conversation from bytes to bytes, with shards that answer late and in any order.
#include "session/conversation.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "local_server.hpp"

namespace troupe::kv {
namespace {

using test::LocalServer;

// Keeps what is sent out until the test answers it.
class SlowHost final : public Host {
 public:
  void to_shard(std::uint32_t, std::unique_ptr<Request> request) override {
    sent.push_back(std::move(request));
  }
  void to_hub(std::unique_ptr<Request> request) override { sent.push_back(std::move(request)); }
  void to_server(std::unique_ptr<Request> request) override { sent.push_back(std::move(request)); }
  void subscriptions_changed(std::span<const SubscriptionChange> changes) override {
    subscriptions += static_cast<int>(changes.size());
  }
  void shut_down() override { is_shut_down = true; }
  void reset_statistics() override {}
  ServerFacts facts() override { return {}; }

  std::vector<std::unique_ptr<Request>> sent;
  int subscriptions = 0;
  bool is_shut_down = false;
};

class ConversationTest : public testing::Test {
 protected:
  std::size_t receive(std::string_view bytes) { return conversation.receive(bytes, WallTime{}); }
  void answer(std::size_t which, std::string_view text) {
    auto request = std::move(host.sent[which]);
    request->answer = text;
    conversation.complete(std::move(request));
  }
  std::string output() { return std::exchange(conversation.output(), {}); }

  SlowHost host;
  Settings settings;
  Conversation conversation{Session{}, std::make_shared<Settings>(settings), Sharding{1, {1, 2}}, host};
};

TEST_F(ConversationTest, answers_leave_in_the_order_of_requests) {
  receive("GET a\r\nPING\r\nGET b\r\n");
  EXPECT_EQ(output(), "");
  answer(1, "b");
  EXPECT_EQ(output(), "");
  answer(0, "a");
  EXPECT_EQ(output(), "a+PONG\r\nb");
}

TEST_F(ConversationTest, takes_no_more_than_so_many_requests_at_once) {
  std::string bytes;
  for (std::size_t i = 0; i < kMaxRequestsInFlight + 10; ++i) bytes += "GET a\r\n";
  const std::size_t taken = receive(bytes);
  EXPECT_EQ(host.sent.size(), kMaxRequestsInFlight);
  EXPECT_EQ(taken, kMaxRequestsInFlight * 7);
  EXPECT_EQ(receive(bytes.substr(taken)), 0U);
  answer(0, "a");
  EXPECT_EQ(receive(bytes.substr(taken)), 7U);
}

TEST_F(ConversationTest, quit_closes_when_all_before_it_is_answered) {
  EXPECT_LT(receive("GET a\r\nQUIT\r\nGET b\r\n"), 20U);
  EXPECT_TRUE(conversation.closing());
  EXPECT_FALSE(conversation.finished());
  answer(0, "a");
  EXPECT_TRUE(conversation.finished());
  EXPECT_EQ(output(), "a+OK\r\n");
  EXPECT_EQ(host.sent.size(), 1U);
}

TEST_F(ConversationTest, a_protocol_error_is_answered_in_its_turn_and_closes) {
  receive("GET a\r\n*x\r\nGET b\r\n");
  answer(0, "a");
  EXPECT_TRUE(conversation.finished());
  EXPECT_EQ(output(), "a-ERR Protocol error: invalid multibulk length\r\n");
}

TEST_F(ConversationTest, a_message_waits_for_the_confirmation_but_for_no_other_answer) {
  receive("HELLO 3\r\nGET a\r\nSUBSCRIBE c\r\n");
  output();
  EXPECT_EQ(host.subscriptions, 1);
  conversation.deliver("c", "early");
  EXPECT_EQ(output(), "");
  answer(0, "a");
  EXPECT_EQ(output(),
            "a>3\r\n$9\r\nsubscribe\r\n$1\r\nc\r\n:1\r\n>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$5\r\nearly\r\n");
  receive("GET b\r\n");
  conversation.deliver("c", "x");
  EXPECT_EQ(output(), ">3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nx\r\n");
}

TEST_F(ConversationTest, a_message_for_what_is_no_longer_listened_to_is_dropped) {
  receive("SUBSCRIBE c\r\nPSUBSCRIBE p*\r\nUNSUBSCRIBE c\r\n");
  output();
  conversation.deliver("c", "late");
  EXPECT_EQ(output(), "");
  conversation.deliver("p*", "pq", "hi");
  EXPECT_EQ(output(), "*4\r\n$8\r\npmessage\r\n$2\r\np*\r\n$2\r\npq\r\n$2\r\nhi\r\n");
}

TEST_F(ConversationTest, tells_when_its_reader_has_fallen_behind) {
  settings.max_output_buffer_bytes = 10;
  conversation.use(std::make_shared<Settings>(settings));
  receive("GET a\r\nGET b\r\n");
  answer(1, "12345678");
  EXPECT_FALSE(conversation.is_overflowing(0));
  EXPECT_TRUE(conversation.is_overflowing(3));
  answer(0, "123");
  EXPECT_TRUE(conversation.is_overflowing(0));
}

TEST_F(ConversationTest, is_cut_off_when_an_answer_had_to_be_dropped) {
  receive("GET a\r\nGET b\r\n");
  host.sent[0]->drop_answer();
  conversation.complete(std::move(host.sent[0]));
  answer(1, "b");
  EXPECT_TRUE(conversation.is_overflowing(0));
  EXPECT_EQ(output(), "") << "nothing that follows a gap may be said";
}

TEST_F(ConversationTest, a_connection_that_goes_unsubscribes) {
  receive("SUBSCRIBE a b\r\nPSUBSCRIBE c\r\n");
  host.subscriptions = 0;
  conversation.leave();
  EXPECT_EQ(host.subscriptions, 3);
}

TEST_F(ConversationTest, shutdown_has_no_answer) {
  receive("SHUTDOWN NOSAVE\r\n");
  EXPECT_TRUE(host.is_shut_down);
  EXPECT_EQ(output(), "");
}

TEST_F(ConversationTest, counts_commands_and_errors) {
  receive("PING\r\nfoo\r\nGET a\r\n");
  answer(0, "-ERR x\r\n");
  EXPECT_EQ(conversation.counts().commands, 3U);
  EXPECT_EQ(conversation.counts().errors, 2U);
}

TEST(Conversation, settings_that_change_concern_open_connections) {
  LocalServer server;
  auto& one = server.connect();
  auto& other = server.connect();
  EXPECT_EQ(one("CONFIG SET requirepass secret"), "+OK\r\n");
  EXPECT_EQ(one("PING"), "+PONG\r\n");
  EXPECT_EQ(other("AUTH wrong"), "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
  EXPECT_EQ(server.connect()("PING"), "-NOAUTH Authentication required.\r\n");
}

TEST(Conversation, publishes_between_connections) {
  LocalServer server;
  auto& listener = server.connect();
  auto& speaker = server.connect();
  listener("SUBSCRIBE news");
  listener("PSUBSCRIBE n*");
  EXPECT_EQ(speaker("PUBLISH news hello"), ":2\r\n");
  EXPECT_EQ(
      listener.received(),
      "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n*4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnews\r\n"
      "$5\r\nhello\r\n");
  EXPECT_EQ(speaker("PUBSUB NUMSUB news none"), "*4\r\n$4\r\nnews\r\n:1\r\n$4\r\nnone\r\n:0\r\n");
  server.disconnect(listener);
  EXPECT_EQ(speaker("PUBLISH news hello"), ":0\r\n");
}

// Goal: a client can't tell how many shards there are, nor in which order they answer.
RC_GTEST_PROP(Conversation, a_pipeline_over_many_shards_reads_like_one_over_one, ()) {
  LocalServer one(1);
  LocalServer many(5, {}, *rc::gen::arbitrary<std::uint32_t>());
  const auto lines = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "SET a 1", "SET b 2", "INCR c", "GET a", "MGET a b c d", "MSET a 5 b 6 d 7", "DEL a b",
      "EXISTS a b c d", "DBSIZE", "FLUSHALL", "PING", "SELECT 1", "SELECT 0", "HELLO 3 SETNAME x", "GET d",
      "foo", "APPEND d x", "RESET"));
  std::string bytes;
  for (const auto& line : lines) bytes += line + "\r\n";
  RC_ASSERT(one.connect().exchange(bytes) == many.connect().exchange(bytes));
}

}  // namespace
}  // namespace troupe::kv
