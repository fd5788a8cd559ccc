// The name of a type as every compiler would have written it.
#pragma once

#include <string>
#include <string_view>

namespace troupe::inline v0::sim {

/// From the rendering of g++ or clang: without unnamed namespaces, inline namespaces of libraries and the
/// functions that local classes stand in; "unsigned long" for "long unsigned int"; "T*", "T&" and ">>"
/// without spaces.
std::string common_type_name(std::string_view rendered);

}  // namespace troupe::inline v0::sim
