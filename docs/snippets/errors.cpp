// The run-time errors of docs/errors.md, provoked one by one.
#include <chrono>
#include <string>
#include <string_view>

#include <troupe/troupe.hpp>

#include "expect.hpp"

using namespace std::chrono_literals;

/// The text of the error that the call ends with.
template <class Error, class Call>
std::string text_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

void shows(const std::string& text, std::string_view wanted,
           std::source_location where = std::source_location::current()) {
  if (text.find(wanted) == text.npos) std::fprintf(stderr, "it says: %s\n", text.c_str());
  expect(text.find(wanted) != text.npos, where);
}

struct GetValue {};
struct Counter {
  long on(GetValue) const { return 1; }
};
struct BlockingGet {};
struct AskMyself {};
struct ShutDown {};
struct StashMe {};
struct RepeatTooFast {};

class Sinner : public troupe::Actor<Sinner> {
 public:
  Sinner(troupe::System& system, troupe::Ref<Counter> counter) : system_(system), counter_(counter) {}
  long on(BlockingGet) { return counter_.ask<GetValue>().get(); }
  troupe::Task<long> on(AskMyself) {
    const long value = co_await self().ask<AskMyself>();
    co_return value;
  }
  void on(ShutDown) { static_cast<void>(system_.shutdown()); }
  void on(StashMe message) { stash(message); }
  void on(RepeatTooFast message) { every(10us, message); }

 private:
  troupe::System& system_;
  troupe::Ref<Counter> counter_;
};

struct Thrower {
  void on(const std::string& text) { throw std::runtime_error(text); }
};

int main() {
  troupe::System system({.log = &troupe::null_log()});
  auto counter = system.spawn<Counter>({.name = "counter"});
  const auto sin = [&]<class Message>(Message message) {
    auto sinner = system.spawn<Sinner>({.stash_capacity = 0}, system, counter);
    return text_of<troupe::AskError>([&] { static_cast<void>(sinner.ask(message).get()); });
  };

  shows(sin(BlockingGet{}),
        " called get() on an ask of Counter while it handled BlockingGet: an actor must not ");
  shows(sin(AskMyself{}), " asks itself AskMyself: it would wait for ever for its own turn to end");
  shows(sin(ShutDown{}), " called System::shutdown: it would wait for its own end");
  shows(sin(StashMe{}), " can't stash another message: it holds 0; unstash earlier");
  shows(sin(RepeatTooFast{}), " can't repeat RepeatTooFast: its period must be at least 1 ms");

  auto thrower = system.spawn<Thrower>();
  shows(text_of<troupe::AskError>([&] { thrower.ask(std::string("ouch")).get(); }),
        " got no answer: the handler threw: std::runtime_error: ouch");

  shows(text_of<troupe::SpawnError>([&] { system.spawn<Counter>({.name = "counter"}); }),
        "can't spawn Counter as 'counter': a living actor has this path");
  shows(text_of<troupe::UsageError>([&] { system.spawn<Counter>({.name = "a/b"}); }), "'/' separates");
  shows(text_of<troupe::UsageError>([&] { system.spawn<Counter>({.name = "7"}); }), "numbers are the paths");
  shows(text_of<troupe::UsageError>([&] { system.spawn<Counter>({.group = "io"}); }),
        "there is no thread group 'io': add it first");
  system.add_group("io", {});
  shows(text_of<troupe::UsageError>([&] { system.add_group("io", {}); }),
        "there is a thread group 'io' already");
  shows(text_of<troupe::UsageError>([&] { system.add_group("idle", {.threads = 0}); }),
        "can't have 0 threads: 1 to 256");
  auto ask = counter.ask<GetValue>();
  static_cast<void>(std::move(ask).get());
  shows(text_of<troupe::UsageError>([&] { static_cast<void>(std::move(ask).get()); }),
        "an ask was awaited a second time, or after it was moved");
  shows(text_of<troupe::UsageError>([&] { troupe::Ref<Thrower>().tell(std::string("to nobody")); }),
        "a message was sent through an empty address");
  shows(text_of<troupe::UsageError>([&] { const Sinner made(system, counter); }),
        "an object of class Sinner was made outside of spawn");

  expect(system.shutdown().clean());
  shows(text_of<troupe::SpawnError>([&] { system.spawn<Counter>(); }), "it is stopping");
}
