#include "resp/request_parser.hpp"
#include <algorithm>
#include <array>

#include "resp/inline_arguments.hpp"
#include "resp/integers.hpp"

namespace troupe::kv {
namespace {

// Room made ahead of the bytes: a length that was only announced must not cost memory.
constexpr std::size_t kMaxReservedBytes = 1024 * 1024;
constexpr std::size_t kMaxReservedArguments = 1024;
constexpr std::size_t kLineEndBytes = 2;

// What nearly every request has at most.
constexpr std::size_t kFewArguments = 8;

// What a header line needs at most in practice; a longer one takes the general way.
constexpr std::size_t kShortNumberDigits = 9;

// "$12\r\n", whole and well-formed, which is what nearly every header looks like. Any doubt: -1, and nothing
// taken.
std::int64_t take_short_number(std::string_view& input) {
  std::int64_t value = 0;
  const std::size_t end = std::min(input.size(), kShortNumberDigits + 1);
  std::size_t at = 1;
  for (; at < end && input[at] >= '0' && input[at] <= '9'; ++at) value = value * 10 + (input[at] - '0');
  const bool has_leading_zero = input.size() > 1 && input[1] == '0' && at != 2;
  if (at == 1 || has_leading_zero || at + 1 >= input.size() || input[at] != '\r') return -1;
  input.remove_prefix(at + kLineEndBytes);
  return value;
}

}  // namespace

RequestParser::Result RequestParser::parse(std::string_view input, Request& out) {
  const std::size_t given = input.size();
  if (expect_ == Expect::request && out.empty() && take_whole(input, out)) {
    return {Status::complete, given - input.size()};
  }
  while (step(input, out)) {
    if (expect_ == Expect::request && !out.empty()) return {Status::complete, given - input.size()};
  }
  return {expect_ == Expect::nothing ? Status::failed : Status::need_more, given - input.size()};
}

// A request that lies in the input whole, and is like nearly all others. Any doubt: false, and nothing taken.
bool RequestParser::take_whole(std::string_view& input, Request& out) const {
  if (!authenticated_ || !input.starts_with('*')) return false;
  std::string_view rest = input;
  const std::int64_t count = take_short_number(rest);
  if (count < 1 || count > static_cast<std::int64_t>(std::min(kFewArguments, limits_.max_multibulk)))
    return false;
  std::array<std::string_view, kFewArguments> arguments;
  std::size_t bytes = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t length = rest.starts_with('$') ? take_short_number(rest) : -1;
    if (length < 0 || length > static_cast<std::int64_t>(limits_.max_bulk_bytes)) return false;
    const auto size = static_cast<std::size_t>(length);
    if (size + kLineEndBytes > rest.size()) return false;
    arguments[static_cast<std::size_t>(i)] = rest.substr(0, size);
    rest.remove_prefix(size + kLineEndBytes);
    bytes += size;
  }
  if (bytes > limits_.max_query_buffer_bytes) return false;
  for (std::int64_t i = 0; i < count; ++i) out.add(arguments[static_cast<std::size_t>(i)]);
  input = rest;
  return true;
}

bool RequestParser::step(std::string_view& input, Request& out) {
  switch (expect_) {
    case Expect::request:
      return read_kind(input);
    case Expect::inline_line:
      return read_inline(input, out);
    case Expect::multibulk_count:
      return read_multibulk_count(input, out);
    case Expect::bulk_length:
      return read_bulk_length(input, out);
    case Expect::bulk_bytes:
      return read_bulk_bytes(input, out);
    case Expect::nothing:
      break;
  }
  return false;
}

bool RequestParser::read_kind(std::string_view& input) {
  if (input.empty()) return false;
  expect_ = input.front() == '*' ? Expect::multibulk_count : Expect::inline_line;
  return true;
}

bool RequestParser::read_inline(std::string_view& input, Request& out) {
  std::string_view line;
  if (!take_line(input, '\n', line, "too big inline request")) return false;
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!split_inline(line, out)) return fail("unbalanced quotes in request");
  expect_ = Expect::request;
  return true;
}

