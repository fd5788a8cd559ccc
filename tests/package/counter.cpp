#include <troupe/troupe.hpp>

struct Increment {
  int by = 1;
};
struct GetValue {};

struct Counter {
  long value = 0;
  void on(Increment m) { value += m.by; }
  long on(GetValue) const { return value; }
};

int main() {
  troupe::System system;
  auto counter = system.spawn<Counter>();
  counter.tell<Increment>(5);
  counter.tell(Increment{5});
  return counter.ask<GetValue>().get() == 10 ? 0 : 1;
}
