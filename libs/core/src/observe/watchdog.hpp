// When the mailboxes of a system are looked at. On the machine's clock the monitor's thread looks, a few
// times within the limit while anybody works, and once more when nobody does; while actors wait for an answer
// it goes on to look at these. On a manual clock, whoever moves the clock looks: that is how virtual time can
// show a stall without a timer that would keep a simulation from ending.
//
// Thread-safety: look() and note_work() by the monitor's thread only, clock_moved() by whoever moves the
// clock.
#pragma once

#include <mutex>
#include <optional>

#include <troupe/ports/clock.hpp>

#include "observe/mailbox_watch.hpp"

namespace troupe::inline v0 {
struct SystemOptions;
}

namespace troupe::inline v0::detail {

class Watchdog final : private Clock::Listener {
 public:
  /// @pre the runtime's clock, stalls and monitor have begun
  void begin(Runtime& runtime, const SystemOptions& options);
  /// @pre no actor lives, and the monitor has ended
  void end();

  /// Looks at the mailboxes if it is time. Returns how long the monitor may sleep if nobody works; nothing:
  /// until somebody does.
  std::optional<std::chrono::nanoseconds> look(SteadyTime now, bool anybody_has_worked);
  /// Somebody has worked since the last look, even if nobody does at the next one.
  void note_work() { worked_ = true; }

 private:
  void clock_moved() override;
  void look_at_mailboxes(SteadyTime now, MailboxWatch::Over whom);
  void report(const std::vector<Stall>& news);

  Runtime* runtime_ = nullptr;
  std::chrono::nanoseconds interval_{};  ///< 0: mailboxes are not watched
  bool is_manual_ = false;
  MailboxWatch mailboxes_;
  bool is_full_ = false;  ///< there were more stalls than are named
  SteadyTime next_look_{};
  bool worked_ = false;  ///< somebody has, since the last look at all

  std::mutex mutex_;  ///< of those who move the clock
  SteadyTime moved_at_{};
};

}  // namespace troupe::inline v0::detail
