// Goal: 10 million messages between 1,000 actors on all workers, with random stops and kills: each is handled
// or becomes a dead letter, the sums agree exactly, nothing leaks.
//
// Method: messages pass from actor to actor; whoever handles one sends the next, until so many have been sent
// as TROUPE_STRESS_MESSAGES says (default: what fits into the given seconds). Meanwhile actors end, by their
// own doing or by others', and are replaced; the chains of messages that end with them are begun anew.
#include <array>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

constexpr std::size_t actors = 1'000;
constexpr std::uint64_t chains = 4'000;

class Node;

struct Ball {
  Ticket ticket;
  Counted<Ball> counted;
};

class Storm {
 public:
  explicit Storm(System& system) : system_(system), limit_(number_from("TROUPE_STRESS_MESSAGES", ~0ULL)) {
    for (auto& one : board_) one = spawn();
  }
  Ledger ledger;
  std::atomic<std::uint64_t> stops{0}, kills{0};

  Ref<Node> pick(Random& random) {
    Place& place = places_[random.below(actors)];
    const std::lock_guard lock(place.mutex);
    return board_[static_cast<std::size_t>(&place - places_.data())];
  }
  /// Sends one message to anybody, if another may be sent.
  void pass(Random& random);
  /// Ends an actor, and puts another in its place.
  void replace(Random& random);
  bool over() const { return sent_.load() >= limit_ || (limit_ == ~0ULL && timer_.over()); }

 private:
  struct alignas(64) Place {
    std::mutex mutex;
  };
  Ref<Node> spawn();

  System& system_;
  const std::uint64_t limit_;
  const Timer timer_;
  std::atomic<std::uint64_t> sent_{0};
  std::array<Ref<Node>, actors> board_;
  std::array<Place, actors> places_;
};

class Node : public Actor<Node> {
 public:
  explicit Node(Storm& storm) : storm_(storm), random_(self().id()) {}

  void on(const Ball& ball) {
    const OneAtATime::Scope scope(one_);
    ++handled_;
    if (random_.below(5'000) == 0) storm_.replace(random_);
    if (random_.below(20'000) == 0) stop();
    storm_.pass(random_);
    ball.ticket.done();
  }

 private:
  Storm& storm_;
  Random random_;
  OneAtATime one_;
  std::uint64_t handled_ = 0;
  Counted<Node> counted_;
};

void Storm::pass(Random& random) {
  if (over()) return;
  if (sent_.fetch_add(1) >= limit_) return;
  pick(random).tell<Ball>(Ticket(ledger), Counted<Ball>{});
}

void Storm::replace(Random& random) {
  const std::size_t place = random.below(actors);
  const Ref<Node> fresh = spawn();
  Ref<Node> old;
  {
    const std::lock_guard lock(places_[place].mutex);
    old = std::exchange(board_[place], fresh);
  }
  if (random.percent(50)) {
    stops.fetch_add(1);
    old.stop();
  } else {
    kills.fetch_add(1);
    old.kill();
  }
}

Ref<Node> Storm::spawn() { return system_.spawn<Node>(*this); }

TEST(Storm, TheSumsAgreeAfterMillionsOfMessagesWithRandomStopsAndKills) {
  System system({.workers = std::max(4U, std::thread::hardware_concurrency()), .log = &null_log()});
  Watchdog watchdog(system);
  Storm storm(system);
  Random random(0);
  while (!storm.over()) {
    while (storm.ledger.under_way() < chains && !storm.over()) storm.pass(random);
    storm.replace(random);
    watchdog.progress();
    std::this_thread::yield();
  }
  EXPECT_TRUE(system.shutdown(std::chrono::hours(1)));
  storm.ledger.expect_balanced(system.dead_letters());
  EXPECT_EQ(Counted<Ball>::alive, 0);
  EXPECT_EQ(Counted<Node>::alive, 0);
  std::printf("  %llu replaced by stop, %llu by kill\n", static_cast<unsigned long long>(storm.stops.load()),
              static_cast<unsigned long long>(storm.kills.load()));
}

}  // namespace
}  // namespace troupe::stress
