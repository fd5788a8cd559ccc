// A type's name as its author wrote it, at compile time and without RTTI.
#pragma once

#include <string_view>

namespace troupe::inline v0::detail {

template <class T>
constexpr std::string_view pretty_function() {
  return __PRETTY_FUNCTION__;
}

/// The name of T, with its namespaces: "shop::Increment". Static storage. Source: the compiler's own
/// rendering of this function's signature, between what stands before and after `int` for T = int.
template <class T>
constexpr std::string_view type_name() {
  constexpr std::string_view probe = pretty_function<int>();
  constexpr std::size_t before = probe.find("T = int") + 4;
  constexpr std::string_view whole = pretty_function<T>();
  // g++ goes on with "; std::string_view = ...]", clang closes with "]".
  constexpr std::size_t end = whole.find("; std::string_view", before);
  std::string_view name = whole.substr(before, (end == whole.npos ? whole.size() - 1 : end) - before);
  constexpr std::string_view anonymous[] = {"{anonymous}::", "(anonymous namespace)::"};
  for (std::string_view prefix : anonymous) {
    if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  }
  return name;
}

/// One address per type: tells types apart where RTTI isn't wanted.
template <class T>
inline constexpr char type_tag = 0;

}  // namespace troupe::inline v0::detail
