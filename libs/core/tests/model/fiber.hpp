// Stackful fibers: the threads of the model, all of them on one thread of the machine.
//
// Stackful because the code under test knows nothing of the model: it is suspended inside an atomic
// operation, however deep the calls. The sanitizers are told of each switch, else they would mistake it for a
// wild jump.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <utility>

#include "context.hpp"

#ifdef TROUPE_MODEL_ASAN
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef TROUPE_MODEL_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace troupe::model {

class Fiber {
 public:
  /// The stack that the caller is on already.
  Fiber() {
#ifdef TROUPE_MODEL_TSAN
    tsan_ = __tsan_get_current_fiber();
#endif
  }

  /// A stack of its own; `entry` starts at the first switch and must never return.
  explicit Fiber(std::function<void()> entry)
      : entry_(std::move(entry)), stack_(std::make_unique_for_overwrite<std::byte[]>(stack_bytes)) {
    bottom_ = stack_.get();
    size_ = stack_bytes;
    context_.prepare(stack_.get(), stack_bytes, &Fiber::start);
#ifdef TROUPE_MODEL_TSAN
    tsan_ = __tsan_create_fiber(0);
#endif
  }

  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  ~Fiber() {
#ifdef TROUPE_MODEL_TSAN
    if (stack_) __tsan_destroy_fiber(tsan_);
#endif
  }

  /// Suspends this fiber, which must be the one that runs, and lets `next` go on.
  void switch_to(Fiber& next) {
    leaving_ = this;
    entering_ = &next;
#ifdef TROUPE_MODEL_ASAN
    __sanitizer_start_switch_fiber(&fake_stack_, next.bottom_, next.size_);
#endif
#ifdef TROUPE_MODEL_TSAN
    __tsan_switch_to_fiber(next.tsan_, 0);
#endif
    context_.switch_to(next.context_);
    arrived();
  }

 private:
  static constexpr std::size_t stack_bytes = std::size_t{256} * 1024;

  static void start() {
    Fiber* self = entering_;
    self->arrived();
    self->entry_();
  }

  void arrived() {
#ifdef TROUPE_MODEL_ASAN
    // The bounds of the caller's own stack are learned here, from whoever it switched to.
    __sanitizer_finish_switch_fiber(fake_stack_, &leaving_->bottom_, &leaving_->size_);
#endif
  }

  static inline Fiber* leaving_ = nullptr;
  static inline Fiber* entering_ = nullptr;

  Context context_;
  std::function<void()> entry_;
  std::unique_ptr<std::byte[]> stack_;
  const void* bottom_ = nullptr;
  std::size_t size_ = 0;
  [[maybe_unused]] void* fake_stack_ = nullptr;
  [[maybe_unused]] void* tsan_ = nullptr;
};

}  // namespace troupe::model
