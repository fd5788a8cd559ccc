// The explorer itself: it must find what the memory model allows, nothing that it forbids, and count exactly.
#include <functional>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "atomic.hpp"
#include "explore.hpp"
#include "orders.hpp"
#include "plain.hpp"

namespace troupe::model {
namespace {

constexpr unsigned unbounded = 1000;

Options within(unsigned preemptions) { return {.name = "explorer", .preemptions = preemptions}; }

/// Explores without a bound, and gathers what each execution has to say.
std::set<std::string> outcomes(const std::function<std::string(Machine&)>& program) {
  std::set<std::string> seen;
  const Result result = explore(within(unbounded), [&](Machine& run) { seen.insert(program(run)); });
  EXPECT_TRUE(result.ok()) << result.failure << '\n' << result.interleaving;
  return seen;
}

std::string text(int first, int second) { return std::to_string(first) + ',' + std::to_string(second); }

// --- counting --------------------------------------------------------------------------------------------

/// Two threads with as many steps each, on locations of their own.
std::size_t executions_of_two_threads(int operations, unsigned preemptions) {
  return explore(within(preemptions),
                 [operations](Machine& run) {
                   Atomic<int> x;
                   Atomic<int> y;
                   const auto add = [operations](Atomic<int>& to) {
                     for (int i = 0; i < operations; ++i) to.fetch_add(1, relaxed);
                   };
                   run.thread("a", [&] { add(x); });
                   run.thread("b", [&] { add(y); });
                   run.join();
                   run.check(x.load() == operations && y.load() == operations, "nothing is lost");
                 })
      .executions;
}

TEST(Explorer, TwoThreadsOfTwoStepsHaveSixInterleavings) {
  EXPECT_EQ(executions_of_two_threads(2, unbounded), 6U);
}

TEST(Explorer, TwoThreadsOfFourStepsHaveSeventyInterleavings) {
  EXPECT_EQ(executions_of_two_threads(4, unbounded), 70U);
}

TEST(Explorer, ThePreemptionBoundCutsExactlyTheInterleavingsWithMoreSwitches) {
  EXPECT_EQ(executions_of_two_threads(2, 0), 2U);  // aabb bbaa
  EXPECT_EQ(executions_of_two_threads(2, 1), 4U);  // and abba baab
  EXPECT_EQ(executions_of_two_threads(2, 2), 6U);  // and abab baba
}

TEST(Explorer, ThreeThreadsOfOneStepHaveSixInterleavingsWithoutAnyPreemption) {
  const Result result = explore(within(0), [](Machine& run) {
    Atomic<int> x;
    for (const char* name : {"a", "b", "c"}) run.thread(name, [&x] { x.fetch_add(1, relaxed); });
    run.join();
  });
  EXPECT_EQ(result.executions, 6U);
}

TEST(Explorer, TooManyExecutionsAreAnError) {
  Options options = within(unbounded);
  options.max_executions = 5;
  const Result result = explore(options, [](Machine& run) {
    Atomic<int> x;
    for (const char* name : {"a", "b", "c"}) run.thread(name, [&x] { x.fetch_add(1, relaxed); });
    run.join();
  });
  EXPECT_NE(result.failure.find("max_executions"), std::string::npos) << result.failure;
}

// --- what may be read ------------------------------------------------------------------------------------

std::set<std::string> store_buffering(std::memory_order store, std::memory_order load, bool fences) {
  return outcomes([=](Machine& run) {
    Atomic<int> x;
    Atomic<int> y;
    int saw_y = 0;
    int saw_x = 0;
    const auto side = [=](Atomic<int>& mine, Atomic<int>& other, int& saw) {
      mine.store(1, store);
      if (fences) fence(seq_cst);
      saw = other.load(load);
    };
    run.thread("a", [&] { side(x, y, saw_y); });
    run.thread("b", [&] { side(y, x, saw_x); });
    run.join();
    return text(saw_y, saw_x);
  });
}

TEST(Explorer, StoreBufferingShowsUnderReleaseAndAcquire) {
  EXPECT_EQ(store_buffering(release, acquire, false), (std::set<std::string>{"0,0", "0,1", "1,0", "1,1"}));
}

TEST(Explorer, SequentiallyConsistentFencesForbidStoreBuffering) {
  EXPECT_EQ(store_buffering(relaxed, relaxed, true), (std::set<std::string>{"0,1", "1,0", "1,1"}));
}

TEST(Explorer, SequentiallyConsistentOperationsForbidStoreBuffering) {
  EXPECT_EQ(store_buffering(seq_cst, seq_cst, false), (std::set<std::string>{"0,1", "1,0", "1,1"}));
}

Result message_passing(std::memory_order store, std::memory_order load, bool fences = false) {
  return explore(within(unbounded), [=](Machine& run) {
    Plain<int> data("data");
    Atomic<bool> ready(false);
    run.thread("writer", [&] {
      data.write() = 42;
      if (fences) fence(release);
      ready.store(true, store);
    });
    run.thread("reader", [&] {
      if (!ready.load(load)) return;
      if (fences) fence(acquire);
      run.check(data.read() == 42, "the message has arrived");
    });
    run.join();
  });
}

TEST(Explorer, MessagePassingIsSoundWithReleaseAndAcquire) {
  EXPECT_TRUE(message_passing(release, acquire).ok());
}

TEST(Explorer, MessagePassingIsSoundWithFences) { EXPECT_TRUE(message_passing(relaxed, relaxed, true).ok()); }

TEST(Explorer, MessagePassingWithARelaxedEndIsADataRace) {
  EXPECT_NE(message_passing(relaxed, acquire).failure.find("data race"), std::string::npos);
  EXPECT_NE(message_passing(release, relaxed).failure.find("data race"), std::string::npos);
}

std::set<std::string> independent_reads(std::memory_order store, std::memory_order load) {
  return outcomes([=](Machine& run) {
    Atomic<int> x;
    Atomic<int> y;
    int a1 = 0, a2 = 0, b1 = 0, b2 = 0;
    run.thread("x", [&] { x.store(1, store); });
    run.thread("y", [&] { y.store(1, store); });
    run.thread("a", [&] { a1 = x.load(load), a2 = y.load(load); });
    run.thread("b", [&] { b1 = y.load(load), b2 = x.load(load); });
    run.join();
    return text(a1, a2) + ' ' + text(b1, b2);
  });
}

TEST(Explorer, IndependentReadersMayDisagreeUnderReleaseAndAcquireOnly) {
  const std::set<std::string> weak = independent_reads(release, acquire);
  const std::set<std::string> strong = independent_reads(seq_cst, seq_cst);
  EXPECT_EQ(weak.size(), 16U);
  EXPECT_EQ(strong.size(), 15U);
  EXPECT_FALSE(strong.contains("1,0 1,0"));
}

TEST(Explorer, AReaderNeverGoesBackToAnOlderStore) {
  const auto seen = outcomes([](Machine& run) {
    Atomic<int> x;
    int first = 0, second = 0;
    run.thread("writer", [&] { x.store(1, relaxed), x.store(2, relaxed); });
    run.thread("reader", [&] { first = x.load(relaxed), second = x.load(relaxed); });
    run.join();
    return text(first, second);
  });
  EXPECT_EQ(seen, (std::set<std::string>{"0,0", "0,1", "0,2", "1,1", "1,2", "2,2"}));
}

Result release_sequence(bool broken) {
  return explore(within(unbounded), [broken](Machine& run) {
    Plain<int> data("data");
    Atomic<int> x;
    run.thread("head", [&] {
      data.write() = 1;
      x.store(1, release);
    });
    run.thread("middle", [&] {
      if (!broken) {
        x.fetch_add(2, relaxed);
      } else if (x.load(relaxed) == 1) {
        x.store(3, relaxed);
      }
    });
    run.thread("reader", [&] {
      if (x.load(acquire) == 3) static_cast<void>(data.read());
    });
    run.join();
  });
}

TEST(Explorer, AReadModifyWriteContinuesAReleaseSequenceAndAPlainStoreBreaksIt) {
  EXPECT_TRUE(release_sequence(false).ok());
  EXPECT_NE(release_sequence(true).failure.find("data race"), std::string::npos);
}

TEST(Explorer, ExactlyOneOfTwoCompareExchangesSucceedsAndAFailedOneMayReadAnOlderStore) {
  const auto seen = outcomes([](Machine& run) {
    Atomic<int> x;
    int successes = 0, stale = 0;
    run.thread("writer", [&] { x.fetch_add(1, relaxed), x.fetch_add(1, relaxed); });
    for (const char* name : {"a", "b"}) {
      run.thread(name, [&] {
        int expected = 2;
        if (x.compare_exchange_strong(expected, 7, acq_rel)) {
          ++successes;
        } else {
          stale += expected == 0;
        }
      });
    }
    run.join();
    return text(successes, stale);
  });
  EXPECT_EQ(seen, (std::set<std::string>{"0,0", "0,1", "0,2", "1,0", "1,1"}));
}

// --- waiting and failing ---------------------------------------------------------------------------------

TEST(Explorer, ASpinLoopIsOneWaitAndSeesTheStoreInTheEnd) {
  const Result result = explore(within(unbounded), [](Machine& run) {
    Plain<int> data("data");
    Atomic<bool> ready(false);
    run.thread("writer", [&] {
      data.write() = 1;
      ready.store(true, release);
    });
    run.thread("reader", [&] {
      for (unsigned spins = 0; !ready.load(acquire); ++spins) Relax::pause(spins);
      static_cast<void>(data.read());
    });
    run.join();
  });
  EXPECT_TRUE(result.ok()) << result.failure;
  EXPECT_EQ(result.executions, 3U);  // after the store; after it, but stale at first; before it
}

TEST(Explorer, ASpinLoopThatNobodyEndsIsADeadlock) {
  const Result result = explore(within(2), [](Machine& run) {
    Atomic<bool> ready(false);
    run.thread("reader", [&] {
      for (unsigned spins = 0; !ready.load(acquire); ++spins) Relax::pause(spins);
    });
    run.join();
  });
  EXPECT_NE(result.failure.find("deadlock, reader waits"), std::string::npos) << result.failure;
}

TEST(Explorer, ALoopThatWaitsWithoutPausingIsReportedAsEndless) {
  const Result result = explore(within(2), [](Machine& run) {
    Atomic<bool> ready(false);
    run.thread("reader", [&] {
      while (!ready.load(acquire)) {
      }
    });
    run.join();
  });
  EXPECT_NE(result.failure.find("doesn't end"), std::string::npos) << result.failure;
}

TEST(Explorer, AThreadThatWaitsForWorkEndsWhenNoneCanCome) {
  const Result result = explore(within(unbounded), [](Machine& run) {
    Channel<int> work("work");
    Plain<int> sum("sum");
    run.thread("producer", [&] { work.push(1), work.push(2); });
    run.thread("consumer", [&] {
      while (const int item = work.pop()) sum.write() += item;
    });
    run.join();
    run.check(sum.read() == 3, "all work is done");
  });
  EXPECT_TRUE(result.ok()) << result.failure;
}

TEST(Explorer, AnAtomicUsedAfterItWasFreedIsReported) {
  const Result result = explore(within(unbounded), [](Machine& run) {
    Atomic<int> x;
    Atomic<bool> done(false);
    run.thread("user", [&] {
      done.store(true, release);
      x.store(1, relaxed);
    });
    run.thread("owner", [&] {
      if (done.load(acquire)) free_atomics(x);
    });
    run.join();
  });
  EXPECT_NE(result.failure.find("freed"), std::string::npos) << result.failure;
}

TEST(Explorer, AFailureTellsItsInterleavingAndThePathThatRepeatsIt) {
  const auto lost_update = [](Machine& run) {
    Atomic<int> x;
    name_atomics(x, "", "x");
    for (const char* name : {"a", "b"}) {
      run.thread(name, [&x] { x.store(x.load(acquire) + 1, release); });
    }
    run.join();
    run.check(x.load(acquire) == 2, "an update is lost");
  };
  Options options = within(2);
  options.stale_reads = 0;
  const Result found = explore(options, lost_update);
  EXPECT_EQ(found.failure, "(scenario): an update is lost");
  EXPECT_NE(found.interleaving.find("a              x.load = 0  [acquire]"), std::string::npos)
      << found.interleaving;

  const Result again = detail::replay(options, lost_update, found.path);
  EXPECT_EQ(again.failure, found.failure);
  EXPECT_EQ(again.interleaving, found.interleaving);
}

}  // namespace
}  // namespace troupe::model
