// IoLoop: socket events as the idle work of a thread group.
//
//   net::IoLoop loop;
//   troupe::System system;
//   system.add_group("net", {.threads = 1, .loop = &loop});
//
// The workers of the group handle socket events where others would sleep, and run the connections' actors
// in the same thread, with no hand-over between an event and the turn that it causes.
#pragma once

#include <memory>

#include <troupe/ports/event_loop.hpp>

namespace troupe::inline v0::net {

/// Thread-safety: as EventLoop. Must outlive the system whose group it serves, and all listeners and
/// connections on it.
class IoLoop final : public EventLoop {
 public:
  IoLoop();
  ~IoLoop() override;
  IoLoop(const IoLoop&) = delete;
  IoLoop& operator=(const IoLoop&) = delete;

  void wait() override;
  bool poll() override;
  void wake() override;

  class Impl;
  Impl& impl_() const noexcept { return *impl_pointer_; }

 private:
  std::shared_ptr<Impl> impl_pointer_;  ///< shared: see OwedWakes, which may outlive the loop
};

}  // namespace troupe::inline v0::net
