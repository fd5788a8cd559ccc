// Topic<M>: who publishes doesn't know who listens.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <troupe/actor.hpp>
#include <troupe/recipient.hpp>

namespace troupe::inline v0 {

struct TopicOptions {
  detail::ByName by_name{detail::ByName::Key{}};

  /// Who subscribes gets the last message that was published at once, if there is one.
  bool keep_last = false;
};

/// Any actor that handles M subscribes by `topic.tell<Subscribe<M>>(self())`; or by ask, which is answered
/// when it has. Twice is once.
template <class M>
struct Subscribe {
  Recipient<M> subscriber;
};
template <class M>
struct Unsubscribe {
  Recipient<M> subscriber;
};
/// Asks a topic how many subscribers it has.
struct CountSubscribers {};

/// An actor: `system.spawn<Topic<Price>>()`. What is told to it goes to all who have subscribed, and have not
/// ended: `topic.tell<Price>(...)`. Each gets a copy, in the order of the publications, as if it were told to
/// it: so a slow subscriber delays nobody, and its own mailbox's rule holds. A message that is dear to copy
/// is published as a std::shared_ptr<const M>. A subscription is the topic's object's: its restart ends them.
template <class M>
class Topic final : public Actor<Topic<M>> {
 public:
  explicit Topic(const TopicOptions& options = {}) : keep_last_(options.keep_last) {
    static_assert(
        std::is_copy_constructible_v<M>,
        "troupe: each subscriber of a topic gets a copy, so the message must be copyable: publish a "
        "std::shared_ptr<const M> of what isn't");
  }

  void on(const M& message) {
    for (const Recipient<M>& subscriber : subscribers_) subscriber.template tell<M>(message);
    if (keep_last_) last_.emplace(message);
  }
  void on(const Subscribe<M>& news) {
    for (const Recipient<M>& one : subscribers_) {
      if (one == news.subscriber) return;
    }
    this->watch(news.subscriber);
    subscribers_.push_back(news.subscriber);
    if (last_) news.subscriber.template tell<M>(*last_);
  }
  void on(const Unsubscribe<M>& news) {
    this->unwatch(news.subscriber);
    std::erase(subscribers_, news.subscriber);
  }
  void on(const Terminated& news) {
    std::erase_if(subscribers_, [&](const Recipient<M>& one) { return news.is(one); });
  }
  std::size_t on(CountSubscribers) const { return subscribers_.size(); }

 private:
  const bool keep_last_;
  std::vector<Recipient<M>> subscribers_;
  std::optional<M> last_;
};

}  // namespace troupe::inline v0
