#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <troupe/observe/export.hpp>
#include <troupe/observe/flight_recorder.hpp>
#include <troupe/observe/waits.hpp>

#include "flight_signals.hpp"

namespace troupe::inline v0::observe {

namespace {

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_, O_CLOEXEC | O_NONBLOCK) != 0) {
      throw std::system_error(errno, std::generic_category(), "the flight recorder needs a pipe");
    }
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  /// A full pipe wakes its reader too.
  void send(unsigned char what) const noexcept {
    [[maybe_unused]] const auto sent = ::write(writer(), &what, 1);
  }

 private:
  int ends_[2];
};

// What comes through the pipe: these, or the number of a signal.
constexpr unsigned char quit = 255, failure = 254;

}  // namespace

class FlightRecorder::Impl final : RingTracer::FailureListener {
 public:
  Impl(RingTracer& tracer, FlightRecorderOptions options) : tracer_(tracer), options_(std::move(options)) {
    thread_ = std::thread([this] { run(); });
    if (options_.on_failure) tracer_.listen(this);
  }
  ~Impl() {
    tracer_.listen(nullptr);
    if (has_signals_) detail::restore_signals();
    wake_.send(quit);
    thread_.join();
  }

  void write(std::string_view reason, Trace trace) {
    const std::lock_guard lock(mutex_);
    if (reports_.load(std::memory_order_relaxed) == options_.most_reports) return;
    const std::size_t number = reports_.fetch_add(1, std::memory_order_relaxed) + 1;
    const FlightReport report{std::string(reason), number, std::move(trace)};
    if (options_.write) {
      options_.write(report);
    } else {
      write_report(report, options_.directory);
    }
  }
  void write(std::string_view reason) { write(reason, tracer_.snapshot(options_.last_events)); }

  void on_signals(std::initializer_list<int> signals) {
    detail::install_signals(signals, wake_.writer(), done_.reader());
    has_signals_ = true;
  }
  std::size_t reports() const noexcept { return reports_.load(std::memory_order_relaxed); }

 private:
  void failed() noexcept override {
    // Several failures in a row make one report. acq_rel: pairs with the exchange in run(), so that its
    // snapshot has this failure.
    if (!owes_failure_.exchange(true, std::memory_order_acq_rel)) wake_.send(failure);
  }

  void run() {
    const auto period = options_.look_for_deadlocks_every.count();
    const int timeout_ms = period > 0 ? static_cast<int>(period) : -1;
    for (;;) {
      pollfd ready{wake_.reader(), POLLIN, 0};
      if (poll(&ready, 1, timeout_ms) == 0) {
        look_for_deadlock();
        continue;
      }
      unsigned char what = 0;
      while (read(wake_.reader(), &what, 1) == 1) {
        if (what == quit) return write_what_is_owed();
        if (what == failure) {
          write_what_is_owed();
        } else {
          write("signal " + std::to_string(what));
          if (!detail::is_request(what)) done_.send(what);
        }
      }
    }
  }

  void write_what_is_owed() {
    if (owes_failure_.exchange(false, std::memory_order_acq_rel)) write("an actor has failed");
  }

  /// A snapshot isn't of one moment, so a ring counts when it is still there at the next look; and once.
  void look_for_deadlock() {
    Trace trace = tracer_.snapshot();
    const std::vector<Wait> ring = deadlock_of(trace);
    const std::uint64_t seen = ring.empty() ? 0 : ring.front().ask;
    const bool is_certain = seen != 0 && seen == suspected_ && seen != reported_;
    suspected_ = seen;
    if (!is_certain) return;
    reported_ = seen;
    const std::string reason = "deadlock: " + to_string(ring, trace);
    write(reason, std::move(trace));
  }

  RingTracer& tracer_;
  const FlightRecorderOptions options_;
  std::mutex mutex_;  ///< one report at a time
  std::atomic<std::size_t> reports_{0};
  std::atomic<bool> owes_failure_{false};
  bool has_signals_ = false;
  std::uint64_t suspected_ = 0, reported_ = 0;  ///< asks of rings; the recorder's thread only
  Pipe wake_, done_;
  std::thread thread_;
};

FlightRecorder::FlightRecorder(RingTracer& tracer, FlightRecorderOptions options)
    : impl_(std::make_unique<Impl>(tracer, std::move(options))) {}
FlightRecorder::~FlightRecorder() = default;
void FlightRecorder::write(std::string_view reason) { impl_->write(reason); }
void FlightRecorder::on_signals(std::initializer_list<int> signals) { impl_->on_signals(signals); }
std::size_t FlightRecorder::reports() const noexcept { return impl_->reports(); }

bool write_report(const FlightReport& report, const std::string& directory) {
  const std::string base =
      directory + "/flight-" + std::to_string(getpid()) + '-' + std::to_string(report.number);
  std::ofstream text(base + ".txt"), json(base + ".json");
  text << report.reason << "\n\n" << to_text(report.trace);
  json << to_chrome_json(report.trace);
  return text.flush().good() && json.flush().good();
}

}  // namespace troupe::inline v0::observe
