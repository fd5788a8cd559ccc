// A fast scanner, a slow printer with room for two pages, and each rule for what finds no room. Time is
// virtual, so the program takes none, and says the same each time.
#include <chrono>
#include <cstdio>
#include <string>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

namespace {

struct Page {
  int number = 0;
};
struct Ink {
  troupe::Reply<void> reply;
};
struct Dry {};
struct Printed {};

/// Takes a second for each page.
class Ribbon : public troupe::Actor<Ribbon> {
 public:
  void on(Ink&& ink) {
    waiting_ = std::move(ink.reply);
    after(1s, Dry{});
  }
  void on(Dry) { waiting_.answer(); }

 private:
  troupe::Reply<void> waiting_;
};

class Printer : public troupe::Actor<Printer> {
 public:
  explicit Printer(troupe::Ref<Ribbon> ribbon) : ribbon_(ribbon) {}

  troupe::Task<> on(const Page& page) {
    co_await ribbon_.ask<Ink>();
    printed_ += ' ' + std::to_string(page.number);
  }
  std::string on(Printed) const { return printed_; }

 private:
  troupe::Ref<Ribbon> ribbon_;
  std::string printed_;
};

struct Scan {
  int pages = 0;
};

/// Scans as fast as it can, and doesn't care.
class HastyScanner {
 public:
  explicit HastyScanner(troupe::Ref<Printer> printer) : printer_(printer) {}
  void on(Scan scan) {
    for (int page = 1; page <= scan.pages; ++page) printer_.tell<Page>(page);
  }

 private:
  troupe::Ref<Printer> printer_;
};

/// Goes on with the next page when the printer has room for this one.
class PatientScanner {
 public:
  explicit PatientScanner(troupe::Ref<Printer> printer) : printer_(printer) {}
  troupe::Task<> on(Scan scan) {
    for (int page = 1; page <= scan.pages; ++page) co_await printer_.deliver<Page>(page);
  }

 private:
  troupe::Ref<Printer> printer_;
};

template <class Scanner>
void run(const char* what, const troupe::Mailbox& mailbox) {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler, .mailbox = troupe::unbounded});
  const auto ribbon = system.spawn<Ribbon>();
  const auto printer = system.spawn<Printer>({.name = "printer", .mailbox = mailbox}, ribbon);
  printer.tell<Page>(0);  // it is at work already
  scheduler.run_until_idle();

  system.spawn<Scanner>(printer).template tell<Scan>(6);
  scheduler.advance(1min);
  std::printf("%-24s printed%s, lost %d\n", what, printer.ask<Printed>().get().c_str(),
              static_cast<int>(system.dead_letters()[troupe::Undelivered::overflow]));
}

}  // namespace

int main() {
  run<HastyScanner>("tell, unbounded:", troupe::unbounded);
  run<HastyScanner>("tell, reject:", troupe::bounded(2));
  run<HastyScanner>("tell, drop_oldest:", troupe::bounded(2, troupe::drop_oldest));
  run<HastyScanner>("tell, conflate:", troupe::bounded(2, troupe::conflate));
  run<PatientScanner>("deliver:", troupe::bounded(2));
}
