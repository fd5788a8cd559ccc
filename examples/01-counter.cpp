// Ten threads increment one counter. There is no lock, and no update is lost: an actor handles one message at
// a time.
#include <cstdio>
#include <thread>
#include <vector>

#include <troupe/troupe.hpp>

struct Increment {
  int by = 1;
};
struct Decrement {
  int by = 1;
};
struct GetValue {};

class Counter {
 public:
  void on(Increment message) { value_ += message.by; }
  void on(Decrement message) { value_ -= message.by; }
  long on(GetValue) const { return value_; }  // what a handler returns is its answer
  void on(troupe::Stopping) const { std::printf("the counter stops at %ld\n", value_); }

 private:
  long value_ = 0;
};

int main() {
  troupe::System system;
  const troupe::Ref<Counter> counter = system.spawn<Counter>();

  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([counter] {  // an address is a value: each thread has a copy of its own
      for (int k = 0; k < 1000; ++k) counter.tell(Increment{});
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::printf("after 10 x 1000 increments: %ld\n", counter.ask<GetValue>().get());

  counter.tell<Increment>(5);  // built in place, in the envelope that carries it
  counter.tell<Decrement>(8);
  std::printf("5 more and 8 less: %ld\n", counter.ask<GetValue>().get());

  return system.shutdown().clean() ? 0 : 1;
}
