// Child: a forked process that runs one function, with memory that it shares with us.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

#include "shared_run.hpp"

namespace troupe::inline v0::sim {

class Child {
 public:
  /// Of one process at a time; the memory stays for the next.
  Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Kills the process if it still runs.
  ~Child();

  SharedRun& shared() { return *shared_; }
  bool runs() const { return process_ > 0; }
  /// Readable when the process has ended.
  int ended() const { return ended_; }
  /// @pre !runs()
  void start(const std::function<void(SharedRun&)>& function);
  /// Waits for the end. A sentence that says how it ended, if that wasn't by the function's return; nothing
  /// if it was.
  std::optional<std::string> wait();
  void kill();

 private:
  SharedRun* shared_;
  pid_t process_ = 0;
  int ended_ = -1;
};

}  // namespace troupe::inline v0::sim
