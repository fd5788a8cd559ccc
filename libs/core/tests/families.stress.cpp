// Goal: an actor's list of children has those who live, and nobody else, whoever spawns and ends at one time,
// and whoever looks at it; a parent ends after its last child; and the cells of those who have left are used
// again.
//
// Method: parents spawn children, some of whom others hear of before they are built, or who never are. They
// end in each way there is: in the turn of their parent, while that spawns the next, at another thread's
// wish, or with their parent. Others walk the tree, and ask for paths, all the while. What a parent's
// children count is compared with the tree when nothing moves any more.
#include <array>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

/// A parent's children that have an object.
struct Family {
  std::atomic<std::int64_t> alive{0};
};
struct Leave {};
struct Answer {};

class Board;

class Child : public Actor<Child> {
 public:
  explicit Child(std::shared_ptr<Family> family) : family_(std::move(family)) { family_->alive.fetch_add(1); }
  /// One that others hear of before it is built; that has a message by then; that is never built.
  Child(std::shared_ptr<Family> family, Board& board, std::uint64_t draw);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { family_->alive.fetch_sub(1); }

  void on(Leave) { stop(); }
  /// Runs in its parent's turn, as like as not.
  int on(Answer) {
    stop();
    return 1;
  }

 private:
  std::shared_ptr<Family> family_;
};

/// What threads may end.
class Board {
 public:
  static constexpr std::size_t size = 256;

  void put(std::size_t slot, const Ref<Child>& child) {
    const std::lock_guard lock(mutex_);
    slots_[slot % size] = child;
  }
  Ref<Child> get(std::size_t slot) {
    const std::lock_guard lock(mutex_);
    return slots_[slot % size];
  }

 private:
  std::mutex mutex_;
  std::array<Ref<Child>, size> slots_;
};

Child::Child(std::shared_ptr<Family> family, Board& board, std::uint64_t draw) : family_(std::move(family)) {
  if (draw % 2) board.put(draw >> 8, self());
  if (draw / 2 % 4 == 0) self().tell(Leave{});
  if (draw / 8 % 4 == 0) {
    if (draw / 32 % 2) spawn<Child>(family_);
    throw std::runtime_error("never built");
  }
  family_->alive.fetch_add(1);
}

struct Raise {
  unsigned children;
  std::uint64_t draw;
};
struct RaiseOddly {
  unsigned children;
  std::uint64_t draw;
};
struct Visit {};

class Parent : public Actor<Parent> {
 public:
  Parent(Board& board, std::shared_ptr<Family> family) : board_(board), family_(std::move(family)) {}
  Parent(const Parent&) = delete;
  Parent& operator=(const Parent&) = delete;
  ~Parent() {
    if (family_->alive.load() != 0) {
      std::fprintf(stderr, "a parent ended before its children; repeat: %s\n",
                   Settings::get().command().c_str());
      std::abort();
    }
  }

  void on(const Raise& raise) {
    for (unsigned i = 0; i < raise.children; ++i) {
      const auto child = spawn<Child>(family_);
      switch ((raise.draw >> (2 * (i % 32))) % 4) {
        case 0:
          child.tell(Leave{});
          break;
        case 1:
          child.stop();
          break;
        case 2:
          child.kill();
          break;
        default:
          board_.put(raise.draw + i, child);
      }
    }
  }
  void on(const RaiseOddly& raise) {
    for (unsigned i = 0; i < raise.children; ++i) {
      try {
        spawn<Child>(family_, board_, raise.draw * (2 * i + 1) >> 16);
      } catch (const std::runtime_error&) {
      }
    }
  }
  Task<void> on(Visit) {
    const auto first = spawn<Child>(family_);
    const auto second = spawn<Child>(family_);
    const int answers = co_await second.ask(Answer{}) + co_await first.ask(Answer{});
    if (answers != 2) std::abort();
    spawn<Child>(family_).tell(Leave{});
  }

 private:
  Board& board_;
  std::shared_ptr<Family> family_;
};

struct House {
  std::shared_ptr<Family> family = std::make_shared<Family>();
  Ref<Parent> parent;
};

