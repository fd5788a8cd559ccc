// An object with a queue of messages: the bare minimum of what an actor is.
//
// The queue is an intrusive multi-producer single-consumer list after Dmitry Vyukov. The consumer keeps the
// node that it handled last as the list's dummy, and the lowest bit of the head says that nobody is running
// the object:
//
//   head            meaning
//   node            somebody runs the object, or it stands in a run queue
//   node | kIdle    the queue is empty and the object rests; whoever replaces this word must schedule it
#pragma once

#include <atomic>
#include <cstdint>
#include <new>
#include <type_traits>

#include "pool.hpp"

namespace bench::bare {

struct Object;
struct Node;

enum class Turn { kept, gone };  // gone: the handler has ended the object, and its memory may be freed

struct Node {
  std::atomic<Node*> next{nullptr};
  Turn (*run)(Object&, Node&) = nullptr;
};

template <class M>
struct Message : Node {
  explicit Message(const M& m) : body(m) {}
  M body;
};

inline constexpr std::uintptr_t kIdle = 1;

/// The senders' line and the runner's line are apart: on one line each message would carry it back and forth.
struct Object {
  alignas(64) std::atomic<std::uintptr_t> head{reinterpret_cast<std::uintptr_t>(&stub) |
                                               kIdle};  // any thread
  Object* link = nullptr;  // the next in the list of objects scheduled from outside

  alignas(64) Node* tail = &stub;  // from here on: whoever runs the object
  Node stub;

  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
};

/// The call that a message carries: the object's class and the message's are known here, and nowhere on the
/// way.
template <class Target, class M>
Turn call(Object& object, Node& node) {
  auto& target = static_cast<Target&>(object);
  auto& body = static_cast<Message<M>&>(node).body;
  if constexpr (std::is_same_v<decltype(target.on(body)), Turn>) {
    return target.on(body);
  } else {
    target.on(body);
    return Turn::kept;
  }
}

template <class Target, class M>
Node* make_message(const M& body) {
  static_assert(sizeof(Message<M>) <= kMessageBytes && std::is_trivially_destructible_v<M>);
  Node* node = new (MessagePool::allocate()) Message<M>(body);
  node->run = &call<Target, M>;
  return node;
}

/// Appends; true if the object rested, and is now the caller's to schedule.
/// The exchange acquires what the runner released when it rested, and releases the node to the next sender,
/// who links it.
inline bool push(Object& object, Node* node) {
  const auto previous =
      object.head.exchange(reinterpret_cast<std::uintptr_t>(node), std::memory_order_acq_rel);
  // Pairs with the acquire in pop.
  reinterpret_cast<Node*>(previous & ~kIdle)->next.store(node, std::memory_order_release);
  return (previous & kIdle) != 0;
}

/// The node to handle, or null. The one before it is freed; it stays valid itself until the next pop.
inline Node* pop(Object& object) {
  Node* next = object.tail->next.load(std::memory_order_acquire);
  if (next == nullptr) return nullptr;
  if (object.tail != &object.stub) MessagePool::release(object.tail);
  object.tail = next;
  return next;
}

/// Gives the object up if its queue is empty. False: a message has come, whose link may still be on its way.
inline bool rest(Object& object) {
  auto last = reinterpret_cast<std::uintptr_t>(object.tail);
  return object.head.compare_exchange_strong(last, last | kIdle, std::memory_order_acq_rel,
                                             std::memory_order_relaxed);
}

}  // namespace bench::bare
