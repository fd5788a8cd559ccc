// The flight recorder writes when it should, and what it should.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include <troupe/observe/flight_recorder.hpp>
#include <troupe/observe/waits.hpp>

#include "shop.hpp"

namespace {

using namespace std::chrono_literals;
using namespace troupe_observe_test;
using troupe::observe::FlightRecorder;
using troupe::observe::FlightReport;
using troupe::observe::Trace;

/// The reasons of reports; a test awaits so many.
class Reports {
 public:
  auto writer() {
    return [this](const FlightReport& report) {
      last_ = report;
      count_.fetch_add(1);
      count_.notify_all();
    };
  }
  FlightReport await(int count) {
    for (int seen = count_; seen < count; seen = count_) count_.wait(seen);
    return last_;
  }

 private:
  FlightReport last_;
  std::atomic<int> count_{0};
};

std::string contents(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST_F(TracedShop, AFailureWritesAReportThatHasIt) {
  Reports reports;
  FlightRecorder recorder(tracer_, {.write = reports.writer()});
  tracer_.switch_on();
  shop_.tell<Break>();
  scheduler_.run_until_idle();
  const FlightReport report = reports.await(1);
  EXPECT_EQ(report.reason, "an actor has failed");
  EXPECT_EQ(report.trace.records[find(report.trace, troupe::TraceKind::failure, "Break")].text,
            "std::runtime_error: out of paper");
}

TEST_F(TracedShop, ARequestWritesTheLastEventsIntoFiles) {
  const auto directory =
      std::filesystem::temp_directory_path() / ("troupe-flight-" + std::to_string(getpid()));
  std::filesystem::create_directory(directory);
  FlightRecorder recorder(tracer_, {.directory = directory, .last_events = 5});
  tracer_.switch_on();
  run(3);
  recorder.write("somebody asked");
  const auto base = directory / ("flight-" + std::to_string(getpid()) + "-1");
  const std::string text = contents(base.string() + ".txt");
  EXPECT_TRUE(text.starts_with("somebody asked\n")) << text;
  EXPECT_NE(text.find("\n5 events, and "), text.npos) << text;
  EXPECT_TRUE(contents(base.string() + ".json").starts_with("{"));
  std::filesystem::remove_all(directory);
}

TEST_F(TracedShop, ReportsAreBounded) {
  Reports reports;
  FlightRecorder recorder(tracer_, {.write = reports.writer(), .most_reports = 2});
  for (int i = 0; i < 5; ++i) recorder.write("again");
  EXPECT_EQ(recorder.reports(), 2u);
}

struct Meet {};
struct Partner final : troupe::Actor<Partner> {
  troupe::Task<> on(Meet) {
    const int answer = co_await other.ask<Count>();
    static_cast<void>(answer);
  }
  troupe::Task<int> on(Count) {
    const int answer = co_await other.ask<Count>();
    co_return answer;
  }
  void on(troupe::Ref<Partner> to) { other = to; }
  troupe::Ref<Partner> other;
};

class Partners : public TracedShop {
 protected:
  void SetUp() override {
    tracer_.switch_on();
    const auto a = system_.spawn<Partner>({.name = "a", .inline_asks = false});
    const auto b = system_.spawn<Partner>({.name = "b", .inline_asks = false});
    a.tell(b);
    b.tell(a);
    scheduler_.run_until_idle();
    a.tell<Meet>();
    scheduler_.run_until_idle();
  }
};

TEST_F(Partners, ARingOfWaitsIsADeadlock) {
  const Trace trace = tracer_.snapshot();
  EXPECT_EQ(waits_of(trace).size(), 2u);
  const std::string ring = to_string(deadlock_of(trace), trace);
  EXPECT_NE(ring.find("a waits for b"), ring.npos) << ring;
  EXPECT_NE(ring.find("b waits for a"), ring.npos) << ring;
}

TEST_F(Partners, ADeadlockWritesAReportOnce) {
  Reports reports;
  FlightRecorder recorder(tracer_, {.write = reports.writer(), .look_for_deadlocks_every = 1ms});
  const FlightReport report = reports.await(1);
  EXPECT_TRUE(report.reason.starts_with("deadlock: ")) << report.reason;
  EXPECT_EQ(recorder.reports(), 1u);
}

TEST_F(TracedShop, AWaitThatWillEndIsNoDeadlock) {
  tracer_.switch_on();
  shop_.tell<Order>(1);
  scheduler_.step();
  const Trace trace = tracer_.snapshot();
  EXPECT_EQ(waits_of(trace).size(), 1u);
  EXPECT_TRUE(deadlock_of(trace).empty());
}

TEST_F(TracedShop, ASignalThatAsksForAReportGetsOne) {
  Reports reports;
  FlightRecorder recorder(tracer_, {.write = reports.writer()});
  recorder.on_signals({SIGUSR2});
  raise(SIGUSR2);
  EXPECT_EQ(reports.await(1).reason, "signal " + std::to_string(SIGUSR2));
  raise(SIGUSR2);
  reports.await(2);
}

TEST(FlightRecorderDeathTest, AFatalSignalWritesAReportAndThenKills) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  const auto die = [] {
    troupe::observe::RingTracer tracer;
    FlightRecorder recorder(tracer, {.write = [](const FlightReport& report) {
                              std::fprintf(stderr, "report: %s\n", report.reason.c_str());
                            }});
    recorder.on_signals({SIGTERM});
    raise(SIGTERM);
  };
  EXPECT_EXIT(die(), ::testing::KilledBySignal(SIGTERM), "report: signal 15");
}

}  // namespace
