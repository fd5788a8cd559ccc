// Reads requests out of a stream of bytes, however the network has cut it: arrays of bulk strings, or inline
// lines. Each byte is looked at once and copied once, into the request; nothing is kept in the caller's read
// buffer.
// Thread-safety: none; one parser per connection.
// Invariants: 1. the requests found do not depend on how the input was split.  2. after a failure every call
// fails with the same error.  3. besides the request it holds at most one unfinished line (kMaxLineBytes).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "resp/limits.hpp"
#include "resp/request.hpp"

namespace troupe::kv {

class RequestParser {
 public:
  enum class Status : std::uint8_t { need_more, complete, failed };
  struct Result {
    Status status;
    std::size_t consumed;  // bytes of the input that are done with
  };

  RequestParser() = default;
  explicit RequestParser(const Limits& limits) : limits_(limits) {}

  // Goes on with `out`, which must be the same empty or half-read request until it is complete.
  // need_more: all of the input was consumed. complete: `out` has at least one argument. failed: see error().
  [[nodiscard]] Result parse(std::string_view input, Request& out);

  // What to answer before closing the connection, as in "Protocol error: invalid bulk length".
  [[nodiscard]] std::string_view error() const noexcept { return error_; }

  // A connection that still has to authenticate is held to the small limits.
  void set_authenticated(bool authenticated) noexcept { authenticated_ = authenticated; }
  void set_limits(const Limits& limits) noexcept { limits_ = limits; }

 private:
  enum class Expect : std::uint8_t {
    request,
    inline_line,
    multibulk_count,
    bulk_length,
    bulk_bytes,
    nothing
  };

  bool take_whole(std::string_view& input, Request& out) const;
  // Each returns false when it needs more input or has failed.
  bool step(std::string_view& input, Request& out);
  bool read_kind(std::string_view& input);
  bool read_inline(std::string_view& input, Request& out);
  bool read_multibulk_count(std::string_view& input, Request& out);
  bool read_bulk_length(std::string_view& input, Request& out);
  bool read_bulk_bytes(std::string_view& input, Request& out);
  bool take_line(std::string_view& input, char terminator, std::string_view& line, std::string_view too_long);
  bool fail(std::string_view what);

  Limits limits_;
  bool authenticated_ = true;
  Expect expect_ = Expect::request;
  std::size_t arguments_left_ = 0;
  std::size_t bulk_bytes_left_ = 0;  // of the argument itself
  std::size_t trailer_left_ = 0;     // of the line end behind it
  std::string line_;                 // the beginning of a line whose end has not arrived
  bool line_is_used_ = false;        // line_ was handed out whole, and is to be emptied
  std::string error_;
};

}  // namespace troupe::kv
