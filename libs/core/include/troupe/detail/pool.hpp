// Blocks for envelopes, small actors and coroutine frames: per-thread magazines over a shared depot.
//
// A block freed on another thread than it was taken on travels back in batches: a full magazine goes to
// the depot with one lock, an empty thread takes a full one with one lock, so the lock is paid once per
// `magazine_blocks` blocks. Source: Bonwick and Adams, "Magazines and Vmem", 2001.
//
// Thread-safety: every function from any thread; a block may be freed by any thread. Magazines go back to
// the depot when their thread ends. Memory is never returned to the system: a pool is as large as its peak.
//
// Under AddressSanitizer and ThreadSanitizer blocks come from operator new, so that each use after free and
// each unsynchronised reuse is seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TROUPE_DETAIL_PLAIN_BLOCKS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TROUPE_DETAIL_PLAIN_BLOCKS 1
#endif
#endif

namespace troupe::inline v0::detail {

inline constexpr std::size_t block_alignment = 16;
inline constexpr std::size_t block_step = 16;       ///< size classes are multiples of this
inline constexpr std::size_t largest_block = 1024;  ///< larger ones come from operator new
inline constexpr std::size_t block_classes = largest_block / block_step;
inline constexpr std::uint32_t magazine_blocks = 64;  ///< blocks that travel together

struct FreeBlock {
  FreeBlock* next;
};

/// A thread's stock of one size class. Behind it stands another, full or empty, so that freeing and taking
/// around the brim of one doesn't reach for the depot each time.
struct Magazine {
  FreeBlock* loaded = nullptr;
  std::uint32_t room = 0;  ///< blocks that it lacks to be full; 0 as well before a thread's first use
};

// One more than there are classes: for the blocks that are too large for any. It is empty, and has no room.
// The model as for `context`.
[[gnu::tls_model("initial-exec")]] extern constinit thread_local Magazine magazines[block_classes + 1];

/// Fills an empty magazine, and takes a block from it. @throws std::bad_alloc
void* allocate_block_slowly(std::size_t index);
/// Makes room in a full magazine, and puts the block there.
void free_block_slowly(void* block, std::size_t index) noexcept;

constexpr std::uint32_t block_class(std::size_t bytes) {
  if (bytes > largest_block) return block_classes;
  return bytes == 0 ? 0 : static_cast<std::uint32_t>((bytes - 1) / block_step);
}

/// Null: the magazine is empty.
inline void* allocate_loaded(std::size_t index) noexcept {
  Magazine& magazine = magazines[index];
  FreeBlock* block = magazine.loaded;
  if (block) [[likely]] {
    magazine.loaded = block->next;
    ++magazine.room;
  }
  return block;
}
inline void* allocate_class(std::size_t index) {
  void* block = allocate_loaded(index);
  return block ? block : allocate_block_slowly(index);
}

inline void free_class(void* memory, std::size_t index) noexcept {
  Magazine& magazine = magazines[index];
  if (magazine.room == 0) [[unlikely]]
    return free_block_slowly(memory, index);
  magazine.loaded = ::new (memory) FreeBlock{magazine.loaded};
  --magazine.room;
}

/// @throws std::bad_alloc
inline void* allocate_bytes(std::size_t bytes) {
#if !defined(TROUPE_DETAIL_PLAIN_BLOCKS)
  if (bytes <= largest_block) [[likely]]
    return allocate_class(block_class(bytes));
#endif
  return ::operator new(bytes, std::align_val_t{block_alignment});
}

/// @pre `bytes` as it was given to the allocation
inline void free_block(void* block, [[maybe_unused]] std::size_t bytes) noexcept {
#if !defined(TROUPE_DETAIL_PLAIN_BLOCKS)
  if (bytes <= largest_block) [[likely]]
    return free_class(block, block_class(bytes));
#endif
  ::operator delete(block, std::align_val_t{block_alignment});
}

template <std::size_t bytes>
void* allocate_block() {
  return allocate_bytes(bytes);
}
/// As allocate_block(), where that is the work of a moment. Null: it isn't.
template <std::size_t bytes>
void* allocate_block_at_once() noexcept {
#if !defined(TROUPE_DETAIL_PLAIN_BLOCKS)
  if constexpr (bytes <= largest_block) return allocate_loaded(block_class(bytes));
#endif
  return nullptr;
}

}  // namespace troupe::inline v0::detail
