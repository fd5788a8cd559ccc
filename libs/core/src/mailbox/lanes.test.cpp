// Goal: the lanes on real atomics, many threads against one token. What the model checker proves for few
// steps is run here at full speed: each message is consumed once, in its sender's order, by one runner at a
// time.
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/detail/envelope.hpp>

namespace troupe::inline v0::detail {
namespace {

struct Letter : Node {
  Letter(unsigned from, std::uint64_t number) : sender(from), order(number) {}
  unsigned sender;
  std::uint64_t order;
};
void free_letter(Node* node) { delete static_cast<Letter*>(node); }
/// What is left in lanes that nobody uses any more.
void free_stubs(const Lanes& lanes) {
  for (Node* stub : {lanes.user_stub(), lanes.signal_stub()}) delete static_cast<Letter*>(stub);
}

/// A cell that whoever takes the token runs at once.
class Receiver {
 public:
  explicit Receiver(unsigned senders) : last_(2 * senders) {
    EXPECT_TRUE(lanes.try_revive());
    while (!lanes.rest_idle()) {
    }
  }
  ~Receiver() {
    lanes.try_take();
    free_stubs(lanes);
  }
  void tell(unsigned sender, std::uint64_t order) { wake(lanes.send_user(new Letter(sender, order))); }
  void signal(unsigned sender, std::uint64_t order) { wake(lanes.send_signal(new Letter(sender, order))); }
  void visit() {
    if (lanes.try_take()) run();
  }
  void wake(Wake what) {
    EXPECT_NE(what, Wake::drain);
    if (what == Wake::schedule) run();
  }
  std::uint64_t consumed() const { return consumed_; }

  Lanes lanes;

 private:
  void run() {
    ASSERT_FALSE(std::exchange(inside_, true)) << "two runners";
    for (;;) {
      while (Node* node = lanes.pop_signal(free_letter)) consume(*node, true);
      if (suspended_) {
        inside_ = false;
        if (lanes.rest_suspended()) return;
        inside_ = true;
        continue;
      }
      if (Node* node = lanes.pop_user(free_letter)) {
        if (!lanes.is_embedded_stub(node)) consume(*node, false);
        continue;
      }
      if (lanes.user_stub() && consumed_ % 3 == 0) {
        lanes.push_embedded_stub();
        continue;
      }
      inside_ = false;
      if (lanes.rest_idle()) return;
      inside_ = true;
    }
  }
  void consume(Node& node, bool signal) {
    auto& letter = static_cast<Letter&>(node);
    std::uint64_t& last = last_[2 * letter.sender + signal];
    EXPECT_EQ(letter.order, last + 1);
    last = letter.order;
    ++consumed_;
    // Now and then it awaits a signal. The last signal of each sender wakes it for good.
    suspended_ = !signal && letter.order % 50 == 0 && signals_left();
  }
  bool signals_left() const {
    for (std::size_t i = 1; i < last_.size(); i += 2) {
      if (last_[i] < rounds / 2) return true;
    }
    return false;
  }

 public:
  static constexpr std::uint64_t rounds = 40'000;

 private:
  // Plain: guarded by the token.
  bool inside_ = false;
  bool suspended_ = false;
  std::uint64_t consumed_ = 0;
  std::vector<std::uint64_t> last_;
};

TEST(Lanes, DeliverEachMessageOnceInOrderToOneRunnerAtATime) {
  constexpr unsigned senders = 3;
  auto* receiver = new Receiver(senders);
  std::vector<std::thread> threads;
  for (unsigned sender = 0; sender < senders; ++sender) {
    threads.emplace_back([=] {
      for (std::uint64_t i = 1; i <= Receiver::rounds; ++i) {
        receiver->tell(sender, i);
        receiver->signal(sender, i);
        if (i % 5 == 0) receiver->visit();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(receiver->consumed(), senders * Receiver::rounds * 2);
  EXPECT_TRUE(receiver->lanes.looks_idle());
  delete receiver;
}

TEST(Lanes, OfADeadCellAreDrainedByOneAtATimeAndRevivedByOne) {
  Lanes lanes;
  constexpr std::uint64_t rounds = 40'000;
  std::uint64_t dropped = 0;  // plain: guarded by the token
  std::uint64_t lives = 0;
  const auto drain = [&] {
    do {
      while (lanes.pop_signal(free_letter)) ++dropped;
      while (lanes.pop_user(free_letter)) ++dropped;
    } while (lanes.rest_dead() != Wake::none);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 3; ++i) {
    threads.emplace_back([&, i] {
      for (std::uint64_t k = 0; k < rounds; ++k) {
        auto* letter = new Letter(i, k);
        const Wake what = k % 2 ? lanes.send_user(letter) : lanes.send_signal(letter);
        EXPECT_NE(what, Wake::schedule);
        if (what == Wake::drain) drain();
        if (k % 16 == 0 && lanes.try_revive()) {
          ++lives;
          drain();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(dropped, 3 * rounds);
  EXPECT_GT(lives, 0U);
  ASSERT_TRUE(lanes.try_revive());
  free_stubs(lanes);
}

}  // namespace
}  // namespace troupe::inline v0::detail
