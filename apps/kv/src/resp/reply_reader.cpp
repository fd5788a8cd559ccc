#include "resp/reply_reader.hpp"
#include <cassert>

#include "resp/integers.hpp"

namespace troupe::kv {
namespace {

constexpr std::size_t kLineEndBytes = 2;

}  // namespace

std::string_view ReplyReader::next() {
  const std::size_t line_end = rest_.find('\r');
  assert(line_end != std::string_view::npos);
  std::size_t size = line_end + kLineEndBytes;
  if (rest_.front() == '$') {
    const auto length = parse_integer(rest_.substr(1, line_end - 1)).value_or(-1);
    if (length >= 0) size += static_cast<std::size_t>(length) + kLineEndBytes;
  }
  assert(size <= rest_.size());
  const std::string_view value = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return value;
}

std::optional<std::int64_t> ReplyReader::next_number() {
  if (!rest_.starts_with(':') && !rest_.starts_with('*')) return std::nullopt;
  const std::size_t line_end = rest_.find('\r');
  assert(line_end != std::string_view::npos);
  const auto number = parse_integer(rest_.substr(1, line_end - 1));
  if (number) rest_.remove_prefix(line_end + kLineEndBytes);
  return number;
}

}  // namespace troupe::kv
