// Four workers report to a logger. Actors stop in the reverse order of their spawns: the workers first, each
// after all that it was sent, then the logger, after all that the workers sent. No line is lost.
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/troupe.hpp>

struct Line {
  troupe::LogLevel level;
  std::string from;
  std::string text;
};

class Logger {
 public:
  void on(Line&& line) { lines_[line.from].push_back(std::move(line)); }

  // Lines of one worker come in order; which worker is faster, nobody knows. So they are shown by worker.
  void on(troupe::Stopping) const {
    std::size_t count = 0;
    for (const auto& [from, lines] : lines_) {
      count += lines.size();
      for (const Line& line : lines) {
        const std::string_view level = to_string(line.level);
        std::printf("%-5.*s %s: %s\n", static_cast<int>(level.size()), level.data(), from.c_str(),
                    line.text.c_str());
      }
    }
    std::printf("the logger stops after %zu lines\n", count);
  }

 private:
  std::map<std::string, std::vector<Line>> lines_;
};

/// Squares a number, if the square fits in a byte.
class Worker : public troupe::Actor<Worker> {
 public:
  explicit Worker(troupe::Ref<Logger> logger) : logger_(logger) {}

  void on(int number) {
    const int square = number * number;
    if (square < 256) {
      report(troupe::LogLevel::info, std::to_string(number) + " squared is " + std::to_string(square));
    } else {
      report(troupe::LogLevel::error, std::to_string(number) + " squared does not fit in a byte");
    }
  }

 private:
  void report(troupe::LogLevel level, std::string text) {
    logger_.tell<Line>(level, path(), std::move(text));
  }
  troupe::Ref<Logger> logger_;
};

int main() {
  troupe::System system;
  const auto logger = system.spawn<Logger>({.name = "logger"});
  std::vector<troupe::Ref<Worker>> workers;
  for (const char* name : {"worker-a", "worker-b", "worker-c", "worker-d"}) {
    workers.push_back(system.spawn<Worker>({.name = name}, logger));
  }
  for (int number = 1; number <= 20; ++number) {
    workers[static_cast<std::size_t>(number - 1) % workers.size()].tell(number);
  }
  const troupe::ShutdownReport report = system.shutdown();
  std::printf("%s\n", report.clean() ? "all have stopped" : to_string(report.unstopped).c_str());
}
