#include <mutex>

#include <troupe/detail/pool.hpp>

#include "memory/thread_exit.hpp"

namespace troupe::inline v0::detail {

constinit thread_local Magazine magazines[block_classes];

namespace {

// Blocks are cut from slabs of this size: one call to the system allocator per many blocks.
constexpr std::size_t slab_bytes = 64 * 1024;

/// A batch of blocks in the depot. Its head is kept in the first block itself.
struct Batch {
  FreeBlock* blocks;
  std::uint32_t count;
  Batch* next;
};
static_assert(sizeof(Batch) <= block_step);

/// The shared stock of one size class. Immortal: threads may outlive static destruction.
class Depot {
 public:
  void put(FreeBlock* blocks, std::uint32_t count) noexcept {
    FreeBlock* rest = blocks->next;
    auto* batch = ::new (static_cast<void*>(blocks)) Batch{rest, count - 1, nullptr};
    const std::lock_guard lock(mutex_);
    batch->next = batches_;
    batches_ = batch;
  }

  /// A list of blocks and its length; cut from a new slab when the depot is empty.
  std::pair<FreeBlock*, std::uint32_t> get(std::size_t bytes) {
    {
      const std::lock_guard lock(mutex_);
      if (Batch* batch = batches_) {
        batches_ = batch->next;
        const std::uint32_t count = batch->count;
        FreeBlock* rest = batch->blocks;
        return {::new (static_cast<void*>(batch)) FreeBlock{rest}, count + 1};
      }
    }
    return cut(bytes);
  }

 private:
  std::pair<FreeBlock*, std::uint32_t> cut(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
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
  std::byte* slab_ = nullptr;
  std::size_t slab_left_ = 0;
};

Depot& depot(std::size_t index) {
  static auto* depots = new Depot[block_classes];
  return depots[index];
}

std::uint32_t length(const FreeBlock* list) {
  std::uint32_t count = 0;
  for (; list; list = list->next) ++count;
  return count;
}

void return_magazines() noexcept {
  for (std::size_t index = 0; index < block_classes; ++index) {
    Magazine& magazine = magazines[index];
    if (magazine.loaded) depot(index).put(magazine.loaded, magazine_blocks - magazine.room);
    if (magazine.previous) depot(index).put(magazine.previous, length(magazine.previous));
    magazine = Magazine{};
  }
}

}  // namespace

void* allocate_block_slowly(std::size_t index) {
  static thread_local const AtThreadExit hook{return_magazines};
  (void)hook;
  Magazine& magazine = magazines[index];
  if (magazine.previous) {
    magazine.loaded = std::exchange(magazine.previous, nullptr);
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
  static thread_local const AtThreadExit hook{return_magazines};
  (void)hook;
  Magazine& magazine = magazines[index];
  if (magazine.loaded) {
    if (magazine.previous) depot(index).put(magazine.previous, magazine_blocks);
    magazine.previous = std::exchange(magazine.loaded, nullptr);
  }
  magazine.room = magazine_blocks;
  magazine.loaded = ::new (memory) FreeBlock{magazine.loaded};
  --magazine.room;
}

}  // namespace troupe::inline v0::detail
