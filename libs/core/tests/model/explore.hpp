// explore(): every execution of a scenario within the bounds, or the first that fails.
//
// A failure tells its interleaving, and the path of choices that leads to it. To repeat it alone:
//   TROUPE_MODEL_REPLAY='<name of the exploration>:<path>' <the test program> --gtest_filter=<the test>
#pragma once

#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>

#include "machine.hpp"

namespace troupe::model {

struct Result {
  std::size_t executions = 0;
  std::string failure;  // empty: every execution was as it should be
  std::string interleaving;
  std::string path;

  [[nodiscard]] bool ok() const { return failure.empty(); }
};

/// What went wrong, how it came about, and how to see it again.
inline std::string report(const Options& options, const Result& result) {
  return result.failure + "\nin execution " + std::to_string(result.executions) + " of '" + options.name +
         "':\n" + result.interleaving + "repeat with TROUPE_MODEL_REPLAY='" + options.name + ':' +
         result.path + "' and this test's name in --gtest_filter\n";
}

namespace detail {

/// Makes a machine the one that atomics use, while it lives.
class Activation {
 public:
  explicit Activation(Machine& machine) { active_machine = &machine; }
  Activation(const Activation&) = delete;
  Activation& operator=(const Activation&) = delete;
  ~Activation() { active_machine = nullptr; }
};

/// Runs the path once more, with a record.
inline void tell(Machine& machine, const std::function<void(Machine&)>& scenario, Result& result) {
  result.failure = machine.failure();
  machine.run(scenario, true);
  if (machine.failure().empty()) result.failure += " (but not when it was repeated: not deterministic)";
  result.interleaving = machine.interleaving();
  if (!machine.failure().empty()) result.failure = machine.failure();
}

inline Result replay(const Options& options, const std::function<void(Machine&)>& scenario,
                     const std::string& path) {
  Choices choices(path);
  Machine machine(options, choices);
  const Activation activation(machine);
  Result result;
  result.executions = 1;
  result.path = path;
  machine.run(scenario, true);
  result.failure = machine.failure();
  result.interleaving = machine.interleaving();
  std::cerr << (result.ok() ? "nothing fails" : result.failure) << '\n' << result.interleaving;
  return result;
}

}  // namespace detail

inline Result explore(const Options& options, const std::function<void(Machine&)>& scenario) {
  if (const char* wanted = std::getenv("TROUPE_MODEL_REPLAY")) {
    const std::string text = wanted;
    const std::size_t colon = text.rfind(':');
    if (text.substr(0, colon) == options.name) {
      return detail::replay(options, scenario, text.substr(colon + 1));
    }
  }
  Choices choices;
  Machine machine(options, choices);
  const detail::Activation activation(machine);
  Result result;
  do {
    if (result.executions == options.max_executions) {
      result.failure = "there are more executions than max_executions: tighten the bounds, or raise it";
      return result;
    }
    ++result.executions;
    machine.run(scenario, false);
    if (!machine.failed()) continue;
    result.path = choices.path();
    choices.rewind();
    detail::tell(machine, scenario, result);
    return result;
  } while (choices.advance());
  return result;
}

}  // namespace troupe::model
