// A call of an idle object in the caller's thread: its queue's word is the lock. Without a lock held by
// somebody else there is no queue, and this floor has no other case: the workload with a busy target sends
// messages instead.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "runtime.hpp"

namespace bench::bare {

/// A question carries where its answer goes.
template <class Question, class Answer>
struct Call {
  Question question;
  Answer* answer;
};

inline bool try_lock(Object& object) {
  auto word = object.head.load(std::memory_order_relaxed);
  if ((word & kIdle) == 0) return false;
  return object.head.compare_exchange_strong(word, word & ~kIdle, std::memory_order_acq_rel,
                                             std::memory_order_relaxed);
}

template <class Answer, class Target, class Question>
Answer ask_idle(Target& target, const Question& question) {
  Answer answer{};
  Node* node = make_message<Target>(Call<Question, Answer>{question, &answer});
  asm volatile("" : "+r"(node) : : "memory");  // the compiler must not know which function the message names
  if (!try_lock(target)) {
    std::fputs("The object of the ask workload isn't idle: nobody else may send to it.\n", stderr);
    std::exit(1);
  }
  node->run(target, *node);
  if (!rest(target)) the_runtime->schedule(target);
  MessagePool::release(node);
  return answer;
}

}  // namespace bench::bare
