#include "report.hpp"
#include <filesystem>
#include <fstream>
#include <sstream>

namespace troupe::inline v0::sim {

namespace {

std::string own_command() {
  std::ifstream in("/proc/self/cmdline", std::ios::binary);
  std::string command;
  for (std::string word; std::getline(in, word, '\0');) {
    if (!command.empty()) command += ' ';
    command += shell_quoted(word);
  }
  return command;
}

/// Of a file name: what a file system and a shell take without trouble.
std::string plain(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
    if (!fine) c = '-';
  }
  return result;
}

/// NAME.schedule, NAME.mmd
std::string file_of(const ExploreOptions& options, const char* ending) {
  std::error_code ignored;
  return std::filesystem::absolute(std::filesystem::path(options.directory) / (plain(options.name) + ending),
                                   ignored)
      .lexically_normal()
      .string();
}

}  // namespace

std::string shell_quoted(const std::string& word) {
  constexpr std::string_view harmless =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-=,+:";
  if (!word.empty() && word.find_first_not_of(harmless) == word.npos) return word;
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  quoted += '\'';
  return quoted;
}

void prepare_command(const ExploreOptions& options, Failure& failure) {
  Schedule& schedule = failure.schedule;
  schedule.name = options.name;
  std::string wish = "seed=" + std::to_string(schedule.seed) + ",depth=" + std::to_string(schedule.depth) +
                     ",name=" + schedule.name;
  if (!options.directory.empty()) {
    const std::string file = file_of(options, ".schedule");
    if (save_schedule(schedule, file)) wish = "schedule=" + file;
  }
  const std::string command = options.command.empty() ? own_command() : std::string(options.command);
  failure.command = "TROUPE_SIM=" + shell_quoted(wish) + ' ' + command;
}

void write_diagram(const ExploreOptions& options, Failure& failure) {
  if (options.directory.empty() || failure.diagram.empty()) return;
  const std::string file = file_of(options, ".mmd");
  std::ofstream out(file);
  out << failure.diagram << std::flush;
  if (out) failure.diagram_file = file;
}

std::string Exploration::report() const {
  std::ostringstream out;
  if (!failure) {
    out << schedules << " schedules passed, of " << steps << " steps";
    if (complete) out << ": these are all that differ";
    return out.str();
  }
  out << "simulation '" << failure->schedule.name << "' failed (" << to_string(failure->kind)
      << "): " << failure->sentence << "\nafter " << schedules << " schedules that passed, with seed "
      << failure->schedule.seed << " and " << failure->schedule.choices.size() << " choices";
  if (shrunk_from > failure->schedule.choices.size()) out << ", shrunk from " << shrunk_from;
  if (!failure->history.empty()) out << "\nits last events:\n" << failure->history;
  if (!failure->history.ends_with('\n')) out << '\n';
  if (!failure->diagram_file.empty()) {
    out << "how it came to be, as a Mermaid diagram: " << failure->diagram_file << '\n';
  } else if (!failure->diagram.empty()) {
    out << "how it came to be, as a Mermaid diagram:\n" << failure->diagram;
  }
  out << "repeat it:\n  " << failure->command;
  return out.str();
}

}  // namespace troupe::inline v0::sim
