// Owned<A>: an actor that stops when its owner goes out of scope.
#pragma once

#include <utility>

#include <troupe/ref.hpp>

namespace troupe::inline v0 {

/// Asks its actor to stop when it is destroyed. Doesn't wait for it: join() does. Movable, not copyable.
template <class A>
class [[nodiscard]] Owned {
 public:
  Owned() = default;
  explicit Owned(Ref<A> ref) noexcept : ref_(ref) {}
  Owned(Owned&& other) noexcept : ref_(std::exchange(other.ref_, {})) {}
  Owned& operator=(Owned&& other) noexcept {
    if (this != &other) {
      stop();
      ref_ = std::exchange(other.ref_, {});
    }
    return *this;
  }
  ~Owned() { stop(); }

  const Ref<A>& ref() const noexcept { return ref_; }
  const Ref<A>* operator->() const noexcept { return &ref_; }
  /// So that it can be given to whoever takes the address.
  operator Ref<A>() const noexcept { return ref_; }
  /// Lets go without stopping the actor.
  Ref<A> release() noexcept { return std::exchange(ref_, {}); }

 private:
  void stop() {
    if (ref_) ref_.stop();
  }
  Ref<A> ref_;
};

}  // namespace troupe::inline v0
