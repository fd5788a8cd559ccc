// What a shard does with a request of a connection that is owed too much.
#include "commands/execute.hpp"
#include <initializer_list>

#include <gtest/gtest.h>

#include "commands/command_table.hpp"
#include "resp/answer_budget.hpp"
#include "store/keyspace.hpp"

namespace troupe::kv {
namespace {

constexpr std::size_t kLarge = 40'000;

class ExecuteTest : public testing::Test {
 protected:
  ExecuteTest() { run({"SET", "large", std::string(kLarge, 'x')}); }

  Request run(std::initializer_list<std::string> words) {
    Request request;
    for (const std::string& word : words) request.add(word);
    request.command = find_command(request[0]);
    if (request.command->keys.first > 0) request.key_hash = keyspace.key(request[1]).hash;
    request.budget = budget;
    execute(keyspace, request, TimePoint{});
    return request;
  }

  Keyspace keyspace;
  std::shared_ptr<AnswerBudget> budget = std::make_shared<AnswerBudget>(100'000);
};

TEST_F(ExecuteTest, answers_are_given_until_too_much_is_owed) {
  EXPECT_GT(run({"GET", "large"}).answer.size(), kLarge);
  EXPECT_GT(run({"GET", "large"}).answer.size(), kLarge);
  const Request dropped = run({"GET", "large"});
  EXPECT_TRUE(dropped.is_answer_dropped);
  EXPECT_TRUE(dropped.answer.empty());
  EXPECT_TRUE(run({"STRLEN", "large"}).is_answer_dropped) << "it is cut off, so nothing is worth answering";
}

TEST_F(ExecuteTest, what_has_been_taken_in_is_owed_no_more) {
  for (int i = 0; i < 10; ++i) {
    const Request request = run({"GET", "large"});
    EXPECT_FALSE(request.is_answer_dropped);
    budget->remove(request.answer.size());
  }
}

TEST_F(ExecuteTest, when_too_much_is_owed_what_only_reads_is_not_run_and_what_writes_is) {
  budget->add(100'001);
  EXPECT_TRUE(run({"STRLEN", "large"}).is_answer_dropped);
  EXPECT_EQ(run({"SET", "a", "1"}).answer, "+OK\r\n");
  EXPECT_TRUE(run({"GETDEL", "large"}).is_answer_dropped);
  budget = std::make_shared<AnswerBudget>(100'000);
  EXPECT_EQ(run({"EXISTS", "a"}).answer, ":1\r\n");
  EXPECT_EQ(run({"EXISTS", "large"}).answer, ":0\r\n");
}

TEST_F(ExecuteTest, a_large_value_named_again_and_again_does_not_grow_an_answer_for_ever) {
  const Request enough = run({"MGET", "large", "large"});
  EXPECT_FALSE(enough.is_answer_dropped);
  budget->remove(enough.answer.size());
  EXPECT_TRUE(run({"MGET", "large", "large", "large"}).is_answer_dropped);
}

}  // namespace
}  // namespace troupe::kv
