// A suspended stack, and the switch between two of them.
//
// On x86-64 by hand, since swapcontext() makes a system call for the signal mask each time, which was half of
// an exploration's time. Elsewhere, and under sanitizers, which know swapcontext(), that one is used.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TROUPE_MODEL_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define TROUPE_MODEL_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define TROUPE_MODEL_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define TROUPE_MODEL_TSAN 1
#endif

#if defined(__x86_64__) && !defined(TROUPE_MODEL_ASAN) && !defined(TROUPE_MODEL_TSAN)
#define TROUPE_MODEL_OWN_SWITCH 1
#else
#include <ucontext.h>
#endif

namespace troupe::model {

#ifdef TROUPE_MODEL_OWN_SWITCH

/// Saves the registers that a call must preserve on this stack, tells where it ends, and goes on with the
/// other.
[[gnu::naked, gnu::noinline]] inline void switch_stacks(void** /*left_at*/, void* /*go_on_at*/) {
  asm volatile(
      "pushq %rbp\n pushq %rbx\n pushq %r12\n pushq %r13\n pushq %r14\n pushq %r15\n"
      "movq %rsp, (%rdi)\n"
      "movq %rsi, %rsp\n"
      "popq %r15\n popq %r14\n popq %r13\n popq %r12\n popq %rbx\n popq %rbp\n"
      "ret\n");
}

class Context {
 public:
  /// Prepares the stack so that the first switch to it calls `entry`.
  void prepare(std::byte* stack, std::size_t bytes, void (*entry)()) {
    const std::uintptr_t end = (reinterpret_cast<std::uintptr_t>(stack) + bytes) & ~std::uintptr_t{15};
    // From the top: no return address, the entry, six registers. The entry thus finds the stack as a call
    // leaves it.
    auto* words = reinterpret_cast<std::uintptr_t*>(end) - 8;
    for (int i = 0; i < 8; ++i) words[i] = 0;
    words[6] = reinterpret_cast<std::uintptr_t>(entry);
    left_at_ = words;
  }

  void switch_to(Context& next) { switch_stacks(&left_at_, next.left_at_); }

 private:
  void* left_at_ = nullptr;
};

#else

class Context {
 public:
  void prepare(std::byte* stack, std::size_t bytes, void (*entry)()) {
    getcontext(&context_);
    context_.uc_stack.ss_sp = stack;
    context_.uc_stack.ss_size = bytes;
    context_.uc_link = nullptr;
    makecontext(&context_, entry, 0);
  }

  void switch_to(Context& next) { swapcontext(&context_, &next.context_); }

 private:
  ucontext_t context_{};
};

#endif

}  // namespace troupe::model
