#include <string>

#include <sys/uio.h>
#include <unistd.h>

#include <troupe/ports/log.hpp>

namespace troupe::inline v0 {

std::string_view to_string(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
    case LogLevel::critical:
      return "critical";
  }
  return "unknown";
}

namespace {

class StderrLog final : public Log {
 public:
  void write(LogLevel level, std::string_view line) noexcept override {
    if (!wants(level)) return;
    // One system call a line, so that lines of several threads don't mix.
    const auto part = [](std::string_view text) {
      return iovec{const_cast<char*>(text.data()), text.size()};
    };
    const iovec parts[] = {part("troupe "), part(to_string(level)), part(": "), part(line), part("\n")};
    static_cast<void>(!::writev(STDERR_FILENO, parts, static_cast<int>(std::size(parts))));
  }
  bool wants(LogLevel level) const noexcept override { return level >= LogLevel::warning; }
};

class NullLog final : public Log {
 public:
  void write(LogLevel, std::string_view) noexcept override {}
  bool wants(LogLevel) const noexcept override { return false; }
};

}  // namespace

Log& stderr_log() noexcept {
  static auto* log = new StderrLog;
  return *log;
}

Log& null_log() noexcept {
  static auto* log = new NullLog;
  return *log;
}

}  // namespace troupe::inline v0
