#include <charconv>
#include <fstream>
#include <optional>
#include <sstream>

#include <troupe/sim/schedule.hpp>

namespace troupe::inline v0::sim {

namespace {

constexpr std::string_view heading = "troupe schedule 1";
constexpr std::size_t choices_per_line = 20;

std::string word_of(Chosen chosen) {
  if (chosen == chosen_clock) return "clock";
  if (chosen >= chosen_call(0)) return "call" + std::to_string(chosen - chosen_call(0));
  return std::to_string(chosen);
}

template <class Number>
std::optional<Number> number_from(std::string_view word) {
  Number number{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return number;
}

std::optional<Chosen> chosen_from(std::string_view word) {
  if (word == "clock") return chosen_clock;
  if (!word.starts_with("call")) return number_from<Chosen>(word);
  const auto call = number_from<Chosen>(word.substr(4));
  return call ? std::optional(chosen_call(*call)) : std::nullopt;
}

/// Reads one line into the schedule. False: it is none.
bool read_line(Schedule& schedule, std::istringstream& line) {
  std::string key;
  std::string word;
  if (!(line >> key)) return true;
  if (key == "choices") {
    while (line >> word) {
      const auto chosen = chosen_from(word);
      if (!chosen) return false;
      schedule.choices.push_back(*chosen);
    }
    return true;
  }
  if (key == "name") {
    std::getline(line >> std::ws, schedule.name);
    return true;
  }
  if (key == "seed") return static_cast<bool>(line >> schedule.seed);
  if (key == "depth") return static_cast<bool>(line >> schedule.depth);
  Strike strike;
  if (key != "crash" && key != "kill") return false;
  strike.fate = key == "crash" ? Fate::crash : Fate::kill;
  if (!(line >> strike.actor >> strike.message)) return false;
  schedule.strikes.push_back(strike);
  return true;
}

}  // namespace

std::string to_string(const Schedule& schedule) {
  std::string text(heading);
  text += "\nname " + schedule.name + "\nseed " + std::to_string(schedule.seed) + "\ndepth " +
          std::to_string(schedule.depth) + '\n';
  for (std::size_t i = 0; i < schedule.choices.size(); ++i) {
    text += i % choices_per_line == 0 ? (i == 0 ? "choices" : "\nchoices") : "";
    text += ' ' + word_of(schedule.choices[i]);
  }
  if (!schedule.choices.empty()) text += '\n';
  for (const Strike& strike : schedule.strikes) {
    text += strike.fate == Fate::crash ? "crash " : "kill ";
    text += std::to_string(strike.actor) + ' ' + std::to_string(strike.message) + '\n';
  }
  return text;
}

std::expected<Schedule, std::string> parse_schedule(std::string_view text) {
  std::istringstream lines{std::string(text)};
  std::string line;
  if (!std::getline(lines, line) || line != heading) {
    return std::unexpected("this is no schedule: its first line is not '" + std::string(heading) + "'");
  }
  Schedule schedule;
  for (int number = 2; std::getline(lines, line); ++number) {
    std::istringstream words(line);
    if (!read_line(schedule, words)) {
      return std::unexpected("line " + std::to_string(number) + " of the schedule can't be read: '" + line +
                             "'");
    }
  }
  return schedule;
}

std::expected<void, std::string> save_schedule(const Schedule& schedule, const std::string& file) {
  std::ofstream out(file);
  out << to_string(schedule) << std::flush;
  if (out) return {};
  return std::unexpected("the schedule can't be written to " + file + ": name a directory that is writable");
}

std::expected<Schedule, std::string> load_schedule(const std::string& file) {
  std::ifstream in(file);
  if (!in) return std::unexpected("the schedule file " + file + " can't be opened: give its whole path");
  std::ostringstream text;
  text << in.rdbuf();
  auto schedule = parse_schedule(text.str());
  if (!schedule) return std::unexpected(file + ": " + schedule.error());
  return schedule;
}

}  // namespace troupe::inline v0::sim
