// Where log lines go: a port.
#pragma once

#include <cstdint>
#include <string_view>

namespace troupe::inline v0 {

enum class LogLevel : std::uint8_t { debug, info, warning, error, critical };

std::string_view to_string(LogLevel level) noexcept;

/// Thread-safety: write() may be called from any thread at any time, also while another call is under way.
class Log {
 public:
  virtual ~Log() = default;
  /// `line` has no newline at its end. Must not throw and should not block for long.
  virtual void write(LogLevel level, std::string_view line) noexcept = 0;
  /// False: lines of this level are dropped, so that they needn't be made. May be called as write() is.
  virtual bool wants(LogLevel) const noexcept { return true; }
};

Log& stderr_log() noexcept;  ///< lines of at least `warning` on standard error: "troupe error: ..."
Log& null_log() noexcept;    ///< nowhere

}  // namespace troupe::inline v0
