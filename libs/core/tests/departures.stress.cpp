// Goal: the root of a system waits for all its children, and for none that has ended, whoever ends when:
// those that have ended leave its list together, and when it stops each by itself.
//
// Method: threads spawn under the root, and end what they have spawned in each way there is, while the system
// is shut down. A child that is forgotten keeps the shutdown waiting, until the watchdog ends it; one that is
// let go twice breaks the list.
#include <memory>

#include "stress_support.hpp"

namespace troupe::stress {
namespace {

struct Leave {};

/// Counts itself out.
class Guest : public Actor<Guest> {
 public:
  explicit Guest(std::atomic<std::uint64_t>& gone) : gone_(gone) {}
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;
  ~Guest() { gone_.fetch_add(1); }

  void on(Leave) { stop(); }

 private:
  std::atomic<std::uint64_t>& gone_;
};

/// Spawns until the system is closed. Returns how many there were.
std::uint64_t spawn_until_closed(System& system, std::atomic<std::uint64_t>& gone, Random& random) {
  for (std::uint64_t spawned = 0;; ++spawned) {
    try {
      const auto guest = system.spawn<Guest>(gone);
      switch (random.below(4)) {
        case 0:
          guest.stop();
          break;
        case 1:
          guest.kill();
          break;
        case 2:
          guest.tell(Leave{});
          break;
        default:
          break;  // stays
      }
    } catch (const SpawnError&) {
      return spawned;
    }
  }
}

TEST(Departures, KeepNobodyWaiting) {
  constexpr unsigned threads = 3;
  std::atomic<const System*> current{nullptr};
  Watchdog watchdog([&] { return current.load() ? to_string(current.load()->tree()) : std::string(); });
  const Timer timer;
  std::uint64_t systems = 0;
  std::uint64_t guests = 0;
  for (; !timer.over(); ++systems) {
    std::atomic<std::uint64_t> gone{0};
    std::atomic<std::uint64_t> spawned{0};
    {
      System system({.workers = 2, .ask_deadline = Duration::max(), .log = &null_log()});
      current.store(&system);
      std::vector<std::jthread> spawners;
      for (unsigned i = 0; i < threads; ++i) {
        spawners.emplace_back([&, i] {
          Random random(systems * threads + i);
          spawned.fetch_add(spawn_until_closed(system, gone, random));
        });
      }
      // The more have gone when it stops, the more different are the stacks that it finds.
      Random random(~systems);
      const std::uint64_t enough = random.below(300);
      while (gone.load() < enough) std::this_thread::yield();
      EXPECT_TRUE(system.shutdown(Duration::max()).clean());
      EXPECT_TRUE(system.tree().empty());
      spawners.clear();
      current.store(nullptr);
    }
    EXPECT_EQ(gone.load(), spawned.load());
    guests += spawned.load();
    watchdog.progress();
  }
  std::printf("  %llu systems, %llu guests\n", static_cast<unsigned long long>(systems),
              static_cast<unsigned long long>(guests));
}

}  // namespace
}  // namespace troupe::stress
