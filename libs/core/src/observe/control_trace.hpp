// Tells the tracer of what an actor is sent besides messages.
#pragma once

#include <cstdint>
#include <string_view>

#include <troupe/detail/tracing.hpp>

namespace troupe::inline v0::detail {

void trace_control(Cell& receiver, std::uint64_t gen, std::string_view what, std::uint64_t name) noexcept;

/// `what` stands for all time; `name` is that of a join, which is answered.
inline void tell_tracer(Cell& receiver, std::uint64_t gen, std::string_view what,
                        std::uint64_t name = 0) noexcept {
  if (tracing()) [[unlikely]]
    trace_control(receiver, gen, what, name);
}

}  // namespace troupe::inline v0::detail
