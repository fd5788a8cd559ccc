#include "actors/hub.hpp"
#include <string>
#include <utility>

#include "pubsub/hub_commands.hpp"

namespace troupe::kv {

// What fails once more isn't tried for ever.
Hub::Hub(std::shared_ptr<HubState> state, std::shared_ptr<Statistics> statistics)
    : state_(std::move(state)), statistics_(std::move(statistics)) {
  const auto unfinished = std::exchange(state_->unfinished, std::nullopt);
  if (unfinished) change(*unfinished);
}

namespace {
/// A client that loses one message must not be told the next as if nothing had happened.
template <class... Args>
void publish(const Subscriber& to, Args&&... args) {
  const auto told = to.try_tell<Published>(std::forward<Args>(args)...);
  if (!told && told.error().reason == Reason::overflow) static_cast<void>(to.try_tell<CutOff>());
}
}  // namespace

void Hub::on(AskHub&& question) {
  crash_test_.strike();
  const Request& request = *question.request;
  std::shared_ptr<const Publication> publication;
  // Made with the first receiver: most channels that are published to have none.
  const auto shared = [&] {
    if (!publication)
      publication = std::make_shared<Publication>(std::string(request[1]), std::string(request[2]));
    return publication;
  };
  execute_on_hub(
      subscriptions_, *question.request, [&](const Listener& who) { publish(who.address, shared()); },
      [&](const Listener& who, std::string_view pattern) {
        publish(who.address, shared(), std::string(pattern), true);
      });
  question.send_home();
}

void Hub::on(SubscriptionsChanged&& news) {
  state_->unfinished = std::move(news);
  crash_test_.strike();
  change(*state_->unfinished);
  state_->unfinished.reset();
}

void Hub::change(const SubscriptionsChanged& news) {
  const Listener who{news.who, news.client};
  for (const SubscriptionChange& change : news.changes) {
    if (change.kind == SubscriptionChange::Kind::channel) {
      change.added ? subscriptions_.subscribe(change.name, who)
                   : subscriptions_.unsubscribe(change.name, who);
    } else {
      change.added ? subscriptions_.subscribe_pattern(change.name, who)
                   : subscriptions_.unsubscribe_pattern(change.name, who);
    }
  }
  statistics_->pubsub_channels.store(subscriptions_.channels().size(), std::memory_order_relaxed);
  statistics_->pubsub_patterns.store(subscriptions_.patterns(), std::memory_order_relaxed);
}

}  // namespace troupe::kv
