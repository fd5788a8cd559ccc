// Reads the options of the command line.
// Thread-safety: pure function.
#pragma once

#include <expected>
#include <string>

#include "options/options.hpp"

namespace troupe::kv {

// What to do instead of starting: say something and leave.
struct Leave {
  int exit_code;     // 0 for --help and --version, 2 for a mistake
  std::string text;  // for standard output if the code is 0, else for standard error; ends with a line end
};

[[nodiscard]] std::expected<Options, Leave> read_command_line(int argc, const char* const* argv);

}  // namespace troupe::kv
