// Jobs wait in a pool, and a worker takes the next when it is free. A job whose worker crashes goes to
// another, and after its last attempt into quarantine. Time is virtual here, so the program takes none, and
// says the same each time.
#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/troupe.hpp>

using namespace std::chrono_literals;

namespace {

struct Encode {
  std::string film;
  std::chrono::seconds length;
};

class Encoder : public troupe::Actor<Encoder> {
  struct Done {
    std::string film;
  };

 public:
  void on(const Encode& job, troupe::Reply<std::string> reply) {
    say("begins " + job.film);
    if (job.length == 0s) throw std::runtime_error("not a film");
    reply_ = std::move(reply);
    after(job.length, Done{job.film});  // an encoder that takes its time
  }
  void on(const Done& done) {
    say("has done " + done.film);
    reply_.answer(done.film + ".mp4");
  }

 private:
  void say(const std::string& what) const {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now());
    std::printf("%2d s  %s %s\n", static_cast<int>(seconds.count()), path().c_str(), what.c_str());
  }
  troupe::Reply<std::string> reply_;
};

}  // namespace

int main() {
  troupe::DeterministicScheduler scheduler;
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler});
  const auto pool = system.spawn<troupe::WorkPool<Encoder>>({.name = "encoders"},
                                                            troupe::PoolOptions{.size = 3, .attempts = 2});

  pool.tell<Encode>("alpha", 5s);
  pool.tell<Encode>("broken", 0s);
  pool.tell<Encode>("beta", 2s);
  pool.tell<Encode>("gamma", 2s);
  pool.tell<Encode>("delta", 3s);
  scheduler.advance(1s);

  std::printf("       another encoder comes\n");
  troupe::resize(pool, 4);
  const std::string file = pool.ask<Encode>("epsilon", 1s).get();
  std::printf("       answered: %s\n", file.c_str());

  pool.stop();  // comes after the jobs that were sent before it
  pool.join().get();
  for (const troupe::Quarantined& job : system.quarantined()) {
    std::printf("       in quarantine after %u attempts: %s\n", job.attempts,
                job.get_if<Encode>()->film.c_str());
  }
}
