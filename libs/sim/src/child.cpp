#include "child.hpp"
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::inline v0::sim {

namespace {

[[noreturn]] void fail_with(const char* call) {
  throw std::system_error(errno, std::generic_category(), std::string("the simulation needs ") + call);
}

}  // namespace

Child::Child() {
  void* memory =
      ::mmap(nullptr, sizeof(SharedRun), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail_with("mmap");
  shared_ = ::new (memory) SharedRun;
}

Child::~Child() {
  kill();
  ::munmap(shared_, sizeof(SharedRun));
}

void Child::start(const std::function<void(SharedRun&)>& function) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail_with("pipe2");
  shared_->returned.store(false, std::memory_order_relaxed);
  // Else what is buffered here would be written twice.
  std::fflush(nullptr);
  const pid_t process = ::fork();
  if (process < 0) fail_with("fork");
  if (process == 0) {
    ::close(ends[0]);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    shared_run = shared_;
    function(*shared_);
    shared_->returned.store(true, std::memory_order_release);
    std::fflush(nullptr);
    // Without destructors and exit handlers: they are the parent's business.
    ::_exit(0);
  }
  ::close(ends[1]);
  process_ = process;
  ended_ = ends[0];
}

std::optional<std::string> Child::wait() {
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
  ::close(ended_);
  ended_ = -1;
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    const char* name = sigabbrev_np(signal);
    return "the process was ended by signal " + std::to_string(signal) + " (SIG" + (name ? name : "?") + ")";
  }
  if (shared_->returned.load(std::memory_order_acquire)) return std::nullopt;
  return "the process ended itself with status " + std::to_string(WEXITSTATUS(status)) +
         ", as a sanitizer or exit() does";
}

void Child::kill() {
  if (!runs()) return;
  ::kill(process_, SIGKILL);
  static_cast<void>(wait());
}

}  // namespace troupe::inline v0::sim
