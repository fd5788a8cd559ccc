#include "resp/request_parser.hpp"
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "resp/reply.hpp"

namespace troupe::kv {
namespace {

using Words = std::vector<std::string>;
using Status = RequestParser::Status;

struct Parsed {
  std::vector<Words> requests;
  std::string error;
  bool operator==(const Parsed&) const = default;
};

Words words_of(const Request& request) {
  Words words;
  for (std::size_t i = 0; i < request.size(); ++i) words.emplace_back(request[i]);
  return words;
}

// Feeds the pieces one after another, as a network would.
Parsed parse_pieces(const std::vector<std::string>& pieces, Limits limits = {}, bool authenticated = true) {
  Parsed parsed;
  RequestParser parser(limits);
  parser.set_authenticated(authenticated);
  Request request;
  for (std::string_view piece : pieces) {
    while (!piece.empty()) {
      const auto result = parser.parse(piece, request);
      piece.remove_prefix(result.consumed);
      if (result.status == Status::failed) {
        parsed.error = parser.error();
        return parsed;
      }
      if (result.status == Status::need_more) {
        EXPECT_TRUE(piece.empty()) << "a parser that needs more has taken all";
        break;
      }
      parsed.requests.push_back(words_of(request));
      request.clear();
    }
  }
  return parsed;
}

Parsed parse(const std::string& text, Limits limits = {}) { return parse_pieces({text}, limits); }

std::string encode(const Words& words) {
  std::string out;
  Reply reply(out, Protocol::resp2);
  reply.array(words.size());
  for (const auto& word : words) reply.bulk(word);
  return out;
}

std::string error_of(const std::string& text) { return parse(text).error; }

TEST(RequestParser, reads_an_array_of_bulk_strings) {
  EXPECT_EQ(parse("*2\r\n$3\r\nGET\r\n$1\r\na\r\n").requests, (std::vector<Words>{{"GET", "a"}}));
}

TEST(RequestParser, reads_empty_and_binary_arguments) {
  const Words words = {"SET", "", std::string("\0\r\n\xff", 4)};
  EXPECT_EQ(parse(encode(words)).requests, (std::vector<Words>{words}));
}

TEST(RequestParser, reads_inline_requests_with_quotes_between_arrays) {
  EXPECT_EQ(parse("set a \"b c\"\r\n*1\r\n$4\r\nPING\r\nping\n").requests,
            (std::vector<Words>{{"set", "a", "b c"}, {"PING"}, {"ping"}}));
}

TEST(RequestParser, ignores_empty_lines_and_empty_arrays) {
  EXPECT_EQ(parse("\r\n  \r\n*0\r\n*-1\r\nPING\r\n").requests, (std::vector<Words>{{"PING"}}));
}

TEST(RequestParser, names_what_is_wrong_in_redis_words) {
  EXPECT_EQ(error_of("*x\r\n"), "Protocol error: invalid multibulk length");
  EXPECT_EQ(error_of("*2147483648\r\n"), "Protocol error: invalid multibulk length");
  EXPECT_EQ(error_of("*1\r\nx\r\n"), "Protocol error: expected '$', got 'x'");
  EXPECT_EQ(error_of("*1\r\n$-1\r\n"), "Protocol error: invalid bulk length");
  EXPECT_EQ(error_of("*1\r\n$536870913\r\n"), "Protocol error: invalid bulk length");
  EXPECT_EQ(error_of("get \"a\r\n"), "Protocol error: unbalanced quotes in request");
}

TEST(RequestParser, bounds_lines_that_do_not_end) {
  const std::string digits(kMaxLineBytes + 1, '1');
  EXPECT_EQ(error_of("*" + digits), "Protocol error: too big mbulk count string");
  EXPECT_EQ(error_of("*1\r\n$" + digits), "Protocol error: too big bulk count string");
  EXPECT_EQ(error_of(digits), "Protocol error: too big inline request");
}

TEST(RequestParser, takes_a_line_of_exactly_the_limit) {
  const std::string word(kMaxLineBytes, 'x');
  EXPECT_EQ(parse(word + "\n").requests, (std::vector<Words>{{word}}));
  EXPECT_EQ(error_of(word + "x\n"), "Protocol error: too big inline request");
}

TEST(RequestParser, holds_strangers_to_small_requests) {
  EXPECT_EQ(parse_pieces({"*11\r\n"}, {}, false).error, "Protocol error: unauthenticated multibulk length");
  EXPECT_EQ(parse_pieces({"*1\r\n$16385\r\n"}, {}, false).error,
            "Protocol error: unauthenticated bulk length");
  EXPECT_EQ(parse_pieces({"*10\r\n$16384\r\n"}, {}, false).error, "");
}

TEST(RequestParser, keeps_to_its_limits) {
  const Limits limits{.max_bulk_bytes = 10, .max_multibulk = 3, .max_query_buffer_bytes = 15};
  EXPECT_EQ(parse("*4\r\n", limits).error, "Protocol error: invalid multibulk length");
  EXPECT_EQ(parse("*1\r\n$11\r\n", limits).error, "Protocol error: invalid bulk length");
  EXPECT_EQ(parse("*2\r\n$10\r\n0123456789\r\n$6\r\n", limits).error,
            "Protocol error: request exceeds the query buffer limit");
  EXPECT_EQ(parse(encode({"0123456789", "01234"}), limits).requests.size(), 1U);
}

TEST(RequestParser, stays_failed) {
  RequestParser parser;
  Request request;
  EXPECT_EQ(parser.parse("*x\r\n", request).status, Status::failed);
  EXPECT_EQ(parser.parse("PING\r\n", request).status, Status::failed);
}

TEST(RequestParser, an_announced_length_costs_no_memory) {
  RequestParser parser;
  Request request;
  EXPECT_EQ(parser.parse("*1000000\r\n$536870912\r\nx", request).status, Status::need_more);
  EXPECT_EQ(request.bytes(), 1U);
}

std::vector<std::string> cut(const std::string& text, const std::vector<std::size_t>& lengths) {
  std::vector<std::string> pieces;
  std::size_t at = 0;
  for (std::size_t i = 0; at < text.size(); ++i) {
    const std::size_t length = lengths.empty() ? 1 : lengths[i % lengths.size()] % 7 + 1;
    pieces.push_back(text.substr(at, length));
    at += length;
  }
  return pieces;
}

RC_GTEST_PROP(RequestParser, finds_the_requests_that_were_encoded, (const std::vector<Words>& requests)) {
  std::string text;
  std::vector<Words> expected;
  for (const Words& words : requests) {
    text += encode(words);
    if (!words.empty()) expected.push_back(words);
  }
  RC_ASSERT(parse(text) == (Parsed{expected, ""}));
}

RC_GTEST_PROP(RequestParser, finds_the_same_under_any_split,
              (const std::vector<Words>& requests, const std::vector<std::size_t>& lengths)) {
  std::string text;
  for (const Words& words : requests) text += encode(words);
  RC_ASSERT(parse_pieces(cut(text, lengths)) == parse(text));
}

// Pieces of protocol in a random order: mostly wrong, but wrong in the same way however they are cut.
RC_GTEST_PROP(RequestParser, treats_nonsense_the_same_under_any_split,
              (const std::vector<std::size_t>& lengths)) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(
      rc::gen::element<std::string>("*", "1", "2", "$", "\r\n", "\r", "\n", "a", "-", "0", "\"", "'", " ",
                                    "\\x4", "*1\r\n$1\r\na\r\n", "PING\r\n", std::string(1, '\0')));
  std::string text;
  for (const auto& piece : pieces) text += piece;
  RC_ASSERT(parse_pieces(cut(text, lengths)) == parse(text));
}

}  // namespace
}  // namespace troupe::kv
