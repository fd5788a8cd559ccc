// What the tests of the simulator share.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/sim/simulation.hpp>
#include <troupe/troupe.hpp>

namespace sim_test {

using namespace std::chrono_literals;
using namespace troupe::sim;

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// What() of the exception that the call throws; empty if it throws none.
template <class Exception, class F>
std::string thrown(F&& call) {
  try {
    call();
  } catch (const Exception& error) {
    return error.what();
  }
  return {};
}

}  // namespace sim_test
