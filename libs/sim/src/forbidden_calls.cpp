// These functions stand before libc's: the program is linked to ours first. A call from elsewhere than a
// simulated turn goes on to the next definition, which is a sanitizer's or libc's.
#include "forbidden_calls.hpp"
#include <cerrno>
#include <string>

#include <dlfcn.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include <troupe/detail/context.hpp>

#include "simulation.hpp"

namespace troupe::inline v0::sim {

namespace {

/// True: the call was made in a simulated turn, and has failed its run.
bool forbids(const char* call, const char* instead) {
  Simulation* simulation = Simulation::current();
  const detail::Cell* cell = detail::context.running->cell;
  if (!simulation || !cell) return false;
  const ActorId actor{const_cast<detail::Cell*>(cell), cell->gen.load(std::memory_order_relaxed)};
  const History& history = simulation->history();
  simulation->impl_().failed(FailureKind::forbidden_call, history.describe(history.number_of(actor)) +
                                                              " called " + call + " in its turn: " + instead);
  return true;
}

constexpr const char* instead_of_sleep =
    "a simulated actor must not block; let time pass by after() or every(), or await a blocking(...) call";
constexpr const char* instead_of_thread =
    "a thread runs outside of the simulation; spawn an actor, or await a blocking(...) call";

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

void watch_for_forbidden_calls() {}

}  // namespace troupe::inline v0::sim

extern "C" {

// A sanitizer that is linked in statically has its own under this name.
[[gnu::weak]] int __interceptor_pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
  using namespace troupe::sim;
  if (forbids("pthread_create, as std::thread does,", instead_of_thread)) return EAGAIN;
  if (__interceptor_pthread_create) return __interceptor_pthread_create(thread, attributes, start, argument);
  static auto* const real =
      next<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
  return real(thread, attributes, start, argument);
}

int nanosleep(const timespec* duration, timespec* left) {
  using namespace troupe::sim;
  if (forbids("nanosleep, as std::this_thread::sleep_for does,", instead_of_sleep)) return 0;
  static auto* const real = next<int(const timespec*, timespec*)>("nanosleep");
  return real(duration, left);
}

int clock_nanosleep(clockid_t clock, int flags, const timespec* time, timespec* left) {
  using namespace troupe::sim;
  if (forbids("clock_nanosleep", instead_of_sleep)) return 0;
  static auto* const real = next<int(clockid_t, int, const timespec*, timespec*)>("clock_nanosleep");
  return real(clock, flags, time, left);
}

int usleep(useconds_t duration) {
  using namespace troupe::sim;
  if (forbids("usleep", instead_of_sleep)) return 0;
  static auto* const real = next<int(useconds_t)>("usleep");
  return real(duration);
}

unsigned sleep(unsigned seconds) {
  using namespace troupe::sim;
  if (forbids("sleep", instead_of_sleep)) return 0;
  static auto* const real = next<unsigned(unsigned)>("sleep");
  return real(seconds);
}

}  // extern "C"
