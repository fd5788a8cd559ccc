// Words for people: actors and exceptions.
#pragma once

#include <exception>
#include <string>
#include <string_view>

#include <troupe/detail/cell.hpp>
#include <troupe/detail/ref_services.hpp>

namespace troupe::inline v0::detail {

/// What stands for the path of an actor that has ended and is forgotten.
inline constexpr std::string_view ended_actor_path = "(an actor that has ended)";

/// "shop/stock (Stock)". @pre the caller holds the cell's token, or its tree is still
std::string describe_actor(const Cell& cell);
std::string_view class_name(const Cell& cell);

/// "std::runtime_error: out of paper".
std::string describe_exception(const std::exception_ptr& cause) noexcept;

}  // namespace troupe::inline v0::detail
