#include "actors/hub.hpp"
#include <string>
#include <utility>

#include "pubsub/hub_commands.hpp"

namespace troupe::kv {

void Hub::on(AskHub&& question) {
  const Request& request = *question.request;
  std::shared_ptr<const Publication> publication;
  // Made with the first receiver: most channels that are published to have none.
  const auto shared = [&] {
    if (!publication)
      publication = std::make_shared<Publication>(std::string(request[1]), std::string(request[2]));
    return publication;
  };
  execute_on_hub(
      subscriptions_, *question.request, [&](const Listener& who) { who.address.tell<Published>(shared()); },
      [&](const Listener& who, std::string_view pattern) {
        who.address.tell<Published>(shared(), std::string(pattern), true);
      });
  question.from.tell<Answered>(std::move(question.request));
}

void Hub::on(const SubscriptionsChanged& news) {
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
