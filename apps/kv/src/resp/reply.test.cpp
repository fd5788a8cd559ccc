#include "resp/reply.hpp"

#include <gtest/gtest.h>

#include "resp/reply_reader.hpp"

namespace troupe::kv {
namespace {

template <class Write>
std::string written(Protocol protocol, Write&& write) {
  std::string out;
  write(Reply(out, protocol));
  return out;
}

TEST(Reply, of_resp2_and_resp3_differs_where_resp3_has_a_type_for_it) {
  const auto write = [](Reply reply) {
    reply.null();
    reply.map(1);
    reply.set(2);
    reply.push(3);
    reply.verbatim("txt", "hi");
  };
  EXPECT_EQ(written(Protocol::resp2, write), "$-1\r\n*2\r\n*2\r\n*3\r\n$2\r\nhi\r\n");
  EXPECT_EQ(written(Protocol::resp3, write), "_\r\n%1\r\n~2\r\n>3\r\n=6\r\ntxt:hi\r\n");
}

TEST(Reply, of_strings_and_integers_is_the_same_in_both) {
  const auto write = [](Reply reply) {
    reply.ok();
    reply.simple("PONG");
    reply.integer(-5);
    reply.bulk("a\r\nb");
    reply.bulk_integer(-12);
    reply.array(0);
  };
  const auto* expected = "+OK\r\n+PONG\r\n:-5\r\n$4\r\na\r\nb\r\n$3\r\n-12\r\n*0\r\n";
  EXPECT_EQ(written(Protocol::resp2, write), expected);
  EXPECT_EQ(written(Protocol::resp3, write), expected);
}

TEST(Reply, keeps_an_error_on_one_line) {
  EXPECT_EQ(written(Protocol::resp2, [](Reply reply) { reply.error("a\r\nb\n\r\n"); }), "-ERR a  b\r\n");
  EXPECT_EQ(written(Protocol::resp2, [](Reply reply) { reply.coded_error("NOAUTH x"); }), "-NOAUTH x\r\n");
}

TEST(ReplyReader, walks_through_values) {
  ReplyReader reader("*3\r\n$4\r\na\r\nb\r\n$-1\r\n_\r\n:7\r\n+OK\r\n");
  EXPECT_EQ(reader.next_number(), 3);
  EXPECT_EQ(reader.next(), "$4\r\na\r\nb\r\n");
  EXPECT_EQ(reader.next(), "$-1\r\n");
  EXPECT_EQ(reader.next(), "_\r\n");
  EXPECT_EQ(reader.next_number(), 7);
  EXPECT_EQ(reader.next_number(), std::nullopt);
  EXPECT_EQ(reader.rest(), "+OK\r\n");
}

}  // namespace
}  // namespace troupe::kv
