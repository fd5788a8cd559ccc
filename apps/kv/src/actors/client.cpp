#include "actors/client.hpp"
#include <algorithm>
#include <limits>
#include <utility>

namespace troupe::kv {

namespace {
// While answers are still to come, so much is gathered before it is sent.
constexpr std::size_t send_at_bytes = 64 * kKibibyte;
// A burst's buffer isn't kept by an idle client.
constexpr std::size_t largest_kept_buffer = 2 * send_at_bytes;

constexpr std::string_view kCrashed = "-ERR internal error: the server's end of this connection crashed\r\n";

std::size_t doubled(std::size_t bytes) {
  return 2 * std::min(bytes, std::numeric_limits<std::size_t>::max() / 2);
}
}  // namespace

Client::Client(net::IoLoop& loop, net::Socket&& socket, Session session,
               std::shared_ptr<const Settings> settings, std::shared_ptr<const Backend> backend)
    : settings_(settings),
      backend_(std::move(backend)),
      conversation_(std::move(session), std::move(settings), backend_->sharding, *this),
      // The conversation's limit comes first; the connection's own guards what the conversation can't see.
      connection_(loop, std::move(socket), self(),
                  {.max_output_bytes = doubled(settings_->max_output_buffer_bytes)}) {}

WallTime Client::wall() const { return std::chrono::floor<std::chrono::microseconds>(wall_time()); }

void Client::on(net::Received&& received) {
  if (ended_) return;
  crash_test_.strike();
  backend_->statistics->input_bytes.fetch_add(received.bytes().size(), std::memory_order_relaxed);
  now_ = wall();
  input_.emplace(std::move(received));
  input_taken_ = 0;
  converse();
  speak();
}

void Client::converse() {
  if (!input_) return;
  input_taken_ += conversation_.receive(input_->bytes().substr(input_taken_), now_);
  // The end of `input_` lets the connection read on.
  if (input_taken_ == input_->bytes().size() || conversation_.closing()) input_.reset();
  send_batch();
}

void Client::on(Executed&& executed) {
  for (RequestPtr& request : executed.batch) {
    if (ended_) return;
    conversation_.complete(std::move(request));
    if (conversation_.output().size() >= send_at_bytes) speak();
  }
  if (ended_) return;
  // Its memory serves the next batch.
  executed.batch.clear();
  if (batch_.empty()) batch_ = std::move(executed.batch);
  converse();
  speak();
}

void Client::on(Answered&& answered) {
  if (ended_) return;
  conversation_.complete(std::move(answered.request));
  converse();
  speak();
}

void Client::speak() {
  if (ended_) return;
  std::string& words = conversation_.output();
  if (conversation_.is_overflowing(words.empty() ? 0 : connection_.unsent())) return end();
  const bool finished = conversation_.finished();
  const bool pause = conversation_.in_flight() == 0 || words.size() >= send_at_bytes;
  if (!words.empty() && (pause || finished)) {
    backend_->statistics->output_bytes.fetch_add(words.size(), std::memory_order_relaxed);
    connection_.write(words);
    words.clear();
    connection_.flush();
    if (words.capacity() > largest_kept_buffer) words.shrink_to_fit();
  }
  if (conversation_.in_flight() == 0) count();
  if (!finished) return;
  ended_ = true;
  connection_.close();
  stop();
}

void Client::end() {
  ended_ = true;
  input_.reset();
  stop();
}

// The peer asks for nothing more, but answers that are under way may still reach it.
void Client::on(const net::Closed& closed) {
  if (ended_) return;
  if (!closed.may_write) return end();
  input_.reset();
  conversation_.leave();
  speak();
}

void Client::on(const Published& message) {
  if (ended_) return;
  const Publication& publication = *message.publication;
  if (message.by_pattern) {
    conversation_.deliver(message.pattern, publication.channel, publication.payload);
  } else {
    conversation_.deliver(publication.channel, publication.payload);
  }
  speak();
}

void Client::on(const SettingsChanged& news) {
  settings_ = news.settings;
  conversation_.use(news.settings);
}

ClientInfo Client::on(DescribeClient) {
  return conversation_.session().info(wall(), ended_ ? 0 : connection_.unsent());
}

// What was answered is said before.
void Client::apologize() {
  connection_.write(conversation_.output());
  conversation_.output().clear();
  connection_.write(kCrashed);
  connection_.close();
  ended_ = true;
}

void Client::on(const Stopping& stopping) {
  count();
  conversation_.leave();
  if (stopping.reason == StopReason::failed && !ended_) apologize();
}

void Client::count() {
  const Conversation::Counts& counts = conversation_.counts();
  if (counts.commands == counted_.commands) return;
  backend_->statistics->total_commands.fetch_add(counts.commands - counted_.commands,
                                                 std::memory_order_relaxed);
  backend_->statistics->error_replies.fetch_add(counts.errors - counted_.errors, std::memory_order_relaxed);
  counted_ = counts;
}

void Client::to_shard(std::uint32_t shard, std::unique_ptr<Request> request) {
  if (shard != batch_shard_ || batch_.size() == kLargestBatch) send_batch();
  batch_shard_ = shard;
  batch_.push_back(std::move(request));
}
void Client::send_batch() {
  if (batch_.empty()) return;
  auto sent =
      backend_->shards[batch_shard_].try_tell<Execute>(std::exchange(batch_, {}), now_, BatchOwner(self()));
  if (!sent) sent.error().message.turn_away();
}
void Client::to_hub(std::unique_ptr<Request> request) {
  send_batch();
  auto sent = backend_->hub.try_tell<AskHub>(std::move(request), Requester(self()));
  if (!sent) sent.error().message.turn_away();
}
void Client::to_server(std::unique_ptr<Request> request) {
  send_batch();
  auto sent = backend_->server.try_tell<AskServer>(std::move(request), Requester(self()));
  if (!sent) sent.error().message.turn_away();
}
void Client::subscriptions_changed(std::span<const SubscriptionChange> changes) {
  send_batch();
  backend_->hub.tell<SubscriptionsChanged>(Subscriber(self()), conversation_.session().id,
                                           std::vector<SubscriptionChange>(changes.begin(), changes.end()));
}
void Client::shut_down() { backend_->shut_down(); }
void Client::reset_statistics() { backend_->statistics->reset(); }

ServerFacts Client::facts() {
  ServerFacts facts = backend_->statistics->facts(wall(), *settings_);
  for (const ActorInfo& one : backend_->store.children())
    facts.mailboxes.push_back({one.path, one.mailbox_depth, one.mailbox_capacity, one.overflowed});
  facts.overflowed = backend_->system->dead_letters()[Undelivered::overflow];
  facts.stalls = backend_->system->stalls().total();
  return facts;
}

}  // namespace troupe::kv
