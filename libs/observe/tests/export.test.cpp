// What is drawn of a trace, held against the rules of the formats.
#include <latch>

#include "chrome_trace_check.hpp"
#include "shop.hpp"

namespace {

using namespace troupe_observe_test;
using troupe::TraceKind;
using troupe::observe::RingTracer;
using troupe::observe::Trace;

using Names = std::vector<std::string>;

TEST_F(TracedShop, AChromeTraceKeepsTheRulesOfPerfetto) {
  tracer_.switch_on();
  run(5);
  const ChromeTraceCheck check(to_chrome_json(tracer_.snapshot()));
  EXPECT_EQ(check.faults(), Names{});
  // Of each order: its message, its ask, the answer, and its note.
  EXPECT_EQ(check.flows(), 20u);
  EXPECT_EQ(check.waits(), 5u);
}

TEST_F(TracedShop, AChromeTraceHasATrackPerActorAndASlicePerTurn) {
  tracer_.switch_on();
  run(1);
  const ChromeTraceCheck check(to_chrome_json(tracer_.snapshot()));
  const Names tracks = check.tracks();
  EXPECT_NE(std::find(tracks.begin(), tracks.end(), "shop"), tracks.end());
  EXPECT_NE(std::find(tracks.begin(), tracks.end(), "stock"), tracks.end());
  EXPECT_EQ(check.slices_of("stock").size(), 1u);
  const Names turns = check.slices_of("shop");
  ASSERT_EQ(turns.size(), 3u);
  EXPECT_TRUE(turns[0].ends_with("Order"));
  EXPECT_TRUE(turns[1].starts_with("resume "));
  EXPECT_TRUE(turns[2].ends_with("Note"));
}

TEST_F(TracedShop, AHalfOverwrittenTraceKeepsTheRulesToo) {
  for (const std::size_t size : {4u, 8u, 16u, 32u, 64u}) {
    RingTracer tracer({.events_per_thread = size});
    troupe::DeterministicScheduler scheduler{size};
    troupe::System system({.log = &troupe::null_log(), .scheduler = &scheduler, .tracer = &tracer});
    const auto stock = system.spawn<Stock>({.inline_asks = size % 16 == 0});
    const auto shop = system.spawn<Shop>(stock);
    tracer.switch_on();
    for (int i = 0; i < 20; ++i) {
      shop.tell<Order>(1);
      scheduler.step();
      EXPECT_EQ(ChromeTraceCheck(to_chrome_json(tracer.snapshot())).faults(), Names{}) << size;
    }
  }
}

TEST(ChromeTraceOfThreads, KeepsTheRulesWhileTheSystemRuns) {
  struct Token {
    int left;
    std::latch* done;
  };
  struct Passer final : troupe::Actor<Passer> {
    void on(troupe::Ref<Passer> to) { next = to; }
    void on(const Token& token) {
      if (token.left == 0) return token.done->count_down();
      next.tell<Token>(token.left - 1, token.done);
    }
    troupe::Ref<Passer> next;
  };
  RingTracer tracer({.events_per_thread = 2048});
  std::latch done(4);
  troupe::System system({.workers = 2, .tracer = &tracer});
  std::vector<troupe::Ref<Passer>> ring;
  for (int i = 0; i < 5; ++i) ring.push_back(system.spawn<Passer>());
  for (std::size_t i = 0; i < 5; ++i) ring[i].tell(ring[(i + 1) % 5]);
  tracer.switch_on();
  for (int i = 0; i < 4; ++i) ring[static_cast<std::size_t>(i)].tell<Token>(20'000, &done);
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(ChromeTraceCheck(to_chrome_json(tracer.snapshot())).faults(), Names{});
  done.wait();
  EXPECT_EQ(ChromeTraceCheck(to_chrome_json(tracer.snapshot())).faults(), Names{});
}

TEST_F(TracedShop, ADiagramTellsHowAnEventCameToBe) {
  tracer_.switch_on();
  run(1);
  const Trace trace = tracer_.snapshot();
  EXPECT_EQ(to_sequence_diagram(trace, find(trace, TraceKind::turn_begin, "Note")),
            "sequenceDiagram\n"
            "  participant p1 as outside\n"
            "  participant p2 as shop\n"
            "  participant p3 as stock\n"
            "  p1->>p2: troupe_observe_test::Order\n"
            "  p2->>p3: ask troupe_observe_test::Count\n"
            "  p3-->>p2: int\n"
            "  p2->>p2: troupe_observe_test::Note\n"
            "  Note over p2: begin troupe_observe_test::Note\n");
}

TEST_F(TracedShop, ADiagramMayTellOfEarlierTurnsToo) {
  struct Clerk final : troupe::Actor<Clerk> {
    void on(Note) {}
    void on(Break) { after(std::chrono::milliseconds(1), Note{}); }
  };
  const auto clerk = system_.spawn<Clerk>({.name = "clerk"});
  const auto other = system_.spawn<Clerk>({.name = "other"});
  tracer_.switch_on();
  clerk.tell<Break>();
  other.tell<Note>();
  scheduler_.advance(std::chrono::milliseconds(1));
  clerk.stop();
  clerk.tell<Note>();
  scheduler_.run_until_idle();
  const Trace trace = tracer_.snapshot();
  const std::size_t lost = find(trace, TraceKind::dead_letter, "Note");
  EXPECT_EQ(to_sequence_diagram(trace, std::span(&lost, 1), {.earlier_turns = true}),
            "sequenceDiagram\n"
            "  participant p1 as outside\n"
            "  participant p2 as clerk\n"
            "  p1->>p2: troupe_observe_test::Break\n"
            "  p2->>p2: timer troupe_observe_test::Note\n"
            "  p1->>p2: stop\n"
            "  p1-xp2: troupe_observe_test::Note\n"
            "  Note over p2: dead letter troupe_observe_test::Note: stopped\n");
}

TEST_F(TracedShop, ADiagramHasAtMostAsManyEventsAsItMay) {
  struct Step {
    int left;
  };
  struct Walker final : troupe::Actor<Walker> {
    void on(Step step) {
      if (step.left > 0) self().tell<Step>(step.left - 1);
    }
  };
  const auto walker = system_.spawn<Walker>({.name = "walker"});
  tracer_.switch_on();
  walker.tell<Step>(200);
  scheduler_.run_until_idle();
  const Trace trace = tracer_.snapshot();
  const std::string diagram = to_sequence_diagram(trace, trace.records.size() - 1);
  std::size_t arrows = 0;
  for (std::size_t at = diagram.find("->>"); at != diagram.npos; at = diagram.find("->>", at + 1)) ++arrows;
  EXPECT_EQ(arrows, 49u) << "and a note";
  EXPECT_NE(diagram.find("  %% 152 earlier events are left out\n"), diagram.npos) << diagram;
}

TEST_F(TracedShop, ATextHasALinePerEventAndSaysWhatIsMissing) {
  tracer_.switch_on();
  shop_.tell<Break>();
  scheduler_.run_until_idle();
  const std::string text = to_text(tracer_.snapshot());
  EXPECT_NE(text.find("shop: failure troupe_observe_test::Break"), text.npos) << text;
  EXPECT_NE(text.find("std::runtime_error: out of paper"), text.npos) << text;
  EXPECT_NE(text.find("0 earlier ones that have been overwritten"), text.npos) << text;
}

}  // namespace