bool RequestParser::read_multibulk_count(std::string_view& input, Request& out) {
  std::int64_t count = line_.empty() ? take_short_number(input) : -1;
  if (count < 0) {
    std::string_view line;
    if (!take_line(input, '\r', line, "too big mbulk count string")) return false;
    const auto number = parse_integer(line.substr(1));
    if (!number) return fail("invalid multibulk length");
    count = *number;
  }
  if (count > static_cast<std::int64_t>(limits_.max_multibulk)) return fail("invalid multibulk length");
  if (!authenticated_ && count > kMaxMultibulkUnauthenticated)
    return fail("unauthenticated multibulk length");
  // An empty array, or a null one, is a request for nothing and gets no answer.
  if (count <= 0) {
    expect_ = Expect::request;
    return true;
  }
  arguments_left_ = static_cast<std::size_t>(count);
  out.reserve(std::min(arguments_left_, kMaxReservedArguments), 0);
  expect_ = Expect::bulk_length;
  return true;
}

bool RequestParser::read_bulk_length(std::string_view& input, Request& out) {
  std::int64_t length = line_.empty() && input.starts_with('$') ? take_short_number(input) : -1;
  if (length < 0) {
    std::string_view line;
    if (!take_line(input, '\r', line, "too big bulk count string")) return false;
    if (!line.starts_with('$')) {
      // The line end is what stands there when the line is empty; an answer is one line, so it shows as a
      // blank.
      const char got = line.empty() || line.front() == '\n' ? ' ' : line.front();
      return fail(std::string("expected '$', got '") + got + "'");
    }
    const auto number = parse_integer(line.substr(1));
    if (!number || *number < 0) return fail("invalid bulk length");
    length = *number;
  }
  if (length > static_cast<std::int64_t>(limits_.max_bulk_bytes)) return fail("invalid bulk length");
  if (!authenticated_ && length > kMaxBulkBytesUnauthenticated) return fail("unauthenticated bulk length");
  bulk_bytes_left_ = static_cast<std::size_t>(length);
  if (bulk_bytes_left_ >
      limits_.max_query_buffer_bytes - std::min(out.bytes(), limits_.max_query_buffer_bytes)) {
    return fail("request exceeds the query buffer limit");
  }
  if (bulk_bytes_left_ > input.size())
    out.reserve(0, out.bytes() + std::min(bulk_bytes_left_, kMaxReservedBytes));
  trailer_left_ = kLineEndBytes;
  expect_ = Expect::bulk_bytes;
  return true;
}

bool RequestParser::read_bulk_bytes(std::string_view& input, Request& out) {
  const std::size_t taken = std::min(bulk_bytes_left_, input.size());
  out.append(input.substr(0, taken));
  input.remove_prefix(taken);
  bulk_bytes_left_ -= taken;
  // The two bytes behind an argument are skipped unread: the length alone says where it ends.
  const std::size_t skipped = bulk_bytes_left_ == 0 ? std::min(trailer_left_, input.size()) : 0;
  input.remove_prefix(skipped);
  trailer_left_ -= skipped;
  if (bulk_bytes_left_ > 0 || trailer_left_ > 0) return false;
  out.finish_argument();
  expect_ = --arguments_left_ > 0 ? Expect::bulk_length : Expect::request;
  return true;
}

// Hands out a line without its terminator. Behind '\r' one more byte is taken, whatever it is. The view stays
// good until the next call.
bool RequestParser::take_line(std::string_view& input, char terminator, std::string_view& line,
                              std::string_view too_long) {
  if (line_is_used_) {
    line_ = std::string();  // lines seldom arrive in pieces, so its memory is not kept
    line_is_used_ = false;
  }
  const std::size_t behind = terminator == '\r' ? 1 : 0;
  const bool has_terminator_already = behind == 1 && line_.ends_with('\r');
  const std::size_t room = kMaxLineBytes - std::min(line_.size(), kMaxLineBytes);
  const std::size_t found =
      has_terminator_already ? std::string_view::npos : input.substr(0, room + 1).find(terminator);
  if (line_.empty() && found != std::string_view::npos && found + behind < input.size()) {
    line = input.substr(0, found);
    input.remove_prefix(found + 1 + behind);
    return true;
  }
  if (has_terminator_already) {
    if (input.empty()) return false;
    input.remove_prefix(1);
    line_.pop_back();
  } else if (found == std::string_view::npos) {
    if (input.size() > room) return fail(too_long);
    line_.append(input);
    input = {};
    return false;
  } else {
    const bool is_whole = found + behind < input.size();
    line_.append(input.substr(0, is_whole ? found : found + 1));
    input.remove_prefix(is_whole ? found + 1 + behind : found + 1);
    if (!is_whole) return false;
  }
  line = line_;
  line_is_used_ = true;
  return true;
}

bool RequestParser::fail(std::string_view what) {
  error_ = "Protocol error: ";
  error_ += what;
  expect_ = Expect::nothing;
  return false;
}

}  // namespace troupe::kv
