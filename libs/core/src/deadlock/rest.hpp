// Where those who wait come to rest, and look whether they wait for each other.
#pragma once

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

struct AwaitBlock;
class ThreadInbox;
class Waiting;

/// As Lanes::rest_suspended(), for an actor whose turn waits: having given up the token it looks whether a
/// circle has closed with it. @pre the caller holds the token
bool rest_waiting(Cell& cell);

/// For the time that a thread waits in get(): what it waits for can be seen. Scopes nest, where a thread that
/// waits drives others.
class ThreadWait {
 public:
  ThreadWait(ThreadInbox& inbox, const Waiting& waiting);
  ThreadWait(const ThreadWait&) = delete;
  ThreadWait& operator=(const ThreadWait&) = delete;
  ~ThreadWait();

  /// Nothing has come in, and it is about to sleep: looks whether a circle has closed with it.
  void look() const;

 private:
  ThreadInbox& inbox_;
  std::uintptr_t outer_;
};
/// The thread does something else than to wait, for a while.
class ThreadWorks {
 public:
  ThreadWorks();
  ThreadWorks(const ThreadWorks&) = delete;
  ThreadWorks& operator=(const ThreadWorks&) = delete;
  ~ThreadWorks();

 private:
  ThreadInbox& inbox_;
  std::uintptr_t outer_;
};

/// The first of its asker's edges is answered, and `next` comes first now. @pre the asker's token is held
void replace_first_edge(AwaitBlock& gone, AwaitBlock* next) noexcept;

}  // namespace troupe::inline v0::detail
