// ping_pong and fan_in_actors in a system that is traced, or could be.
#include <troupe/observe/recorder.hpp>
#include <troupe/observe/ring_tracer.hpp>

#include "../harness/workloads.hpp"
#include "backpressure.hpp"
#include "simulation.hpp"
#include "supervision.hpp"
#include "with_options.hpp"

namespace bench {
namespace {

using Base = Result (*)(const troupe::SystemOptions& options, double scale);

template <Base base>
Result with_tracer_off(double scale) {
  troupe::observe::RingTracer tracer;
  return base({.tracer = &tracer}, scale);
}

template <Base base>
Result with_tracer_on(double scale) {
  troupe::observe::RingTracer tracer;
  tracer.switch_on();
  return base({.tracer = &tracer}, scale);
}

/// Into memory that is thrown away: a file would measure the disk.
template <Base base>
Result with_recorder(double scale) {
  long bytes = 0;
  troupe::observe::Recorder recorder(
      {.write = [&bytes](std::span<const std::byte> piece) { bytes += static_cast<long>(piece.size()); }});
  recorder.switch_on();
  return base({.tracer = &recorder}, scale);
}

Result ask_waiting(double scale) { return ask_waiting_with({}, scale); }
Result ask_waiting_unwatched(double scale) {
  return ask_waiting_with({.on_deadlock = troupe::OnDeadlock::ignore}, scale);
}

constexpr Workload kOwn[] = {
    {"tracing_off", with_tracer_off<ping_pong_with>},
    {"tracing_off_fan_in", with_tracer_off<fan_in_actors_with>},
    {"tracing_on", with_tracer_on<ping_pong_with>},
    {"tracing_on_fan_in", with_tracer_on<fan_in_actors_with>},
    {"recording", with_recorder<ping_pong_with>},
    {"recording_fan_in", with_recorder<fan_in_actors_with>},
    {"simulated_messages", simulated_messages},
    {"ask_waiting", ask_waiting},
    {"ask_waiting_unwatched", ask_waiting_unwatched},
    {"restart", restart},
    {"throw_and_catch", throw_and_catch},
    {"supervised_ping_pong", supervised_ping_pong},
    {"siblings_under_crashes", siblings_under_crashes},
    {"siblings_without_crashes", siblings_without_crashes},
    {"tree_start_stop", tree_start_stop},
    {"bounded_one_to_one", bounded_one_to_one},
    {"tell_pipeline", tell_pipeline},
    {"deliver_pipeline", deliver_pipeline},
    {"await_pipeline", await_pipeline},
    {"overload_rss", overload_rss},
};

}  // namespace

std::span<const Workload> own_workloads() { return kOwn; }

}  // namespace bench
