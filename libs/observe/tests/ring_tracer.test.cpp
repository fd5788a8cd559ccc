// What is in a trace: names, times, counts, samples; and that writers and readers don't harm each other.
#include <thread>

#include "shop.hpp"

namespace {

using namespace troupe_observe_test;
using troupe::TraceKind;
using troupe::observe::RingTracer;
using troupe::observe::Trace;
using troupe::observe::TraceRecord;

std::size_t count(const Trace& trace, TraceKind kind) {
  return static_cast<std::size_t>(std::count_if(trace.records.begin(), trace.records.end(),
                                                [&](const auto& one) { return one.kind == kind; }));
}

TEST_F(TracedShop, NothingIsKeptUntilTheTracerIsOn) {
  run(3);
  EXPECT_EQ(tracer_.recorded(), 0u);
  tracer_.switch_on();
  run(1);
  EXPECT_GT(tracer_.recorded(), 0u);
  tracer_.switch_off();
  const std::uint64_t before = tracer_.recorded();
  run(3);
  EXPECT_EQ(tracer_.recorded(), before);
}

TEST_F(TracedShop, ActorsThatWereThereBeforeHaveTheirPaths) {
  tracer_.switch_on();
  run(1);
  const Trace trace = tracer_.snapshot();
  const TraceRecord& send = trace.records[find(trace, TraceKind::send, "Order")];
  EXPECT_EQ(trace.name(send.actor), "shop");
  EXPECT_EQ(trace.name(send.by), "outside");
  const TraceRecord& ask = trace.records[find(trace, TraceKind::ask, "Count")];
  EXPECT_EQ(trace.name(ask.actor), "stock");
  EXPECT_EQ(trace.name(ask.by), "shop");
}

TEST_F(TracedShop, ActorsThatHaveEndedKeepTheirPaths) {
  tracer_.switch_on();
  shop_.tell<Break>();
  scheduler_.run_until_idle();
  const Trace trace = tracer_.snapshot();
  const TraceRecord& failure = trace.records[find(trace, TraceKind::failure, "Break")];
  EXPECT_EQ(failure.text, "std::runtime_error: out of paper");
  EXPECT_EQ(trace.name(failure.actor), "shop");
  EXPECT_EQ(trace.records[find(trace, TraceKind::stop, "Shop")].text, "failed");
}

TEST_F(TracedShop, ASendItsTurnAndWhatThatSendsAreLinked) {
  tracer_.switch_on();
  run(1);
  const Trace trace = tracer_.snapshot();
  const std::uint64_t order = trace.records[find(trace, TraceKind::send, "Order")].message;
  EXPECT_EQ(trace.records[find(trace, TraceKind::turn_begin, "Order")].message, order);
  EXPECT_EQ(trace.records[find(trace, TraceKind::ask, "Count")].cause, order);
  EXPECT_EQ(trace.records[find(trace, TraceKind::send, "Note")].cause, order);
}

TEST_F(TracedShop, TimesNeverGoBack) {
  tracer_.switch_on();
  run(20);
  const Trace trace = tracer_.snapshot();
  EXPECT_TRUE(std::is_sorted(trace.records.begin(), trace.records.end(),
                             [](const auto& a, const auto& b) { return a.time < b.time; }));
  EXPECT_LE(trace.records.back().time, trace.taken_at);
}

TEST_F(TracedShop, WhatIsOverwrittenIsCounted) {
  RingTracer tracer({.events_per_thread = 64});
  troupe::DeterministicScheduler scheduler{1};
  troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler, .tracer = &tracer});
  const auto stock = system.spawn<Stock>();
  tracer.switch_on();
  for (int i = 0; i < 1000; ++i) stock.tell<Count>();
  scheduler.run_until_idle();
  const Trace trace = tracer.snapshot();
  EXPECT_EQ(trace.recorded, 3000u);  // a send, a begin and an end each
  EXPECT_GE(trace.records.size(), 63u);
  EXPECT_EQ(trace.dropped, trace.recorded - trace.records.size());
  EXPECT_EQ(tracer.snapshot(10).records.size(), 10u);
  EXPECT_EQ(tracer.snapshot(10).records.back().message, trace.records.back().message);
}

TEST_F(TracedShop, ASampleIsWholeChains) {
  tracer_.sample(10);
  tracer_.switch_on();
  run(100);
  const Trace trace = tracer_.snapshot();
  // Each chain: an order, its ask, its note.
  EXPECT_EQ(count(trace, TraceKind::send), 20u);
  EXPECT_EQ(count(trace, TraceKind::ask), 10u);
  EXPECT_EQ(count(trace, TraceKind::turn_begin), 30u);
  EXPECT_EQ(count(trace, TraceKind::turn_end), 30u);
}

struct Hit {};
struct Wall;
struct Player {
  troupe::Ref<Wall> wall;
  void on(Hit);
};
struct Wall {
  int hits = 0;
  void on(Hit) { ++hits; }
  int on(Count) const { return hits; }
};
void Player::on(Hit) { wall.tell<Hit>(); }

// Workers, a thread outside, a reader of snapshots, and somebody at the switch, all at once.
TEST(RingTracerOnThreads, SnapshotsAreWholeWhileWritersGoOn) {
  RingTracer tracer({.events_per_thread = 256});
  troupe::System system({.workers = 2, .tracer = &tracer});
  const auto wall = system.spawn<Wall>();
  const auto player = system.spawn<Player>(wall);
  tracer.switch_on();
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const Trace trace = tracer.snapshot();
      EXPECT_EQ(trace.recorded, trace.dropped + trace.records.size());
      for (const TraceRecord& record : trace.records) {
        // A torn slot would mix the two classes and their messages.
        const bool known = record.type.ends_with("Hit") || record.type.ends_with("Count") ||
                           record.type.ends_with("int") || record.type.empty();
        ASSERT_TRUE(known) << record.type;
      }
    }
  });
  for (int i = 0; i < 20'000; ++i) {
    if (i % 1000 == 0) tracer.is_on() ? tracer.switch_off() : tracer.switch_on();
    player.tell<Hit>();
  }
  while (wall.ask<Count>().get() < 20'000) {
  }
  done = true;
  reader.join();
}

TEST(RingTracerOnThreads, RingsOfThreadsThatHaveEndedAreUsedAgain) {
  RingTracer tracer;
  troupe::System system({.workers = 1, .tracer = &tracer});
  const auto wall = system.spawn<Wall>();
  tracer.switch_on();
  for (int i = 0; i < 50; ++i) {
    std::thread([&] { wall.tell<Hit>(); }).join();
  }
  EXPECT_EQ(wall.ask<Count>().get(), 50);
  const Trace trace = tracer.snapshot();
  std::uint32_t threads = 0;
  for (const TraceRecord& record : trace.records) threads = std::max(threads, record.thread);
  EXPECT_LE(threads, 4u);
  std::size_t sends = 0;
  for (const TraceRecord& record : trace.records) sends += record.kind == TraceKind::send ? 1 : 0;
  EXPECT_EQ(sends, 50u);
}

TEST(RingTracerOnThreads, NamesAreUniqueAmongThreads) {
  RingTracer tracer;
  std::vector<std::uint64_t> names[2];
  std::thread threads[2];
  for (int t = 0; t < 2; ++t) {
    threads[t] = std::thread([&, t] {
      for (int i = 0; i < 1000; ++i) names[t].push_back(tracer.name_message({}, 0, false));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::uint64_t> all = names[0];
  all.insert(all.end(), names[1].begin(), names[1].end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
  EXPECT_NE(all.front(), 0u);
}

}  // namespace
