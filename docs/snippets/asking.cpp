// The code of docs/asking.md.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <unistd.h>

#include <troupe/troupe.hpp>

#include "expect.hpp"

using namespace std::chrono_literals;

struct Put {
  std::string key;
  std::string value;
};
struct Get {
  std::string key;
};
struct Forget {};

class Store {
 public:
  bool on(Put&& put) {
    last_ = std::move(put);
    return true;
  }
  std::string on(const Get& get) const { return get.key == last_.key ? last_.value : "?"; }
  void on(const Forget&, troupe::Reply<int>) {}  // drops its Reply

 private:
  Put last_;
};

struct Silent {
  void on(const Get&, troupe::Reply<std::string> reply) { kept = std::move(reply); }
  troupe::Reply<std::string> kept;
};

struct Clumsy {
  std::string on(const Get&) { throw std::runtime_error("dropped the lot"); }
};

void from_a_thread(troupe::Ref<Store> store) {
  store.tell<Put>("k", "1");  // built in place, in the envelope
  Put put{"k", "2"};
  store.tell(std::move(put));                     // or moved in
  std::string value = store.ask<Get>("k").get();  // blocks this thread
  expect(value == "2");

  auto refused = store.try_tell(Put{"k", "3"});
  expect(refused.has_value());
}

void deadlines(troupe::Ref<Silent> silent) {
  auto outcome = silent.try_ask<Get>("k").within(10ms).get();
  if (!outcome && outcome.error().reason() == troupe::Reason::timeout) return;
  expect(false);
}

void failures(troupe::Ref<Clumsy> clumsy, troupe::Ref<Store> store) {
  try {
    std::string value = clumsy.ask<Get>("k").get();
    expect(false);
  } catch (const troupe::AskError& error) {
    expect(error.reason() == troupe::Reason::failed);
    expect(std::string(error.what()) ==
           "Get asked of Clumsy got no answer: the handler threw: std::runtime_error: dropped the lot");
    try {
      std::rethrow_exception(error.cause());  // what the handler threw
    } catch (const std::runtime_error& cause) {
      expect(std::string(cause.what()) == "dropped the lot");
    }
  }
  auto forgotten = store.try_ask<Forget>().get();
  expect(forgotten.error().reason() == troupe::Reason::broken_promise);
  clumsy.join().get();
  expect(clumsy.try_ask<Get>("k").get().error().reason() == troupe::Reason::stopped);
}

std::size_t count_lines(const std::string& path) {
  std::ifstream file(path);
  return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
}

struct Compare {
  std::string key;
};
struct Race {
  std::string key;
};
struct Gather {
  std::string key;
};
struct Count {
  std::string path;
};
struct Keep {
  std::string text;
};
struct Lookup {
  std::string key;
};

class Client : public troupe::Actor<Client> {
 public:
  Client(troupe::Ref<Store> left, troupe::Ref<Store> right, troupe::Ref<Silent> silent)
      : left_(left), right_(right), silent_(silent) {}

  troupe::Task<bool> on(const Compare& compare) {
    auto [left, right] = co_await troupe::all(left_.ask<Get>(compare.key), right_.ask<Get>(compare.key));
    co_return left == right;
  }

  troupe::Task<std::string> on(const Race& race) {
    auto winner = co_await troupe::first(silent_.ask<Get>(race.key), left_.ask<Get>(race.key));
    co_return std::visit([](const std::string& value) { return value; }, winner);
  }

  troupe::Task<std::string> on(const Gather& gather) {
    std::vector<troupe::Ask<std::string>> asks;
    for (const troupe::Ref<Store>& store : {left_, right_}) asks.push_back(store.ask<Get>(gather.key));
    const std::vector<std::string> values = co_await troupe::all(std::move(asks));
    std::string joined;
    for (const std::string& value : values) joined += value;
    co_return joined;
  }

  troupe::Task<std::size_t> on(const Count& count) {
    std::size_t lines = co_await troupe::blocking(count_lines, count.path);
    co_return lines;
  }

  troupe::Task<bool> on(const Keep& keep) {
    Put put{"text", keep.text};
    const bool kept = co_await left_.ask(troupe::take(put));  // moves the named message in
    const bool there = co_await is_kept(keep.text);
    co_return kept&& there;
  }

  troupe::Ask<std::string> on(const Lookup& lookup) { return left_.ask<Get>(lookup.key); }

 private:
  /// A part of a handler that waits is a Task as well.
  troupe::Task<bool> is_kept(std::string text) {
    const std::string value = co_await left_.ask<Get>("text");
    co_return value == text;
  }

  troupe::Ref<Store> left_;
  troupe::Ref<Store> right_;
  troupe::Ref<Silent> silent_;
};

int main() {
  troupe::System system({.log = &troupe::null_log()});
  auto left = system.spawn<Store>();
  auto right = system.spawn<Store>();
  auto silent = system.spawn<Silent>();
  from_a_thread(left);
  deadlines(silent);
  failures(system.spawn<Clumsy>(), left);

  right.tell<Put>("k", "2");
  left.tell<Put>("k", "2");
  auto client = system.spawn<Client>(left, right, silent);
  expect(client.ask<Compare>("k").get());
  expect(client.ask<Race>("k").get() == "2");
  expect(client.ask<Gather>("k").get() == "22");
  expect(client.ask<Keep>("kept").get());
  expect(client.ask<Lookup>("text").get() == "kept");
  expect(client.ask<Count>("/dev/null").get() == 0);
  auto [one, two] = troupe::all(left.ask<Get>("text"), right.ask<Get>("k")).get();
  expect(one == "kept" && two == "2");
}
