#include <cstdio>

#include <troupe/troupe.hpp>

struct Counter {  // any class with on() overloads is an actor
  long value = 0;
  long on(int by) { return value += by; }  // any movable type is a message
};

int main() {
  troupe::System system;
  auto counter = system.spawn<Counter>();
  counter.tell(40);
  std::printf("%ld\n", counter.ask(2).get());
}
