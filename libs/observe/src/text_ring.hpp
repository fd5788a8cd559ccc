// TextRing: the last texts of one thread: what failures said, and how actors that have ended were called.
//
// Thread-safety: put() by the writer, get() by any thread. As in Ring, readers see what was overwritten
// meanwhile.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::inline v0::observe::detail {

class TextRing {
 public:
  static constexpr std::size_t texts = 128;
  static constexpr std::size_t longest_text = 232;  ///< what is longer is cut

  /// Returns its number, which is not 0.
  std::uint64_t put(std::string_view text) noexcept {
    const std::uint64_t number = ++last_;
    Text& place = texts_[number % texts];
    place.number.store(0, std::memory_order_relaxed);
    // Pairs with the fence in get(): who sees a new word sees that the old text is gone.
    std::atomic_thread_fence(std::memory_order_release);
    const std::size_t length = std::min(text.size(), longest_text);
    place.length.store(length, std::memory_order_relaxed);
    for (std::size_t i = 0; i * 8 < length; ++i) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + i * 8, std::min<std::size_t>(8, length - i * 8));
      place.words[i].store(word, std::memory_order_relaxed);
    }
    // release: pairs with the acquire in get().
    place.number.store(number, std::memory_order_release);
    return number;
  }

  /// Empty, if it has been overwritten.
  std::string get(std::uint64_t number) const {
    const Text& place = texts_[number % texts];
    // acquire: pairs with the release in put().
    if (place.number.load(std::memory_order_acquire) != number) return {};
    const std::size_t length =
        std::min<std::size_t>(place.length.load(std::memory_order_relaxed), longest_text);
    std::string text(length, '\0');
    for (std::size_t i = 0; i * 8 < length; ++i) {
      const std::uint64_t word = place.words[i].load(std::memory_order_relaxed);
      std::memcpy(text.data() + i * 8, &word, std::min<std::size_t>(8, length - i * 8));
    }
    // Pairs with the fence in put().
    std::atomic_thread_fence(std::memory_order_acquire);
    return place.number.load(std::memory_order_relaxed) == number ? text : std::string();
  }

 private:
  struct Text {
    std::atomic<std::uint64_t> number{0};
    std::atomic<std::uint64_t> length{0};
    std::array<std::atomic<std::uint64_t>, longest_text / 8> words{};
  };

  std::uint64_t last_ = 0;
  std::array<Text, texts> texts_{};
};

}  // namespace troupe::inline v0::observe::detail
