// What one core does per second in parsing, routing, executing and encoding, without sockets and actors:
// requests of a pipeline of 16, to one shard. Prints one line per workload.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "commands/execute.hpp"
#include "resp/reply.hpp"
#include "resp/request_parser.hpp"
#include "routing/admission.hpp"
#include "routing/route.hpp"

namespace {

using namespace troupe::kv;

constexpr int kManyKeys = 100'000;
constexpr int kDistinctBatches = 4'000;
constexpr int kDepth = 16;
constexpr int kBatches = 200'000;

std::string encode(const std::vector<std::string>& words) {
  std::string out;
  Reply reply(out, Protocol::resp2);
  reply.array(words.size());
  for (const auto& word : words) reply.bulk(word);
  return out;
}

class Bench {
 public:
  void run(const char* name, const std::vector<std::string>& batches) {
    const std::clock_t begin = std::clock();  // of this process, whatever else runs
    std::size_t bytes = 0;
    for (int i = 0; i < kBatches; ++i) bytes += serve(batches[static_cast<std::size_t>(i) % batches.size()]);
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    const double operations = double{kBatches} * kDepth;
    std::printf("%-6s %7.0f ns/op  %5.2f M/s  (%zu answer bytes)\n", name, seconds / operations * 1e9,
                operations / seconds / 1e6, bytes);
  }

 private:
  std::size_t serve(std::string_view bytes) {
    output_.clear();
    while (!bytes.empty()) {
      const auto result = parser_.parse(bytes, request_);
      bytes.remove_prefix(result.consumed);
      if (result.status != RequestParser::Status::complete) std::abort();
      if (admit(session_, settings_, request_) != Admission::admitted) std::abort();
      if (route(sharding_, request_) != Route::one_shard) std::abort();
      execute(keyspace_, request_, TimePoint{});
      output_ += request_.answer;
      request_.clear();
    }
    return output_.size();
  }

  Sharding sharding_{1, {1, 2}};
  Keyspace keyspace_{KeyspaceOptions{16, sharding_.secret, std::size_t{1} << 20}};
  Settings settings_;
  Session session_;
  RequestParser parser_;
  Request request_;
  std::string output_;
};

std::vector<std::string> batches_of(int keys, std::vector<std::string> (*command)(int key)) {
  std::vector<std::string> batches;
  std::uint64_t state = 1;
  for (int i = 0; i < kDistinctBatches; ++i) {
    std::string batch;
    for (int j = 0; j < kDepth; ++j) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      batch += encode(command(static_cast<int>((state >> 33U) % static_cast<unsigned>(keys))));
    }
    batches.push_back(batch);
  }
  return batches;
}

std::string key_name(int key) { return "key:" + std::to_string(1'000'000'000'000 + key); }

}  // namespace

int main() {
  // One key shows the work itself; many keys add the cache misses that a full store has.
  for (const int keys : {1, kManyKeys}) {
    Bench bench;
    std::printf("%d keys\n", keys);
    bench.run("set", batches_of(keys, [](int key) {
                return std::vector<std::string>{"SET", key_name(key), "xxx"};
              }));
    bench.run("get",
              batches_of(keys, [](int key) { return std::vector<std::string>{"GET", key_name(key)}; }));
    bench.run("incr", batches_of(keys, [](int key) {
                return std::vector<std::string>{"INCR", "n:" + std::to_string(key)};
              }));
  }
}
