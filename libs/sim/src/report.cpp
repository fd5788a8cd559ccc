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
    std::error_code ignored;
    const std::filesystem::path file = std::filesystem::absolute(
        std::filesystem::path(options.directory) / (plain(options.name) + ".schedule"), ignored);
    if (save_schedule(schedule, file.string())) wish = "schedule=" + file.lexically_normal().string();
  }
  const std::string command = options.command.empty() ? own_command() : std::string(options.command);
  failure.command = "TROUPE_SIM=" + shell_quoted(wish) + ' ' + command;
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
  out << "repeat it:\n  " << failure->command;
  return out.str();
}

}  // namespace troupe::inline v0::sim
