// TROUPE CRASH: once armed, it makes the actor that has it fail at its next request, as a fault in a handler
// would. Thread-safety: none; it belongs to one actor. A restart begins with one that isn't armed.
#pragma once

#include <stdexcept>

namespace troupe::kv {

class CrashTest {
 public:
  void arm() noexcept { is_armed_ = true; }

  // At the beginning of the turn of a request. @throws std::runtime_error if armed
  void strike() const {
    if (is_armed_) [[unlikely]]
      throw std::runtime_error("TROUPE CRASH");
  }

 private:
  bool is_armed_ = false;
};

}  // namespace troupe::kv
