// The code of docs/tracing.md.
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <unistd.h>

#include <troupe/observe/export.hpp>
#include <troupe/observe/flight_recorder.hpp>
#include <troupe/observe/recorder.hpp>
#include <troupe/observe/recording.hpp>
#include <troupe/observe/ring_tracer.hpp>
#include <troupe/troupe.hpp>

#include "expect.hpp"

using namespace std::chrono_literals;

struct Print {};
struct Count {};
struct Printer {
  int printed = 0;
  void on(Print) {
    if (++printed == 3) throw std::runtime_error("out of paper");
  }
  int on(Count) const { return printed; }
};

/// Handlers of an administrator's commands.
void start_tracing(troupe::observe::RingTracer& tracer) { tracer.switch_on(); }
void stop_tracing(troupe::observe::RingTracer& tracer) { tracer.switch_off(); }
void save_trace(const troupe::observe::RingTracer& tracer, const std::string& file) {
  std::ofstream(file) << to_chrome_json(tracer.snapshot());
}

/// The story of the first failure, as a diagram; empty if there is none.
std::string story_of_failure(const troupe::observe::Trace& trace) {
  for (std::size_t i = 0; i < trace.records.size(); ++i) {
    if (trace.records[i].kind == troupe::TraceKind::failure) return to_sequence_diagram(trace, i);
  }
  return {};
}

void a_service_is_traced(const std::string& directory) {
  troupe::observe::RingTracer tracer;
  troupe::System system({.tracer = &tracer});
  const auto printer = system.spawn<Printer>({.name = "printer"});
  start_tracing(tracer);
  printer.tell<Print>();
  expect(printer.ask<Count>().get() == 1);
  stop_tracing(tracer);
  save_trace(tracer, directory + "/trace.json");
  expect(std::filesystem::file_size(directory + "/trace.json") > 0);
  expect(to_text(tracer.snapshot()).find("printer: begin Print") != std::string::npos);

  tracer.sample(1000);
}

void a_failure_is_written_down(const std::string& directory) {
  troupe::observe::RingTracer tracer;
  {
    troupe::System system({.log = &troupe::null_log(), .tracer = &tracer});
    tracer.switch_on();
    troupe::observe::FlightRecorder flight(
        tracer, {.directory = directory, .last_events = 5000, .look_for_deadlocks_every = 1s});
    flight.on_signals({SIGABRT, SIGSEGV, SIGUSR1});
    const auto printer = system.spawn<Printer>({.name = "printer"});
    for (int i = 0; i < 3; ++i) printer.tell<Print>();
    expect(static_cast<bool>(system.shutdown()));
  }
  expect(story_of_failure(tracer.snapshot()).find("out of paper") != std::string::npos);
  expect(std::filesystem::exists(directory + "/flight-" + std::to_string(getpid()) + "-1.txt"));
}

void a_run_is_recorded(const std::string& path) {
  {
    std::ofstream file(path, std::ios::binary);
    troupe::observe::Recorder recorder({.write = [&file](std::span<const std::byte> piece) {
      file.write(reinterpret_cast<const char*>(piece.data()), static_cast<std::streamsize>(piece.size()));
    }});
    recorder.switch_on();
    troupe::System system({.tracer = &recorder});
    const auto printer = system.spawn<Printer>({.name = "printer"});
    printer.tell<Print>();
    expect(printer.ask<Count>().get() == 1);
  }
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto recording = troupe::observe::Recording::read(std::as_bytes(std::span(bytes)));
  expect(recording.has_value() && recording->is_complete());
  expect(recording->inputs().size() == 2);
}

int main() {
  const auto directory =
      std::filesystem::temp_directory_path() / ("troupe-tracing-" + std::to_string(getpid()));
  std::filesystem::create_directory(directory);
  a_service_is_traced(directory);
  a_failure_is_written_down(directory);
  a_run_is_recorded(directory / "run.troupe");
  std::filesystem::remove_all(directory);
}
