// The code of docs/actors.md.
#include <chrono>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <troupe/troupe.hpp>

#include "expect.hpp"

using namespace std::chrono_literals;

namespace handlers {
struct Measured {
  double celsius;
};
struct Label {
  std::string text;
};
struct Attach {
  std::unique_ptr<int> device;
};
struct GetTemperature {};

struct Thermometer {
  double celsius = 0;
  std::string label;
  std::unique_ptr<int> device;

  void on(Measured message) { celsius = message.celsius; }           // by value
  void on(const Label& message) { label = message.text; }            // by reference to const
  void on(Attach&& message) { device = std::move(message.device); }  // by rvalue: take it apart
  double on(GetTemperature) const { return celsius; }                // its result is the answer
};

static_assert(troupe::handles<Thermometer, Measured>);
static_assert(!troupe::handles<Thermometer, double>);
static_assert(std::is_same_v<troupe::reply_t<Thermometer, GetTemperature>, double>);

void run() {
  troupe::System system;
  auto thermometer = system.spawn<Thermometer>();
  thermometer.tell(Attach{std::make_unique<int>(1)});
  thermometer.tell<Label>("kitchen");
  thermometer.tell<Measured>(21.5);
  expect(thermometer.ask<GetTemperature>().get() == 21.5);
}
}  // namespace handlers

namespace base {
struct Ping {};

class Player : public troupe::Actor<Player> {
 public:
  explicit Player(int rounds) : rounds_(rounds) {}
  void on(Ping) {
    if (--rounds_ > 0) {
      self().tell(Ping{});
    } else {
      stop();
    }
  }

 private:
  int rounds_;
};

void run() {
  troupe::System system;
  auto player = system.spawn<Player>({.name = "player"}, 3);
  player.tell(Ping{});
  player.join().get();
  expect(!player.alive());
}
}  // namespace base

namespace turns {
struct GetRate {};
struct Convert {
  long cents;
};
struct GetCount {};

struct Rates {
  long on(GetRate) const { return 2; }
};

class Converter {
 public:
  static constexpr troupe::Turns turns = troupe::reentrant;
  explicit Converter(troupe::Ref<Rates> rates) : rates_(rates) {}

  troupe::Task<long> on(Convert message) {
    ++under_way_;
    const long rate = co_await rates_.ask<GetRate>();  // other messages may be handled here
    --under_way_;
    const long converted = rate * message.cents;
    co_return converted;
  }
  int on(GetCount) const { return under_way_; }

 private:
  troupe::Ref<Rates> rates_;
  int under_way_ = 0;
};

void run() {
  troupe::System system;
  auto converter = system.spawn<Converter>(system.spawn<Rates>());
  expect(converter.ask<Convert>(21).get() == 42);
  expect(converter.ask<GetCount>().get() == 0);
}
}  // namespace turns

namespace lifecycle {
std::vector<std::string> news;

class Server : public troupe::Actor<Server> {
 public:
  troupe::Task<void> on(troupe::Started) {  // the first turn; may wait
    co_await troupe::blocking([] { news.push_back("opened"); });
  }
  void on(troupe::Stopping stopping) {  // the last call before the destructor
    news.push_back("stopping: " + std::string(to_string(stopping.reason)));
  }
  void on(int) { news.push_back("handled a message"); }
};

void run() {
  troupe::System system;
  auto server = system.spawn<Server>();
  server.tell(1);
  expect(system.shutdown().clean());
  expect(news == std::vector<std::string>{"opened", "handled a message", "stopping: stopped"});
}
}  // namespace lifecycle

namespace children {
struct AddSession {};

class Session : public troupe::Actor<Session> {
 public:
  explicit Session(std::vector<std::string>& ended) : ended_(ended) {}
  void on(troupe::Stopping) { ended_.push_back(path()); }

 private:
  std::vector<std::string>& ended_;
};

class Sessions : public troupe::Actor<Sessions> {
 public:
  explicit Sessions(std::vector<std::string>& ended) : ended_(ended) {}
  void on(AddSession) { spawn<Session>(ended_); }
  void on(const std::string& name) { spawn<Session>({.name = name}, ended_); }

 private:
  std::vector<std::string>& ended_;
};

void run() {
  std::vector<std::string> ended;
  troupe::System system;
  auto sessions = system.spawn<Sessions>({.name = "sessions"}, ended);
  sessions.tell(AddSession{});
  sessions.tell(std::string("ann"));
  sessions.stop();
  sessions.join().get();
  expect(ended == std::vector<std::string>{"sessions/ann", "sessions/0"});
}
}  // namespace children

namespace stash {
struct Connected {};
struct Query {
  std::string text;
};

class Database : public troupe::Actor<Database> {
 public:
  std::string on(const Query& query) {
    if (!connected_) {
      stash(query);  // its asker goes on waiting
      return {};     // not an answer: the stashed message is answered when it is handled
    }
    return "result of " + query.text;
  }
  void on(Connected) {
    connected_ = true;
    unstash_all();
  }

