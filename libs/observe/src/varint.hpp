// Numbers of seven bits a byte, the lowest first; the top bit says that more follow.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace troupe::inline v0::observe::detail {

using Bytes = std::vector<std::byte>;

inline void put_number(Bytes& bytes, std::uint64_t value) {
  while (value >= 0x80) {
    bytes.push_back(static_cast<std::byte>(value | 0x80));
    value >>= 7;
  }
  bytes.push_back(static_cast<std::byte>(value));
}

inline void put_bytes(Bytes& bytes, std::span<const std::byte> content) {
  put_number(bytes, content.size());
  bytes.insert(bytes.end(), content.begin(), content.end());
}
inline void put_text(Bytes& bytes, std::string_view text) {
  put_bytes(bytes, std::as_bytes(std::span(text)));
}

/// Reads from the front of what is left, and never beyond it. Nothing: it is cut off, or no such thing.
class NumberReader {
 public:
  explicit NumberReader(std::span<const std::byte> bytes) : left_(bytes) {}

  bool at_end() const { return left_.empty(); }

  std::optional<std::uint64_t> number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (left_.empty()) return std::nullopt;
      const auto byte = static_cast<std::uint64_t>(left_.front());
      left_ = left_.subspan(1);
      if (shift == 63 && byte > 1) return std::nullopt;  // more than 64 bits
      value |= (byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  }

  std::optional<std::span<const std::byte>> bytes() {
    const auto length = number();
    if (!length || *length > left_.size()) return std::nullopt;
    const auto content = left_.first(static_cast<std::size_t>(*length));
    left_ = left_.subspan(content.size());
    return content;
  }
  std::optional<std::string_view> text() {
    const auto content = bytes();
    if (!content) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(content->data()), content->size());
  }

 private:
  std::span<const std::byte> left_;
};

}  // namespace troupe::inline v0::observe::detail
