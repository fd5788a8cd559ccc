// What docs/debugging.md takes apart: it fails. `bank mended` passes.
#include <cstdio>
#include <string_view>

#include "bank.hpp"

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "mended") {
    const auto all = troupe::sim::exhaust({.name = "bank"}, bank::two_customers<bank::MendedAccount>);
    std::puts(all.report().c_str());
    return all.passed() ? 0 : 1;
  }
  // One process: with more, which of them is the first to find something is chance.
  const auto result =
      troupe::sim::explore({.name = "bank", .processes = 1}, bank::two_customers<bank::Account>);
  return result.passed() ? 0 : 1;
}
