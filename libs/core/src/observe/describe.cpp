#include "observe/describe.hpp"
#include <cstdlib>
#include <memory>

#include <cxxabi.h>

#include "lifecycle/tree_guard.hpp"

namespace troupe::inline v0::detail {

std::string path_of(const Cell& cell) {
  if (cell.path) return *cell.path;
  if (!cell.parent) return {};  // the root
  const std::string above = path_of(*cell.parent);
  const std::string own = std::to_string(cell.ordinal);
  return above.empty() ? own : above + '/' + own;
}

std::string_view class_name(const Cell& cell) { return cell.ops ? cell.ops->name : "no actor"; }

std::string describe_actor(const Cell& cell) {
  std::string path = path_of(cell);
  if (path.empty()) return "the system";
  return path + " (" + std::string(class_name(cell)) + ")";
}

std::string describe(const Cell& cell, std::uint64_t gen) {
  // While the guard is held and the gen is right, the actor can't leave the tree, so its parents stand.
  const TreeGuard guard(const_cast<Cell&>(cell));
  if (!cell.is(gen)) return std::string(ended_actor_path);
  return path_of(cell);
}

std::string describe_exception(const std::exception_ptr& cause) noexcept {
  if (!cause) return "no exception";
  std::string type = "an exception";
  std::string text;
  try {
    std::rethrow_exception(cause);
  } catch (const std::exception& error) {
    text = error.what();
    if (const std::type_info* info = abi::__cxa_current_exception_type()) type = info->name();
  } catch (...) {
    if (const std::type_info* info = abi::__cxa_current_exception_type()) type = info->name();
  }
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(
      abi::__cxa_demangle(type.c_str(), nullptr, nullptr, &status), std::free);
  if (status == 0) type = readable.get();
  // Our own types as users write them: without the inline namespace of the version.
  constexpr std::string_view versioned = "troupe::v0::";
  if (const auto at = type.find(versioned); at != type.npos) type.replace(at, versioned.size(), "troupe::");
  return text.empty() ? type : type + ": " + text;
}

}  // namespace troupe::inline v0::detail
