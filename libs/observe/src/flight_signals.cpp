#include "flight_signals.hpp"
#include <array>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <string>
#include <system_error>

#include <poll.h>
#include <unistd.h>

namespace troupe::inline v0::observe::detail {

namespace {

constexpr int patience_ms = 2000;
constexpr std::size_t most_signals = 65;

struct Installed {
  std::array<struct sigaction, most_signals> before{};
  std::array<bool, most_signals> is_ours{};
};
Installed installed;  // written before the handlers are installed
// Lock-free, so that the handler may read them. relaxed: set before sigaction(), which orders more than they
// need.
std::atomic<int> to_recorder{-1}, from_recorder{-1};
static_assert(std::atomic<int>::is_always_lock_free);

void await_report() {
  pollfd ready{from_recorder.load(std::memory_order_relaxed), POLLIN, 0};
  if (poll(&ready, 1, patience_ms) == 1) {
    char done;
    [[maybe_unused]] const auto got = read(ready.fd, &done, 1);
  }
}

void handle(int signal) {
  const int saved = errno;
  const auto number = static_cast<unsigned char>(signal);
  const bool told = ::write(to_recorder.load(std::memory_order_relaxed), &number, 1) == 1;
  if (!is_request(signal)) {
    if (told) await_report();
    // It is blocked while this handler runs, and does what it did before when it returns.
    sigaction(signal, &installed.before[static_cast<std::size_t>(signal)], nullptr);
    raise(signal);
  }
  errno = saved;
}

}  // namespace

bool is_request(int signal) noexcept { return signal == SIGHUP || signal == SIGUSR1 || signal == SIGUSR2; }

void install_signals(std::initializer_list<int> signals, int to, int from) {
  assert(to_recorder.load(std::memory_order_relaxed) < 0 &&
         "one flight recorder has the signals of a process");
  to_recorder.store(to, std::memory_order_relaxed);
  from_recorder.store(from, std::memory_order_relaxed);
  for (const int signal : signals) {
    struct sigaction action{};
    action.sa_handler = handle;
    action.sa_flags = SA_ONSTACK | SA_RESTART;
    sigfillset(&action.sa_mask);
    const auto index = static_cast<std::size_t>(signal);
    if (signal <= 0 || index >= most_signals || sigaction(signal, nullptr, &installed.before[index]) != 0 ||
        sigaction(signal, &action, nullptr) != 0) {
      const int error = errno;
      restore_signals();
      throw std::system_error(error, std::generic_category(),
                              "the flight recorder can't catch signal " + std::to_string(signal));
    }
    installed.is_ours[index] = true;
  }
}

void restore_signals() noexcept {
  for (std::size_t i = 0; i < most_signals; ++i) {
    if (!installed.is_ours[i]) continue;
    sigaction(static_cast<int>(i), &installed.before[i], nullptr);
    installed.is_ours[i] = false;
  }
  to_recorder.store(-1, std::memory_order_relaxed);
  from_recorder.store(-1, std::memory_order_relaxed);
}

}  // namespace troupe::inline v0::observe::detail