 private:
  bool connected_ = false;
};

class Client {
 public:
  explicit Client(troupe::Ref<Database> database) : database_(database) {}
  troupe::Task<std::string> on(const std::string& text) {
    std::string result = co_await database_.ask<Query>(text);
    co_return result;
  }

 private:
  troupe::Ref<Database> database_;
};

void run() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.scheduler = &scheduler});
  auto database = system.spawn<Database>({.stash_capacity = 100});
  auto client = system.spawn<Client>(database);
  database.tell<Query>("nobody waits for this");
  scheduler.run_until_idle();
  database.tell(Connected{});
  expect(client.ask(std::string("select")).get() == "result of select");
}
}  // namespace stash

namespace timers {
struct Poll {};
struct GiveUp {};
struct Received {};

class Poller : public troupe::Actor<Poller> {
 public:
  explicit Poller(std::vector<std::string>& events) : events_(events) {}

  void on(troupe::Started) {
    every(100ms, Poll{});
    after("idle", 350ms, GiveUp{});
  }
  void on(Poll) { events_.push_back("poll"); }
  void on(Received) { after("idle", 350ms, GiveUp{}); }  // the same key: replaces the timer
  void on(GiveUp) { stop(); }

 private:
  std::vector<std::string>& events_;
};

void run() {
  std::vector<std::string> events;
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.scheduler = &scheduler});
  auto poller = system.spawn<Poller>(events);
  scheduler.advance(200ms);
  poller.tell(Received{});
  scheduler.advance(349ms);
  expect(poller.alive());
  scheduler.advance(1ms);
  expect(!poller.alive());
  expect(events.size() == 5);
}
}  // namespace timers

namespace watching {
struct Job {};

struct Worker {
  void on(Job) { throw std::runtime_error("out of paper"); }
};

class Foreman : public troupe::Actor<Foreman> {
 public:
  explicit Foreman(std::string& report) : report_(report) {}
  void on(troupe::Started) {
    worker_ = spawn<Worker>({.name = "worker"});
    watch(worker_);
    worker_.tell(Job{});
  }
  void on(const troupe::Terminated& news) {
    if (news.is(worker_)) report_ = news.path + " has " + std::string(to_string(news.reason));
    stop();
  }

 private:
  troupe::Ref<Worker> worker_;
  std::string& report_;
};

void run() {
  std::string report;
  troupe::System system({.log = &troupe::null_log()});
  auto foreman = system.spawn<Foreman>({.name = "foreman"}, report);
  foreman.join().get();
  expect(report == "foreman/worker has failed");
}
}  // namespace watching

namespace recipients {
struct Finished {
  int result;
};
struct GetName {};

// Knows nobody's class: whoever takes these messages will do.
class Multiplier {
 public:
  using Client = troupe::Recipient<Finished, std::string(GetName)>;  // told Finished, asked GetName
  explicit Multiplier(Client client) : client_(client) {}
  troupe::Task<void> on(int number) {
    const std::string name = co_await client_.ask<GetName>();
    client_.tell<Finished>(number * static_cast<int>(name.size()));
  }

 private:
  Client client_;
};

class Boss : public troupe::Actor<Boss> {
 public:
  explicit Boss(int& result) : result_(result) {}
  void on(troupe::Started) { spawn<Multiplier>(self()).tell(14); }
  void on(Finished message) {
    result_ = message.result;
    stop();
  }
  std::string on(GetName) const { return "Ada"; }

 private:
  int& result_;
};

void run() {
  int result = 0;
  troupe::System system;
  system.spawn<Boss>(result).join().get();
  expect(result == 42);
}
}  // namespace recipients

namespace replies {
struct Reserve {
  std::string table;
};
struct Free {};
struct Fetch {
  int page;
  troupe::Reply<std::string> reply{};
};

struct Archive {
  void on(Fetch&& fetch) { fetch.reply.answer("page " + std::to_string(fetch.page)); }
};

class Restaurant {
 public:
  explicit Restaurant(troupe::Ref<Archive> archive) : archive_(archive) {}

  void on(const Reserve&, troupe::Reply<int> reply) { waiting_.push_back(std::move(reply)); }
  void on(Free) {  // answers in another turn than the one that was asked
    int table = 0;
    for (troupe::Reply<int>& reply : waiting_) reply.answer(++table);
    waiting_.clear();
  }
  void on(Fetch&& fetch) { archive_.tell(std::move(fetch)); }  // lets another actor answer

 private:
  troupe::Ref<Archive> archive_;
  std::vector<troupe::Reply<int>> waiting_;
};

void run() {
  troupe::System system;
  auto restaurant = system.spawn<Restaurant>(system.spawn<Archive>());
  expect(restaurant.ask<Fetch>(7).get() == "page 7");
  auto outcome = restaurant.try_ask<Reserve>("window").within(5ms).get();
  expect(!outcome && outcome.error().reason() == troupe::Reason::timeout);
}
}  // namespace replies

int main() {
  handlers::run();
  base::run();
  turns::run();
  lifecycle::run();
  children::run();
  stash::run();
  timers::run();
  watching::run();
  recipients::run();
  replies::run();
}
