// expect: troupe: nobody would await what this handler returns
// errors: 1
#include <troupe/troupe.hpp>

struct Line {
  int number = 0;
};
struct Printer {
  void on(Line);
};
struct Scanner {
  troupe::Ref<Printer> printer;

  auto on(int number) { return printer.deliver<Line>(number); }
};

void tell(troupe::Ref<Scanner> scanner) { scanner.tell(1); }
