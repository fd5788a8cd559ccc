// The parameters of CONFIG GET and CONFIG SET: what each is called, how it shows, and how a new value is
// taken.
// Thread-safety: immutable; the functions touch only the settings given to them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/settings.hpp"

namespace troupe::kv {

struct ConfigParameter {
  std::string_view name;
  std::string (*show)(const Settings&);
  // Returns what is wrong with the value, or an empty text. nullptr: it can't change while the server runs.
  std::string (*change)(Settings&, std::string_view value) = nullptr;
};

[[nodiscard]] std::span<const ConfigParameter> config_parameters() noexcept;

// nullptr if there is none. Names compare without regard to case.
[[nodiscard]] const ConfigParameter* find_config_parameter(std::string_view name) noexcept;

}  // namespace troupe::kv
