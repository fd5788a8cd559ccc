// Blocks of one size from a free list per thread. A thread that frees more than it allocates hands whole
// batches to a shared depot, from which a thread that allocates more than it frees takes them: one lock per
// kBatch blocks. allocate and release may be called from any thread; the blocks of a thread that ends are not
// returned.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>

namespace bench::bare {

inline constexpr std::size_t kMessageBytes = 64;
inline constexpr std::size_t kObjectBytes = 128;

template <std::size_t Bytes>
class Pool {
 public:
  static void* allocate() {
    auto& local = local_;
    if (local.current == nullptr) [[unlikely]]
      refill(local);
    Block* block = local.current;
    local.current = block->next;
    --local.current_count;
    return block;
  }

  static void release(void* memory) {
    auto& local = local_;
    if (local.current_count == kBatch) [[unlikely]]
      shed(local);
    auto* block = static_cast<Block*>(memory);
    block->next = local.current;
    local.current = block;
    ++local.current_count;
  }

 private:
  static constexpr int kBatch = 256;

  struct Block {
    Block* next;        // within a batch
    Block* next_batch;  // within the depot
  };

  /// Two batches, so that a thread that goes back and forth over the edge of one doesn't visit the depot each
  /// time.
  struct Local {
    Block* current = nullptr;
    int current_count = 0;
    Block* spare = nullptr;  // null, or a whole batch
  };

  [[gnu::noinline]] static void refill(Local& local) {
    local.current = std::exchange(local.spare, nullptr);
    if (local.current == nullptr) local.current = take_from_depot();
    if (local.current == nullptr) local.current = carve_batch();
    local.current_count = kBatch;
  }

  [[gnu::noinline]] static void shed(Local& local) {
    if (local.spare != nullptr) {
      const std::lock_guard lock(depot_mutex_);
      local.spare->next_batch = std::exchange(depot_, local.spare);
    }
    local.spare = std::exchange(local.current, nullptr);
    local.current_count = 0;
  }

  static Block* take_from_depot() {
    const std::lock_guard lock(depot_mutex_);
    if (depot_ == nullptr) return nullptr;
    return std::exchange(depot_, depot_->next_batch);
  }

  static Block* carve_batch() {
    auto* memory = static_cast<std::byte*>(std::aligned_alloc(Bytes, Bytes * kBatch));
    if (memory == nullptr) throw std::bad_alloc();
    Block* batch = nullptr;
    for (int i = kBatch - 1; i >= 0; --i) batch = new (memory + i * Bytes) Block{batch, nullptr};
    return batch;
  }

  static inline constinit thread_local Local local_;
  static inline std::mutex depot_mutex_;
  static inline Block* depot_ = nullptr;
};

using MessagePool = Pool<kMessageBytes>;
using ObjectPool = Pool<kObjectBytes>;

}  // namespace bench::bare