constexpr unsigned houses = 4;

void raise_and_end(System& system, Board& board, House& house, Random& random) {
  const std::uint64_t draw = random.next();
  switch (random.below(8)) {
    case 0:
      house.parent.tell(Visit{});
      break;
    case 1:
      house.parent.stop();
      house.family = std::make_shared<Family>();
      house.parent = system.spawn<Parent>(board, house.family);
      break;
    case 2:
      board.get(random.next()).kill();
      break;
    case 3:
      board.get(random.next()).tell(Leave{});
      break;
    case 4:
    case 5:
      house.parent.tell(RaiseOddly{static_cast<unsigned>(random.below(20)), draw});
      break;
    default:
      house.parent.tell(Raise{static_cast<unsigned>(random.below(40)), draw});
  }
}

/// How many of the tree are children.
std::int64_t children_in(const Tree& tree) {
  std::int64_t count = 0;
  for (const ActorInfo& one : tree) count += one.path.find('/') != one.path.npos;
  return count;
}

TEST(Families, HaveThoseWhoLive) {
  Board board;
  System system({.workers = 2, .ask_deadline = Duration::max(), .log = &null_log()});
  Watchdog watchdog(system);
  // An empty address would be an error.
  const auto strangers = std::make_shared<Family>();
  for (std::size_t slot = 0; slot < Board::size; ++slot) board.put(slot, system.spawn<Child>(strangers));
  std::atomic<bool> over{false};
  std::vector<std::jthread> observers;
  observers.emplace_back([&] {
    while (!over.load()) {
      for (const ActorInfo& one : system.tree()) EXPECT_FALSE(one.path.empty());
      watchdog.progress();
    }
  });
  observers.emplace_back([&] {
    Random random(99);
    while (!over.load()) EXPECT_FALSE(board.get(random.next()).path().empty());
  });
  std::vector<House> all(houses);
  {
    std::vector<std::jthread> drivers;
    for (unsigned i = 0; i < houses; ++i) {
      drivers.emplace_back([&, i] {
        Random random(i);
        House& house = all[i];
        house.parent = system.spawn<Parent>(board, house.family);
        for (const Timer timer; !timer.over();) {
          raise_and_end(system, board, house, random);
          if (random.percent(5)) house.parent.ask(Visit{}).get();
        }
      });
    }
  }
  over.store(true);
  observers.clear();
  for (House& house : all) house.parent.ask(Visit{}).get();
  const auto alive = [&] {
    std::int64_t sum = 0;
    for (const House& house : all) sum += house.family->alive.load();
    return sum;
  };
  // Those that were told to leave do so in the end.
  while (children_in(system.tree()) != alive()) std::this_thread::yield();
  std::printf("  %lld children stay\n", static_cast<long long>(alive()));
  EXPECT_TRUE(system.shutdown(Duration::max()).clean());
  EXPECT_EQ(alive(), 0);
}

struct Next {};
/// Spawns a child for each message, and says where it lived.
class Nursery : public Actor<Nursery> {
 public:
  explicit Nursery(std::shared_ptr<Family> family) : family_(std::move(family)) {}
  const void* on(Next) {
    const auto child = spawn<Child>(family_);
    child.tell(Leave{});
    return child.cell_address_();
  }

 private:
  std::shared_ptr<Family> family_;
};

TEST(Families, UseTheCellsAgain) {
  System system({.workers = 2, .log = &null_log()});
  Watchdog watchdog(system);
  const auto family = std::make_shared<Family>();
  const auto nursery = system.spawn<Nursery>(family);
  std::set<const void*> cells;
  std::uint64_t children = 0;
  for (const Timer timer(4); !timer.over(); ++children) {
    cells.insert(nursery.ask(Next{}).get());
    while (family->alive.load() != 0) std::this_thread::yield();
    watchdog.progress();
  }
  std::printf("  %llu children in %zu cells\n", static_cast<unsigned long long>(children), cells.size());
  // Each thread has a stock of free cells.
  EXPECT_LT(cells.size(), 1024u);
}

}  // namespace
}  // namespace troupe::stress
