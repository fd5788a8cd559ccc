// Fuzzes what a stranger can send: bytes go into a conversation that has a store of three shards behind it.
// Sanitizers find what is wrong inside; here it is checked that the requests found don't depend on how the
// input was cut into pieces, and that every request is answered.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "commands/execute.hpp"
#include "pubsub/hub_commands.hpp"
#include "resp/request_parser.hpp"
#include "server/server_commands.hpp"
#include "session/conversation.hpp"

namespace {

using namespace troupe::kv;

constexpr std::uint32_t kShards = 3;
constexpr Sharding kSharding{kShards, {1, 2}};

// Small enough to be reached by a fuzzer's inputs.
constexpr Limits kLimits{.max_bulk_bytes = 4096, .max_multibulk = 64, .max_query_buffer_bytes = 16384};
constexpr std::size_t kMaxPieceBytes = 16;

std::string parse_in_pieces(std::string_view input, std::size_t piece_bytes) {
  RequestParser parser(kLimits);
  Request request;
  std::string found;
  while (!input.empty()) {
    std::string_view piece = input.substr(0, piece_bytes);
    input.remove_prefix(piece.size());
    while (!piece.empty()) {
      const auto result = parser.parse(piece, request);
      piece.remove_prefix(result.consumed);
      if (result.status == RequestParser::Status::failed) return found.append(parser.error());
      if (result.status == RequestParser::Status::need_more) break;
      for (std::size_t i = 0; i < request.size(); ++i) found.append(request[i]).append(1, '\0');
      found.append("\n");
      request.clear();
    }
    if (!piece.empty()) std::abort();  // a parser that needs more has taken all
  }
  return found;
}

// A server with one client, whose requests come back at once, from within the call that sends them.
class Server final : public Host {
 public:
  Server() : conversation_(Session{}, make_settings(), kSharding, *this) {}

  void converse(std::string_view input, std::size_t piece_bytes) {
    while (!input.empty() && !conversation_.closing()) {
      now_ += std::chrono::milliseconds(1);
      const std::string_view piece = input.substr(0, piece_bytes);
      input.remove_prefix(piece.size());
      if (conversation_.receive(piece, now_) < piece.size() && !conversation_.closing()) std::abort();
      if (conversation_.in_flight() != 0) std::abort();
      for (Keyspace& shard : shards_) shard.expire_some(now_ms(), 2);
    }
    conversation_.leave();
    if (!subscriptions_.channels().empty() || subscriptions_.patterns() != 0) std::abort();
  }

  void to_shard(std::uint32_t shard, std::unique_ptr<Request> request) override {
    execute(shards_.at(shard), *request, now_ms());
    complete(std::move(request));
  }
  void to_hub(std::unique_ptr<Request> request) override {
    const Request& r = *request;
    execute_on_hub(
        subscriptions_, *request, [&](int) { conversation_.deliver(r[1], r[2]); },
        [&](int, std::string_view pattern) { conversation_.deliver(pattern, r[1], r[2]); });
    complete(std::move(request));
  }
  void to_server(std::unique_ptr<Request> request) override {
    const std::array clients = {conversation_.session().info(now_)};
    ServerContext context{settings_, clients};
    execute_on_server(context, *request);
    if (context.settings_changed) conversation_.use(std::make_shared<Settings>(settings_));
    complete(std::move(request));
  }
  void subscriptions_changed(std::span<const SubscriptionChange> changes) override {
    for (const auto& [added, kind, name] : changes) {
      if (kind == SubscriptionChange::Kind::channel) {
        added ? subscriptions_.subscribe(name, 1) : subscriptions_.unsubscribe(name, 1);
      } else {
        added ? subscriptions_.subscribe_pattern(name, 1) : subscriptions_.unsubscribe_pattern(name, 1);
      }
    }
  }
  void shut_down() override {}
  void reset_statistics() override {}
  ServerFacts facts() override { return {}; }

 private:
  std::shared_ptr<const Settings> make_settings() {
    settings_.limits = kLimits;
    settings_.databases = 2;
    return std::make_shared<Settings>(settings_);
  }
  [[nodiscard]] TimePoint now_ms() const { return std::chrono::floor<std::chrono::milliseconds>(now_); }
  void complete(std::unique_ptr<Request> request) {
    if (request->answer.empty()) std::abort();
    conversation_.complete(std::move(request));
  }

  static constexpr KeyspaceOptions kStore{
      .databases = 2, .secret = kSharding.secret, .max_value_bytes = 4096};
  std::array<Keyspace, kShards> shards_{Keyspace(kStore), Keyspace(kStore), Keyspace(kStore)};
  Subscriptions<int> subscriptions_;
  Settings settings_;
  WallTime now_{std::chrono::seconds(1'700'000'000)};
  Conversation conversation_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // The first byte says how to cut the rest.
  const std::size_t piece_bytes = data[0] % kMaxPieceBytes + 1;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (parse_in_pieces(input, size) != parse_in_pieces(input, piece_bytes)) std::abort();
  Server().converse(input, size);
  Server().converse(input, piece_bytes);
  return 0;
}
