// What the tests of deadlocks share: an actor that does what it is told, and one that collects reports.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

namespace troupe_test {

/// An exclusive actor, so nobody else gets a turn while it awaits.
class Fork final : public troupe::Actor<Fork> {
 public:
  using Body = std::function<troupe::Task<int>(Fork&)>;
  struct Do {
    Body body;
  };
  struct Take {};
  struct Note {};
  /// To be answered by whoever gets the Reply.
  struct Defer {
    std::function<void(Fork&, troupe::Reply<int>)> give;
  };
  /// Asks that one before it answers.
  struct AskBack {
    troupe::Ref<Fork> whom;
  };
  struct AnswerAndAskBack {
    troupe::Ref<Fork> whom;
    Signal* asked;
  };
  /// Its Reply goes on with it.
  struct Forwarded {
    troupe::Reply<int> reply;
  };

  troupe::Task<int> on(const Do& message) { co_return co_await message.body(*this); }
  int on(Take) { return 1; }
  void on(Note) { ++notes; }
  void on(const Defer& message, troupe::Reply<int> reply) { message.give(*this, std::move(reply)); }
  troupe::Task<> on(const AskBack& message, troupe::Reply<int> reply) {
    const int answer = co_await message.whom.ask(Take{});
    reply.answer(answer + 1);
  }
  troupe::Task<> on(const AnswerAndAskBack& message, troupe::Reply<int> reply) {
    reply.answer(2);
    static_cast<void>(co_await message.whom.ask(Take{}));
    message.asked->set();
  }
  void on(Forwarded message) { message.reply.answer(7); }

  using Actor::path;
  using Actor::self;
  using Actor::stop;

  troupe::Reply<int> kept;
  std::vector<troupe::Reply<int>> parked;
  int notes = 0;
};

/// Keeps the reports of a system.
class Reports {
 public:
  /// @pre it outlives the system
  void listen_to(troupe::System& system) {
    system.subscribe_deadlocks(system.spawn<Clerk>({.name = "clerk"}, this));
  }
  std::vector<troupe::Deadlock> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }
  const Signal& first() const { return first_; }

 private:
  struct Clerk {
    explicit Clerk(Reports* to) : reports(to) {}
    void on(const troupe::Deadlock& deadlock) {
      {
        const std::lock_guard lock(reports->mutex_);
        reports->all_.push_back(deadlock);
      }
      reports->first_.set();
    }
    Reports* reports;
  };
  mutable std::mutex mutex_;
  std::vector<troupe::Deadlock> all_;
  Signal first_;
};

/// Some Forks in a world that keeps the reports.
class Table {
 public:
  explicit Table(const RunOn& run, bool inline_asks = true, troupe::SystemOptions options = {})
      : world(run, options), inline_asks_(inline_asks) {
    reports.listen_to(world.system());
  }

  /// forka, forkb, ...
  std::vector<troupe::Ref<Fork>> forks(std::size_t count) {
    std::vector<troupe::Ref<Fork>> made;
    std::string name = "forka";
    for (; count > 0; --count, ++name.back())
      made.push_back(world->spawn<Fork>({.name = name, .inline_asks = inline_asks_}));
    return made;
  }
  /// Waits for the first.
  troupe::Deadlock report() {
    world.await(reports.first());
    return reports.all().front();
  }

  Reports reports;  // its clerk writes to it until the world ends
  World world;

 private:
  bool inline_asks_;
};

}  // namespace troupe_test
