// expect: troupe: .*no handler
// expect: \bSink\b
// expect: \bReset\b
// not: no matching function
#include <any>

#include <troupe/troupe.hpp>

struct Reset {};
struct Sink {
  void on(std::any) {}
};

void reset(troupe::Ref<Sink> sink) { sink.tell(Reset{}); }
