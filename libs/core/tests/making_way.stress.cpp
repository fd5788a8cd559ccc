// Goal: whoever makes way, is brought together with others, stolen or handed on is run, by one thread at a
// time, and its messages come in their order.
//
// Method: sources and sinks of all speeds, each source with sinks and turns of its own, in rounds; every sink
// knows the number of the last message of each source. Senders are killed now and then. A lost cell is a
// hang, which the watchdog ends.
#include <algorithm>
#include <memory>
#include <vector>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

struct Item {
  std::size_t source;
  std::uint64_t number;
  Ticket ticket;
};
struct Burst {
  std::uint32_t left;
};
/// Asked after a burst: a source that isn't through it has told itself so before.
struct StillSends {};

/// Of both sides, drawn for each anew.
unsigned draw_work(Random& random) {
  return random.percent(50) ? 0 : static_cast<unsigned>(random.below(200));
}

void work(unsigned amount) {
  for (unsigned i = 0; i < amount; ++i) std::atomic_signal_fence(std::memory_order_seq_cst);
}

class Sink {
 public:
  Sink(std::size_t sources, unsigned amount) : last_(sources), work_(amount) {}

  void on(const Item& item) {
    const OneAtATime::Scope scope(one_);
    EXPECT_GT(item.number, last_[item.source]) << "out of order; " << Settings::get().command();
    last_[item.source] = item.number;
    work(work_);
    item.ticket.done();
  }

 private:
  std::vector<std::uint64_t> last_;
  unsigned work_;
  OneAtATime one_;
};

class Source : public Actor<Source> {
 public:
  Source(std::size_t number, std::vector<Ref<Sink>> sinks, Ledger* ledger, std::uint64_t stream)
      : number_(number), sinks_(std::move(sinks)), ledger_(ledger), random_(stream) {
    work_ = draw_work(random_);
    per_turn_ = 1 + static_cast<std::uint32_t>(random_.below(random_.percent(30) ? 2000 : 50));
  }

  void on(const Burst& burst) {
    const OneAtATime::Scope scope(one_);
    const std::uint32_t now = std::min(burst.left, per_turn_);
    sending_ = burst.left > now;
    for (std::uint32_t i = 0; i < now; ++i) {
      work(work_);
      const Ref<Sink>& sink = sinks_[sent_ % sinks_.size()];
      sink.tell<Item>(number_, ++sent_, Ticket(*ledger_));
    }
    if (sending_) self().tell<Burst>(burst.left - now);
  }
  bool on(StillSends) const { return sending_; }

 private:
  std::size_t number_;
  std::vector<Ref<Sink>> sinks_;
  Ledger* ledger_;
  Random random_;
  unsigned work_ = 0;
  std::uint32_t per_turn_ = 1;
  std::uint64_t sent_ = 0;
  bool sending_ = false;
  OneAtATime one_;
};

TEST(MakingWay, LosesNobodyAndKeepsTheOrderOfMessages) {
  Random random(0);
  const Timer timer;
  std::uint64_t rounds = 0;
  std::uint64_t messages = 0;
  while (!timer.over()) {
    Ledger ledger;
    const unsigned workers = 1 + static_cast<unsigned>(random.below(4));
    System system({.workers = workers, .log = &null_log(), .dead_letters_logged_per_second = 0});
    Watchdog watchdog(system);
    const std::size_t source_count = 1 + random.below(8), sink_count = 1 + random.below(4);
    std::vector<Ref<Sink>> sinks;
    for (std::size_t i = 0; i < sink_count; ++i)
      sinks.push_back(system.spawn<Sink>(source_count, draw_work(random)));
    std::vector<Ref<Source>> sources;
    for (std::size_t i = 0; i < source_count; ++i) {
      std::vector<Ref<Sink>> mine(1, sinks[random.below(sink_count)]);
      if (random.percent(30)) mine = sinks;
      sources.push_back(system.spawn<Source>(i, mine, &ledger, random.next()));
    }
    for (int burst = 0; burst < 3; ++burst) {
      for (const auto& source : sources) source.tell<Burst>(static_cast<std::uint32_t>(random.below(20'000)));
      if (random.percent(20)) sources[random.below(source_count)].kill();
      for (const auto& source : sources) {
        while (source.try_ask(StillSends{}).get().value_or(false)) watchdog.progress();
      }
    }
    for (const auto& sink : sinks) sink.stop();
    for (const auto& sink : sinks) sink.join().get();
    EXPECT_EQ(ledger.issued.load(), ledger.ended()) << Settings::get().command();
    messages += ledger.issued.load();
    ++rounds;
  }
  std::printf("  %llu rounds, %llu messages\n", static_cast<unsigned long long>(rounds),
              static_cast<unsigned long long>(messages));
}

}  // namespace
}  // namespace troupe::stress
