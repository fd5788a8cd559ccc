#include "session/conversation.hpp"
#include <cassert>
#include <span>
#include <utility>
#include <vector>

#include "commands/command.hpp"
#include "pubsub/published_message.hpp"
#include "routing/merge.hpp"
#include "routing/split.hpp"

namespace troupe::kv {

Conversation::Conversation(Session session, std::shared_ptr<const Settings> settings,
                           const Sharding& sharding, Host& host)
    : session_(std::move(session)),
      settings_(std::move(settings)),
      sharding_(sharding),
      host_(host),
      parser_(settings_->limits),
      budget_(std::make_shared<AnswerBudget>(settings_->max_output_buffer_bytes)),
      pool_(budget_) {
  session_.authenticated = settings_->password.empty();
}

void Conversation::use(std::shared_ptr<const Settings> settings) {
  settings_ = std::move(settings);
  parser_.set_limits(settings_->limits);
}

std::size_t Conversation::receive(std::string_view bytes, WallTime now) {
  std::size_t used = 0;
  while (used < bytes.size() && takes_requests()) {
    if (reading_ == nullptr) reading_ = pool_.take();
    parser_.set_authenticated(!session_.must_authenticate(*settings_));
    const auto result = parser_.parse(bytes.substr(used), *reading_);
    used += result.consumed;
    if (result.status == RequestParser::Status::need_more) break;
    if (result.status == RequestParser::Status::failed) {
      fail_protocol();
      break;
    }
    handle(std::move(reading_), now);
  }
  return used;
}

void Conversation::handle(std::unique_ptr<Request> request, WallTime now) {
  ++counts_.commands;
  switch (admit(session_, *settings_, *request)) {
    case Admission::refused:
      return answer(std::move(request));
    case Admission::hostile:
      closing_ = true;
      output_.clear();
      return pool_.give_back(std::move(request));
    case Admission::admitted:
      break;
  }
  session_.last_command = request->command;
  session_.last_command_at = now;
  dispatch(std::move(request), now);
}

void Conversation::dispatch(std::unique_ptr<Request> request, WallTime now) {
  // The slot is opened before the request leaves, for its answer may come back from within the call.
  switch (route(sharding_, *request)) {
    case Route::answered:
      return answer(std::move(request));
    case Route::connection:
      return run_here(std::move(request), now);
    case Route::one_shard: {
      pipeline_.open(*request);
      const std::uint32_t shard = request->shard;
      return host_.to_shard(shard, std::move(request));
    }
    case Route::many_shards: {
      Split split = split_by_keys(*request, sharding_, pool_);
      return send_parts(std::move(request), std::move(split));
    }
    case Route::every_shard: {
      Split split = copy_to_every_shard(*request, sharding_, pool_);
      return send_parts(std::move(request), std::move(split));
    }
    case Route::hub:
      pipeline_.open(*request);
      return host_.to_hub(std::move(request));
    case Route::server:
      pipeline_.open(*request);
      return host_.to_server(std::move(request));
  }
}

void Conversation::run_here(std::unique_ptr<Request> request, WallTime now) {
  ConnectionContext context{session_, *settings_, now};
  request->command->on_connection(context, *request);
  // The hub hears of it before the client does, so that no message is missed after the confirmation.
  if (!context.subscription_changes.empty()) {
    host_.subscriptions_changed(context.subscription_changes);
    if (!pipeline_.empty()) messages_wait_for_ = pipeline_.next_sequence();
  }
  if (context.close) closing_ = true;
  if (context.shut_down) host_.shut_down();
  answer(std::move(request));
}

void Conversation::send_parts(std::unique_ptr<Request> whole, Split split) {
  pipeline_.open(std::move(whole), split);
  for (auto& part : split.parts) {
    const std::uint32_t shard = part->shard;
    host_.to_shard(shard, std::move(part));
  }
}

void Conversation::complete(std::unique_ptr<Request> request) {
  if (request->is_answer_dropped) {
    is_cut_off_ = true;
    return pool_.give_back(std::move(request));
  }
  budget_->remove(request->answer.size());
  if (request->answer.starts_with('-')) ++counts_.errors;
  pipeline_.complete(
      std::move(request), output_, pool_,
      [this](Request& whole, std::span<const std::unique_ptr<Request>> parts,
             std::span<const std::uint32_t> part_of_key) { merge_parts(whole, parts, part_of_key); });
}

void Conversation::merge_parts(Request& whole, std::span<const std::unique_ptr<Request>> parts,
                               std::span<const std::uint32_t> part_of_key) {
  // The shards have begun their counts anew; the server's own follow.
  if (whole.command->name == "config|resetstat") host_.reset_statistics();
  merge(whole, parts, part_of_key, whole.command->merge == Merge::info ? host_.facts() : ServerFacts{});
}

void Conversation::answer(std::unique_ptr<Request> request) {
  if (request->answer.starts_with('-')) ++counts_.errors;
  if (!pipeline_.empty()) return pipeline_.open_ready(std::move(request), output_, pool_);
  output_ += request->answer;
  pool_.give_back(std::move(request));
}

void Conversation::deliver(std::string_view channel, std::string_view payload) {
  if (closing_ || !session_.channels.contains(channel)) return;
  auto message = pool_.take();
  write_message(Reply(message->answer, session_.protocol), channel, payload);
  say(std::move(message));
}

void Conversation::deliver(std::string_view pattern, std::string_view channel, std::string_view payload) {
  if (closing_ || !session_.patterns.contains(pattern)) return;
  auto message = pool_.take();
  write_pattern_message(Reply(message->answer, session_.protocol), pattern, channel, payload);
  say(std::move(message));
}

// A message need not wait for answers, except for the confirmation that it is listened to, and for messages
// before it.
void Conversation::say(std::unique_ptr<Request> message) {
  if (pipeline_.empty() || pipeline_.first_sequence() > messages_wait_for_) {
    output_ += message->answer;
    return pool_.give_back(std::move(message));
  }
  messages_wait_for_ = pipeline_.next_sequence();
  pipeline_.open_ready(std::move(message), output_, pool_);
}

void Conversation::leave() {
  std::vector<SubscriptionChange> changes;
  using Kind = SubscriptionChange::Kind;
  for (const auto& name : session_.channels) changes.push_back({false, Kind::channel, name});
  for (const auto& name : session_.patterns) changes.push_back({false, Kind::pattern, name});
  session_.channels.clear();
  session_.patterns.clear();
  closing_ = true;
  if (!changes.empty()) host_.subscriptions_changed(changes);
}

void Conversation::fail_protocol() {
  closing_ = true;
  auto message = reading_ != nullptr ? std::move(reading_) : pool_.take();
  Reply(message->answer, session_.protocol).error(parser_.error());
  answer(std::move(message));
}

}  // namespace troupe::kv
