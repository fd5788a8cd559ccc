// The code of docs/pools-and-topics.md.
#include <cstdint>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <troupe/troupe.hpp>

#include "expect.hpp"

struct Resize {
  std::string picture;
};
struct Count {};

class Resizer {
 public:
  explicit Resizer(int width) : width_(width) {}
  std::string on(const Resize& job) {
    if (job.picture.empty()) throw std::invalid_argument("no picture");
    ++done_;
    return job.picture + "@" + std::to_string(width_);
  }
  int on(Count) const { return done_; }

 private:
  int width_;
  int done_ = 0;
};

void pools(troupe::System& system) {
  auto resizers =
      system.spawn<troupe::Pool<Resizer>>({.name = "resizers"}, troupe::PoolOptions{.size = 4}, 640);
  resizers.tell<Resize>("cat");
  std::string small = resizers.ask<Resize>("dog").get();  // from the worker whose turn it is
  troupe::Recipient<Resize> recipient = resizers;         // what a Resizer handles, its pool accepts
  expect(small == "dog@640" && recipient);

  troupe::resize(resizers, 8);  // at once, from any thread
  int done = 0;
  for (const troupe::Ref<Resizer>& worker : resizers.ask<troupe::Workers>().get())
    done += worker.ask<Count>().get();
  expect(done == 2);
}

void under_a_supervisor(troupe::System& system) {
  auto shop = system.supervise({.name = "shop"});
  auto pool = shop.spawn<troupe::Pool<Resizer, troupe::LeastLoaded>>(
      {.name = "resizers"},
      troupe::PoolOptions{
          .size = 2, .intensity = {.restarts = 10}, .backoff = {.first = std::chrono::milliseconds(1)}},
      640);
  expect(!pool.try_ask<Resize>("").get());  // its worker crashes, and is built anew
  expect(pool.ask<Resize>("cat").get() == "cat@640");
}

struct Put {
  std::string key;
  int value;
};
struct Get {
  std::string key;
};
class Shard {
 public:
  void on(const Put& put) { last_ = put.value; }
  int on(const Get&) const { return last_; }

 private:
  int last_ = 0;
};

struct ByKey {
  const std::string& operator()(const Put& put) const { return put.key; }
  const std::string& operator()(const Get& get) const { return get.key; }
};

void by_key(troupe::System& system) {
  auto store =
      system.spawn<troupe::Pool<Shard, troupe::ConsistentHash<ByKey>>>(troupe::PoolOptions{.size = 4});
  store.tell<Put>("tea", 3);
  expect(store.ask<Get>("tea").get() == 3);  // the same shard
}

void work_pool(troupe::System& system) {
  auto pool = system.spawn<troupe::WorkPool<Resizer>>(
      troupe::PoolOptions{.size = 4, .intensity = {.restarts = 100}, .attempts = 3}, 640);
  std::string small = pool.ask<Resize>("dog").get();
  expect(small == "dog@640");

  auto outcome = pool.try_ask<Resize>("").get();  // three workers crash on it
  expect(outcome.error().reason() == troupe::Reason::failed);
  for (const troupe::Quarantined& job : system.quarantined()) system.discard(job.number);
}

struct Price {
  std::string item;
  int cents;
};

class Shelf : public troupe::Actor<Shelf> {
 public:
  explicit Shelf(troupe::Ref<troupe::Topic<Price>> prices) { prices.tell<troupe::Subscribe<Price>>(self()); }
  void on(const Price& price) { label_ = price.item + ": " + std::to_string(price.cents); }
  std::string on(Count) const { return label_; }

 private:
  std::string label_;
};

void topics(troupe::System& system) {
  auto prices =
      system.spawn<troupe::Topic<Price>>({.name = "prices"}, troupe::TopicOptions{.keep_last = true});
  prices.tell<Price>("tea", 250);
  auto shelf = system.spawn<Shelf>(prices);  // subscribes, and gets the last price at once
  prices.ask<troupe::CountSubscribers>().get();
  expect(shelf.ask<Count>().get() == "tea: 250");
}

int main() {
  troupe::System system({.log = &troupe::null_log()});
  pools(system);
  under_a_supervisor(system);
  by_key(system);
  work_pool(system);
  topics(system);
}
