// Goal: answers equal Redis's, byte for byte. Method: the lines of cases/*.txt go to a redis-server started
// here and to a whole server of ours in this thread, which cuts the keys into three shards; then the answers
// are compared. A line that nobody knows as a command follows each, so that the end of its answer is seen
// without waiting. A line may say how to compare: "~skip " not at all, for what must differ; "~sorted " as a
// set of lines; "~scan " as the whole of a SCAN with these options; "~first " the first line of the answer
// only; "~raw " sends escapes like \r\n on a connection of its own.
#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "local_server.hpp"
#include "redis_process.hpp"

namespace troupe::kv::test {
namespace {

constexpr std::string_view kMarker = "no-such-command-marker";
constexpr std::string_view kMarkerAnswer =
    "-ERR unknown command 'no-such-command-marker', with args beginning with: \r\n";

std::vector<std::string> read_lines(const std::string& name) {
  std::ifstream file(std::string(TROUPE_KV_CASES) + "/" + name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with('#') && !line.empty()) lines.push_back(line);
  }
  EXPECT_FALSE(lines.empty()) << "no cases in " << name;
  return lines;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 'r')
      out += '\r';
    else if (c == 'n')
      out += '\n';
    else if (c == '0')
      out += '\0';
    else
      out += c;
  }
  return out;
}

std::string sorted_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  std::ranges::sort(lines);
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

bool take(std::string_view& line, std::string_view prefix) {
  if (!line.starts_with(prefix)) return false;
  line.remove_prefix(prefix.size());
  return true;
}

class Comparison {
 public:
  Comparison(const RedisProcess& redis, Settings settings)
      : redis_(redis),
        redis_client_(redis.port()),
        server_(3, std::move(settings)),
        client_(&server_.connect()) {}

  void run(std::string_view line) {
    server_.now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    const std::string_view whole = line;
    if (take(line, "~raw ")) return run_raw(unescaped(line), whole);
    if (take(line, "~scan ")) return run_scan(std::string(line));
    const bool skipped = take(line, "~skip ");
    const bool sorted = take(line, "~sorted ");
    const bool first = take(line, "~first ");
    const std::string sent = std::string(line) + "\r\n" + std::string(kMarker) + "\r\n";
    redis_client_.send(sent);
    std::string theirs = redis_client_.read_until(kMarkerAnswer);
    std::string ours = client_->exchange(sent);
    if (skipped) return;
    if (sorted) {
      theirs = sorted_lines(theirs);
      ours = sorted_lines(ours);
    }
    if (first) {
      theirs = first_line(theirs);
      ours = first_line(ours);
    }
    EXPECT_EQ(theirs, ours) << "for " << whole;
  }

 private:
  // Whatever comes, up to the marker or the end of the connection.
  void run_raw(const std::string& bytes, std::string_view line) {
    const std::string sent = bytes + std::string(kMarker) + "\r\n";
    const RedisClient redis_client(redis_.port());
    redis_client.send(sent);
    const std::string theirs = redis_client.read_until(kMarkerAnswer);
    LocalClient& client = server_.connect();
    EXPECT_EQ(theirs, client.exchange(sent)) << "for " << line;
    server_.disconnect(client);
  }

  // The cursors differ, and how much comes with each; what comes in all must not.
  void run_scan(const std::string& options) {
    const auto theirs = scan_all(options, [this](const std::string& line) {
      redis_client_.send(line);
      return redis_client_.read_until(kMarkerAnswer);
    });
    const auto ours = scan_all(options, [this](const std::string& line) { return client_->exchange(line); });
    EXPECT_EQ(theirs, ours) << "for scan " << options;
  }

  template <class Exchange>
  static std::set<std::string> scan_all(const std::string& options, Exchange&& exchange) {
    constexpr int kMostSteps = 10000;
    std::set<std::string> found;
    std::string cursor = "0";
    for (int step = 0; step < kMostSteps; ++step) {
      std::istringstream answer(
          exchange("scan " + cursor + " " + options + "\r\n" + std::string(kMarker) + "\r\n"));
      std::string line;
      // *2, $n, the cursor, *m, and then a length and a key by turns.
      for (int i = 0; i < 3; ++i) std::getline(answer, line);
      cursor = line.substr(0, line.size() - 1);
      std::getline(answer, line);
      for (auto keys = std::stoul(line.substr(1)); keys > 0; --keys) {
        std::getline(answer, line);
        std::getline(answer, line);
        found.insert(line);
      }
      if (cursor == "0") return found;
    }
    ADD_FAILURE() << "the scan does not end";
    return found;
  }

  const RedisProcess& redis_;
  RedisClient redis_client_;
  LocalServer server_;
  LocalClient* client_;
};

void compare_file(const std::string& name, const std::string& password = {}) {
  auto redis = RedisProcess::start(password);
  if (!redis)
    FAIL() << "there is no redis-server to compare with: ./test installs it, or apt-get install redis-server";
  Settings settings;
  settings.password = password;
  settings.port = redis->port();
  Comparison comparison(*redis, settings);
  for (const std::string& line : read_lines(name)) comparison.run(line);
}

TEST(AnswersEqualRedis, for_strings) { compare_file("strings.txt"); }
TEST(AnswersEqualRedis, for_keys_and_expiry) { compare_file("keys.txt"); }
TEST(AnswersEqualRedis, for_connections_and_the_server) { compare_file("connection.txt"); }
TEST(AnswersEqualRedis, for_publish_and_subscribe) { compare_file("pubsub.txt"); }
TEST(AnswersEqualRedis, after_hello_3) { compare_file("resp3.txt"); }
TEST(AnswersEqualRedis, for_malformed_protocol) { compare_file("protocol.txt"); }
TEST(AnswersEqualRedis, when_a_password_is_asked_for) { compare_file("auth.txt", "secret"); }

}  // namespace
}  // namespace troupe::kv::test
