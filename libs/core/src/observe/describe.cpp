#include "observe/describe.hpp"
#include <cstdlib>
#include <cstring>
#include <memory>
#include <typeinfo>

#include <cxxabi.h>

#include "lifecycle/pin.hpp"

namespace troupe::inline v0::detail {

std::string path_of(const Cell& cell) {
  if (!cell.parent) return {};  // the root: first, as any thread may ask for its path while it ends
  if (cell.path) return *cell.path;
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
  const Pin pin(const_cast<Cell&>(cell), gen);
  return pin.holds() ? path_of(cell) : std::string(ended_actor_path);
}

namespace {

/// An exception as a handler would see it.
struct Thrown {
  const std::type_info* type = nullptr;
  const std::exception* error = nullptr;  ///< null: it is none of these
};

#if defined(__GLIBCXX__)
/// Without throwing it once more, which was a third of what a failure cost: libstdc++ tells what is in an
/// exception_ptr, and matches a type as the search for a handler does.
Thrown look_at(const std::exception_ptr& cause) noexcept {
  static_assert(sizeof cause == sizeof(void*), "an exception_ptr points to the exception, and has no more");
  void* object = nullptr;
  std::memcpy(&object, static_cast<const void*>(&cause), sizeof object);
  const std::type_info* type = cause.__cxa_exception_type();
  const bool matches = typeid(std::exception).__do_catch(type, &object, 1);
  return {type, matches ? static_cast<const std::exception*>(object) : nullptr};
}
#else
Thrown look_at(const std::exception_ptr& cause) noexcept {
  try {
    std::rethrow_exception(cause);
  } catch (const std::exception& error) {
    return {abi::__cxa_current_exception_type(), &error};  // which `cause` keeps alive
  } catch (...) {
    return {abi::__cxa_current_exception_type(), nullptr};
  }
}
#endif

std::string readable_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> readable(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? readable.get() : type.name();
  // Our own types as users write them: without the inline namespace of the version.
  constexpr std::string_view versioned = "troupe::v0::";
  if (const auto at = name.find(versioned); at != name.npos) name.replace(at, versioned.size(), "troupe::");
  return name;
}

}  // namespace

std::string describe_exception(const std::exception_ptr& cause) noexcept {
  if (!cause) return "no exception";
  const Thrown thrown = look_at(cause);
  std::string text = thrown.type ? readable_name(*thrown.type) : "an exception";
  if (const char* const what = thrown.error ? thrown.error->what() : ""; *what != '\0')
    text.append(": ").append(what);
  return text;
}

}  // namespace troupe::inline v0::detail
