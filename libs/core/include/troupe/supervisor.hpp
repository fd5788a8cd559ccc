// Supervisor: restarts its children when they fail. docs/supervision.md has the semantics in tables.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <troupe/detail/maker.hpp>
#include <troupe/detail/ref_services.hpp>
#include <troupe/options.hpp>
#include <troupe/ref.hpp>

namespace troupe::inline v0 {

class Supervisor;

namespace detail {
template <class Start>
Supervisor start_tree(const Supervisor& tree, Start&& start);
}

/// The address of a supervisor: a value, valid to use for ever, like a Ref.
/// Thread-safety: every function from any thread.
class Supervisor {
 public:
  /// Of nobody: spawns throw UsageError.
  Supervisor() noexcept : cell_(&detail::nobody()) {}

  /// Constructs an A in the calling thread, as the last child. Its arguments are kept, and copied for each
  /// start. A constructor that throws is tried again, at once, as often as the intensity allows restarts,
  /// unless the child is temporary; then its last exception is thrown, and nothing is left behind.
  /// @throws SpawnError (its name is taken, the supervisor has ended or is stopping), UsageError (a bad name
  /// or group), and what A's constructor throws
  template <class A, class... Args>
  Ref<A> spawn(const SpawnOptions& options, Args&&... args) const {
    return detail::spawn_supervised<A>(*cell_, gen_, options, std::forward<Args>(args)...);
  }
  template <class A, class... Args>
  Ref<A> spawn(Args&&... args) const {
    return detail::spawn_supervised<A>(*cell_, gen_, detail::spawn_defaults, std::forward<Args>(args)...);
  }
  template <class A>
  Ref<A> spawn(detail::Positional) const {
    static_assert(detail::written_by_name<A>,
                  "troupe: spawn options are written by name, and arguments of the actor without braces: "
                  "spawn<Logger>({.name = \"app\"}) or spawn<Logger>(\"app\")");
    return Ref<A>();
  }
  /// A supervisor as a child. When it is restarted its own children are, and keep their addresses.
  Supervisor supervise(const SupervisorOptions& options = {}) const {
    return of(detail::spawn_supervisor(*cell_, gen_, options, true));
  }
  /// As supervise(), and starts its children as one act, by `start(supervisor)`: if that throws, what it has
  /// started stops in reverse, which a thread outside of actors waits for.
  /// @throws as supervise(), and a SpawnError that names the child and has what `start` threw as its cause()
  template <class Start>
  Supervisor supervise(const SupervisorOptions& options, Start&& start) const {
    return detail::start_tree(supervise(options), std::forward<Start>(start));
  }

  // --- by hand; not charged. Return at once: the order is carried out when the supervisor comes to it.
  /// Builds the child anew.
  template <class A>
  void restart(Ref<A> child) const {
    detail::restart_child(address_(), {child.cell_address_(), child.generation_()});
  }
  /// Stops the child for good, whatever its Restart says, after what was sent to it before.
  template <class A>
  void stop(Ref<A> child) const {
    detail::stop_child(address_(), {child.cell_address_(), child.generation_()});
  }
  void stop(Supervisor child) const { detail::stop_child(address_(), child.address_()); }
  /// Builds the child anew of other arguments, which are kept from now on.
  template <class A, class... Args>
  void replace(Ref<A> child, Args&&... args) const {
    if constexpr (detail::check_supervised<A, Args...>()) {
      detail::replace_child(address_(), {child.cell_address_(), child.generation_()},
                            detail::make_maker<A>(std::forward<Args>(args)...));
    }
  }

  /// Stops the children, the last first, and then the supervisor.
  void stop() const { detail::send_stop(*cell_, gen_); }
  void kill() const { detail::send_kill(*cell_, gen_); }
  /// Awaits its end, as Ref::join() does.
  [[nodiscard]] Ask<Terminated> join() const { return detail::make_join(*cell_, gen_); }

  /// Its children with their states, restarts and last causes, in the order of their starts.
  Tree children() const { return detail::children_of(address_()); }
  bool alive() const noexcept { return *this && cell_->is(gen_); }
  explicit operator bool() const noexcept { return cell_ != &detail::nobody(); }
  std::string path() const { return detail::describe(*cell_, gen_); }
  friend bool operator==(const Supervisor&, const Supervisor&) = default;

  // What watch() and Terminated::is() want to know.
  detail::Cell* cell_address_() const noexcept { return cell_; }
  std::uint64_t generation_() const noexcept { return gen_; }
  detail::Address address_() const noexcept { return {cell_, gen_}; }
  static Supervisor of(detail::Address address) noexcept {
    Supervisor result;
    result.cell_ = address.first;
    result.gen_ = address.second;
    return result;
  }

 private:
  detail::Cell* cell_;
  std::uint64_t gen_ = 0;
};

namespace detail {
template <class Start>
Supervisor start_tree(const Supervisor& tree, Start&& start) {
  try {
    start(tree);
  } catch (...) {
    fail_start(tree.address_(), std::current_exception());
  }
  return tree;
}
}  // namespace detail

}  // namespace troupe::inline v0
