#include "environment.hpp"
#include <charconv>
#include <cstdlib>
#include <sstream>

#include <troupe/errors.hpp>

namespace troupe::inline v0::sim {

namespace {

[[noreturn]] void refuse(const std::string& part) {
  throw UsageError(
      "TROUPE_SIM can't be understood at '" + part +
      "': write schedule=FILE, or seed=N,depth=N, and also name=NAME or break=PATH#N, with commas "
      "between them");
}

std::uint64_t number_of(const std::string& word, const std::string& part) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc() || end != word.data() + word.size()) refuse(part);
  return number;
}

}  // namespace

Environment parse_environment(const std::string& text) {
  Environment result;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const std::size_t equals = part.find('=');
    if (equals == part.npos) refuse(part);
    const std::string key = part.substr(0, equals);
    const std::string value = part.substr(equals + 1);
    if (key == "seed") {
      result.seed = number_of(value, part);
    } else if (key == "depth") {
      result.depth = number_of(value, part);
    } else if (key == "schedule") {
      result.schedule = value;
    } else if (key == "name") {
      result.name = value;
    } else if (key == "break") {
      const std::size_t hash = value.rfind('#');
      if (hash == value.npos) refuse(part);
      result.break_path = value.substr(0, hash);
      result.break_message = number_of(value.substr(hash + 1), part);
    } else {
      refuse(part);
    }
  }
  return result;
}

const Environment& environment() {
  static const Environment read = [] {
    const char* text = std::getenv("TROUPE_SIM");
    return text ? parse_environment(text) : Environment{};
  }();
  return read;
}

}  // namespace troupe::inline v0::sim
