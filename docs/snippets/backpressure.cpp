// The code of docs/backpressure.md.
#include <string>
#include <utility>
#include <vector>

#include <troupe/troupe.hpp>

#include "expect.hpp"

struct Put {
  std::string key;
  std::string value;
};
struct Count {};
struct Rebuild {};
struct Upload {
  std::vector<std::string> lines;
};
struct Line {
  std::string text;
};

class Store {
 public:
  void on(const Put&) { ++count_; }
  void on(Rebuild) {}
  int on(Count) const { return count_; }

 private:
  int count_ = 0;
};
using Index = Store;

int given_back = 0;
void retry_later(const Put&) { ++given_back; }

class Uploader {
 public:
  explicit Uploader(troupe::Ref<Store> store) : store_(store) {}

  troupe::Task<> on(const Upload& upload) {
    for (const std::string& line : upload.lines) co_await store_.deliver<Put>(line, "value");
  }
  troupe::Ask<> on(const Line& line) {
    if (line.text.empty()) return {};  // nothing to wait for
    return store_.deliver<Put>(line.text, "value");
  }

 private:
  troupe::Ref<Store> store_;
};

struct Cancel {};
struct Pause {};
struct Fetch {};
struct Log {};

class Crawler {
 public:
  using urgent = troupe::Messages<Cancel, Pause>;

  void on(Cancel) { log_ += "cancel "; }
  void on(Pause) { log_ += "pause "; }
  void on(Fetch) { log_ += "fetch "; }
  std::string on(Log) const { return log_; }

 private:
  std::string log_;
};

void bounds() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  auto store = system.spawn<Store>({.name = "store", .mailbox = troupe::bounded(1000)});

  for (int i = 0; i < 1000; ++i) store.tell<Put>("key", "value");
  if (auto told = store.try_tell<Put>("key", "value"); !told) {
    // Reason::overflow, or Reason::stopped; the message is in told.error().message
    retry_later(std::move(told.error().message));
  }
  expect(given_back == 1);
  expect(store.ask<Count>().get() == 1000);
}

void limits() {
  troupe::System system({.mailbox = troupe::bounded(10'000)});
  auto index = system.spawn<Index>(
      {.mailbox = troupe::bounded(1000).with(troupe::limit<Rebuild>(1), troupe::limit<Put>(900))});
  index.tell<Rebuild>();
  expect(index.ask<Count>().get() == 0);
}

void waiting() {
  troupe::System system;
  auto store = system.spawn<Store>({.mailbox = troupe::bounded(2)});
  auto uploader = system.spawn<Uploader>(store);
  uploader.ask<Upload>(std::vector<std::string>(100, "line")).get();
  expect(store.ask<Count>().get() == 100);
  uploader.ask<Line>("").get();
  uploader.ask<Line>("line").get();
  expect(store.ask<Count>().get() == 101);
}

void urgent() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.scheduler = &scheduler});
  auto crawler = system.spawn<Crawler>();
  crawler.tell<Fetch>();
  crawler.tell<Fetch>();
  crawler.tell<Cancel>();
  expect(crawler.ask<Log>().get() == "cancel fetch fetch ");
}

int main() {
  bounds();
  limits();
  waiting();
  urgent();
}
