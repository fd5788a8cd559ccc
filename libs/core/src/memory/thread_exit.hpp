// Runs a function when the thread that made it ends.
#pragma once

namespace troupe::inline v0::detail {

class AtThreadExit {
 public:
  explicit constexpr AtThreadExit(void (*function)() noexcept) noexcept : function_(function) {}
  AtThreadExit(const AtThreadExit&) = delete;
  AtThreadExit& operator=(const AtThreadExit&) = delete;
  ~AtThreadExit() { function_(); }

 private:
  void (*function_)() noexcept;
};

}  // namespace troupe::inline v0::detail
