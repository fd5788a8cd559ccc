// troupe-kv: the program. Reads the options, starts the server, and waits for a signal to end it.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

#include <troupe/net/io_loop.hpp>
#include <troupe/ports/log.hpp>
#include <troupe/system.hpp>

#include "actors/store.hpp"
#include "options/command_line.hpp"

namespace {

constexpr std::chrono::seconds shutdown_deadline{5};

/// Clients come and go as they like, and what is then still on its way to one reaches nobody. That is no
/// fault, and no stranger shall fill a disk with it: such warnings are for those who ask for them.
class ServerLog final : public troupe::Log {
 public:
  explicit ServerLog(std::string_view level) : tells_all_(level == "debug" || level == "verbose") {}
  void write(troupe::LogLevel level, std::string_view line) noexcept override {
    if (wants(level)) troupe::stderr_log().write(level, line);
  }
  bool wants(troupe::LogLevel level) const noexcept override {
    return tells_all_ || level > troupe::LogLevel::warning;
  }

 private:
  const bool tells_all_;
};

/// SIGINT and SIGTERM are taken by the main thread, when it waits for them; a client that goes away while it
/// is written to is an error code, not a signal.
sigset_t block_signals() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return ending;
}

/// SHUTDOWN ends the process as a signal does: there is one way out.
void ask_process_to_end() { ::kill(::getpid(), SIGTERM); }

/// Parts of it have crashed more often than may be; the log has just told why.
void give_up() {
  std::cerr << "troupe-kv: the server has failed, and ends\n";
  std::_Exit(1);
}

/// Each client is a descriptor, and some are needed besides.
void allow_descriptors(std::uint32_t clients) {
  constexpr rlim_t others = 64;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = clients + others;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_max = std::max(limit.rlim_max, wanted);
  limit.rlim_cur = wanted;
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < wanted) {
    std::cerr << "troupe-kv: the system allows " << limit.rlim_cur
              << " open files, too few for --max-clients " << clients
              << ": further clients will have to wait; raise the limit with ulimit -n\n";
  }
}

int run(troupe::kv::Options options) {
  // Where each request is small the kernel's network is most of the work, and wants processors of its own.
  if (options.threads == 0) options.threads = std::max(1U, std::thread::hardware_concurrency() / 2);
  if (options.shards == 0) options.shards = options.threads;
  allow_descriptors(options.settings.max_clients);
  const sigset_t ending = block_signals();

  ServerLog log(options.settings.log_level);
  troupe::net::IoLoop loop;
  // All actors of the store live in the group of the loop; the default group has nothing to do.
  troupe::System system{{.workers = 1, .shutdown_deadline = shutdown_deadline, .log = &log}};
  system.add_group("net", {.threads = options.threads, .loop = &loop});
  const auto server = troupe::kv::start_store(system, loop, "net", options, {&ask_process_to_end, &give_up});
  const auto listening = server.ask<troupe::kv::Server::Listen>().get();
  if (!listening.error.empty()) throw std::runtime_error(listening.error);
  std::cout << "troupe-kv ready on " << listening.address << std::endl;

  int signal = 0;
  sigwait(&ending, &signal);
  const auto report = system.shutdown(shutdown_deadline);
  if (!report) std::cerr << "troupe-kv: these did not stop in time:\n" << to_string(report.unstopped);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = troupe::kv::read_command_line(argc, argv);
  if (!options) {
    (options.error().exit_code == 0 ? std::cout : std::cerr) << options.error().text;
    return options.error().exit_code;
  }
  try {
    return run(*options);
  } catch (const std::exception& error) {
    std::cerr << "troupe-kv: " << error.what() << '\n';
    return 1;
  }
}
