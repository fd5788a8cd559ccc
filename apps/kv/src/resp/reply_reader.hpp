// Walks through answers that our own shards have written, to merge them: one flat value after another.
// Thread-safety: none; a view of bytes that outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::kv {

class ReplyReader {
 public:
  explicit ReplyReader(std::string_view bytes) noexcept : rest_(bytes) {}

  // The next value's bytes as they stand, if it is a line, an integer, a null or a bulk string.
  // @pre the bytes are a well-formed answer, and a value is left.
  [[nodiscard]] std::string_view next();

  // The number behind the next value's first byte: an integer's value, or an array's count of elements.
  // nullopt, with nothing taken, if the value is an error or anything else that has no number there.
  [[nodiscard]] std::optional<std::int64_t> next_number();

  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace troupe::kv
