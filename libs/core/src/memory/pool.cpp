#include <mutex>

#include <troupe/detail/pool.hpp>

#include "memory/thread_exit.hpp"

namespace troupe::inline v0::detail {

[[gnu::tls_model("initial-exec")]] constinit thread_local Magazine magazines[block_classes + 1];

namespace {

/// Behind each magazine: a full one, or null.
constinit thread_local FreeBlock* full_magazines[block_classes];

// Blocks are cut from slabs of this size: one call to the system allocator per many blocks.
constexpr std::size_t slab_bytes = 64 * 1024;

/// A full magazine's blocks in the depot: this is the first of them.
struct Batch {
  FreeBlock* others;
  Batch* next;
};
static_assert(sizeof(Batch) <= block_step);

/// The shared stock of one size class. Immortal: threads may outlive static destruction.
class Depot {
 public:
  void put_full(FreeBlock* blocks) noexcept {
    const std::lock_guard lock(mutex_);
    add_batch(blocks);
  }
  /// Blocks that are fewer, or may be.
  void put_odd(FreeBlock* blocks) noexcept {
    const std::lock_guard lock(mutex_);
    while (blocks) {
      FreeBlock* block = std::exchange(blocks, blocks->next);
      block->next = std::exchange(odd_, block);
      if (++odd_count_ < magazine_blocks) continue;
      add_batch(std::exchange(odd_, nullptr));
      odd_count_ = 0;
    }
  }

  /// A list of blocks and its length; cut from a new slab when the depot is empty.
  std::pair<FreeBlock*, std::uint32_t> get(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (Batch* batch = batches_) {
      batches_ = batch->next;
      FreeBlock* others = batch->others;
      return {::new (static_cast<void*>(batch)) FreeBlock{others}, magazine_blocks};
    }
    if (odd_) return {std::exchange(odd_, nullptr), std::exchange(odd_count_, 0)};
    return cut(bytes);
  }

 private:
  void add_batch(FreeBlock* blocks) noexcept {
    FreeBlock* others = blocks->next;
    batches_ = ::new (static_cast<void*>(blocks)) Batch{others, batches_};
  }

  std::pair<FreeBlock*, std::uint32_t> cut(std::size_t bytes) {
    FreeBlock* list = nullptr;
    std::uint32_t count = 0;
    for (; count < magazine_blocks; ++count) {
      if (slab_left_ < bytes) {
        if (list) break;
        slab_ = static_cast<std::byte*>(::operator new(slab_bytes, std::align_val_t{64}));
        slab_left_ = slab_bytes;
      }
      slab_left_ -= bytes;
      list = ::new (static_cast<void*>(slab_ + slab_left_)) FreeBlock{list};
    }
    return {list, count};
  }

  std::mutex mutex_;
  Batch* batches_ = nullptr;
  FreeBlock* odd_ = nullptr;  ///< fewer than a batch
  std::uint32_t odd_count_ = 0;
  std::byte* slab_ = nullptr;
  std::size_t slab_left_ = 0;
};

Depot& depot(std::size_t index) {
  static auto* depots = new Depot[block_classes];
  return depots[index];
}

void return_magazines() noexcept {
  for (std::size_t index = 0; index < block_classes; ++index) {
    Magazine& magazine = magazines[index];
    depot(index).put_odd(magazine.loaded);
    if (FreeBlock* full = std::exchange(full_magazines[index], nullptr)) depot(index).put_full(full);
    magazine = Magazine{};
  }
}

}  // namespace

void* allocate_block_slowly(std::size_t index) {
  static thread_local const AtThreadExit hook{return_magazines};
  (void)hook;
  Magazine& magazine = magazines[index];
  if (FreeBlock* full = std::exchange(full_magazines[index], nullptr)) {
    magazine.loaded = full;
    magazine.room = 0;
  } else {
    const auto [list, count] = depot(index).get((index + 1) * block_step);
    magazine.loaded = list;
    magazine.room = magazine_blocks - count;
  }
  FreeBlock* block = magazine.loaded;
  magazine.loaded = block->next;
  ++magazine.room;
  return block;
}

void free_block_slowly(void* memory, std::size_t index) noexcept {
  if (index == block_classes) return ::operator delete(memory, std::align_val_t{block_alignment});
  static thread_local const AtThreadExit hook{return_magazines};
  (void)hook;
  Magazine& magazine = magazines[index];
  if (magazine.loaded) {
    if (full_magazines[index]) depot(index).put_full(full_magazines[index]);
    full_magazines[index] = std::exchange(magazine.loaded, nullptr);
  }
  magazine.room = magazine_blocks;
  magazine.loaded = ::new (memory) FreeBlock{magazine.loaded};
  --magazine.room;
}

}  // namespace troupe::inline v0::detail
