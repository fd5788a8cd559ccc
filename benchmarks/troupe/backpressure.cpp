#include "backpressure.hpp"
#include <algorithm>
#include <chrono>
#include <latch>
#include <thread>

#include <troupe/troupe.hpp>

#include "../harness/check.hpp"
#include "../harness/process.hpp"
#include "with_options.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kRoom = 1'000;  // of each stage
constexpr int kStages = 5;
constexpr double kMiB = 1024.0 * 1024.0;

struct Step {
  long number = 0;
};
struct Burst {
  long left = 0;
  long next = 0;
};

/// The stages of a pipeline know the next one. The last, which knows nobody, counts.
template <class Self>
class BoundedStage {
 public:
  BoundedStage(troupe::Ref<Self> next, long last, std::latch* done) : next_(next), last_(last), done_(done) {}

  troupe::Task<> on(Burst burst) {
    for (long i = 0; i < burst.left; ++i) co_await pass_on({i});
  }

 protected:
  auto pass_on(Step step) const {
    return next_.template deliver<Step>(step.number).within(troupe::Duration::max());
  }
  bool is_last() const { return !next_; }
  void count(Step step) {
    if (step.number == last_) done_->count_down();
  }

 private:
  troupe::Ref<Self> next_;
  long last_;
  std::latch* done_;
};

struct DeliveringStage : BoundedStage<DeliveringStage> {
  using BoundedStage::BoundedStage, BoundedStage::on;

  troupe::Ask<> on(Step step) {
    if (!is_last()) return pass_on(step);
    count(step);
    return {};
  }
};

struct AwaitingStage : BoundedStage<AwaitingStage> {
  using BoundedStage::BoundedStage, BoundedStage::on;

  troupe::Task<> on(Step step) {
    if (is_last()) {
      count(step);
    } else {
      co_await pass_on(step);
    }
  }
};

class TellingStage : public troupe::Actor<TellingStage> {
 public:
  TellingStage(troupe::Ref<TellingStage> next, long last, std::latch* done)
      : next_(next), last_(last), done_(done) {}

  /// A turn sends so many messages: one that sent them all would keep its worker from running anything else.
  void on(Burst burst) {
    const long now = std::min(burst.left, long{kRoom});
    for (long i = 0; i < now; ++i) next_.tell<Step>(burst.next + i);
    if (burst.left > now) self().tell<Burst>(burst.left - now, burst.next + now);
  }
  void on(Step step) {
    if (next_) {
      next_.tell<Step>(step.number);
    } else if (step.number == last_) {
      done_->count_down();
    }
  }

 private:
  troupe::Ref<TellingStage> next_;
  long last_;
  std::latch* done_;
};

template <class Stage>
Result pipeline(const troupe::Mailbox& mailbox, double scale) {
  const long messages = scaled(1'000'000, scale);
  std::latch done(1);
  troupe::System system;
  troupe::Ref<Stage> stage;
  for (int i = 0; i < kStages; ++i)
    stage = system.spawn<Stage>({.mailbox = mailbox}, stage, messages - 1, &done);
  // A source before the first stage.
  const auto source = system.spawn<Stage>(stage, messages - 1, &done);
  return ns_per_operation(messages, [&] {
    source.template tell<Burst>(messages, 0L);
    done.wait();
  });
}

struct Load {
  char content[200] = {};
};

/// Takes about ten times as long for a message as its producer.
class Slow {
 public:
  void on(const Load&) {
    const auto until = std::chrono::steady_clock::now() + 2us;
    while (std::chrono::steady_clock::now() < until) {
    }
  }
};

/// How much larger the process gets while a producer sends for so long, after a while to warm up.
double growth_under(troupe::Overflow overflow, std::chrono::duration<double> duration) {
  troupe::System system({.log = &troupe::null_log(), .dead_letters_logged_per_second = 0});
  const auto slow = system.spawn<Slow>({.mailbox = troupe::bounded(10'000, overflow)});
  const auto send_for = [&](std::chrono::duration<double> time) {
    const auto until = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < until) {
      for (int i = 0; i < 100; ++i) slow.tell<Load>();
    }
  };
  send_for(duration / 10);
  const long before = resident_bytes();
  send_for(duration);
  const long after = resident_bytes();
  expect(system.dead_letters()[troupe::Undelivered::overflow] > 0, "nothing has overflowed");
  return static_cast<double>(after - before) / kMiB;
}

}  // namespace

Result bounded_one_to_one(double scale) {
  // Room for all: what is measured is what counting costs, not what refusing does.
  return one_to_one_with({.mailbox = troupe::bounded(4'000'000)}, scale);
}

Result tell_pipeline(double scale) { return pipeline<TellingStage>(troupe::unbounded, scale); }
Result deliver_pipeline(double scale) { return pipeline<DeliveringStage>(troupe::bounded(kRoom), scale); }
Result await_pipeline(double scale) { return pipeline<AwaitingStage>(troupe::bounded(kRoom), scale); }

Result overload_rss(double scale) {
  const std::chrono::duration<double> duration = 10s * scale;
  double most = 0;
  for (const auto rule : {troupe::reject, troupe::drop_oldest, troupe::conflate})
    most = std::max(most, growth_under(rule, duration));
  return {most, "MiB", static_cast<long>(duration.count())};
}

}  // namespace bench
