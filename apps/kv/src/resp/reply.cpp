#include "resp/reply.hpp"
#include <algorithm>
#include <cassert>

namespace troupe::kv {

void Reply::verbatim(std::string_view format, std::string_view text) {
  assert(format.size() == 3);
  if (!is_resp3()) return bulk(text);
  header('=', static_cast<std::int64_t>(format.size() + 1 + text.size()));
  out_ += format;
  out_ += ':';
  out_ += text;
  out_ += "\r\n";
}

void Reply::error_line(std::string_view begin, std::string_view text) {
  text = text.substr(0, text.find_last_not_of("\r\n") + 1);
  out_ += begin;
  const auto first = static_cast<std::ptrdiff_t>(out_.size());
  out_ += text;
  std::replace_if(out_.begin() + first, out_.end(), [](char c) { return c == '\r' || c == '\n'; }, ' ');
  out_ += "\r\n";
}

}  // namespace troupe::kv
