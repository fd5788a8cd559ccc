// Writes answers into a request, in the protocol version that its connection has chosen. RESP3 differs in
// nulls, maps, sets, pushes and verbatim texts; with RESP2 these become the array or string that stands for
// them.
// Thread-safety: none; a short-lived view of one request.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "resp/integers.hpp"
#include "resp/request.hpp"

namespace troupe::kv {

class Reply {
 public:
  explicit Reply(Request& request) noexcept : Reply(request.answer, request.protocol) {}
  Reply(std::string& out, Protocol protocol) noexcept : out_(out), protocol_(protocol) {}

  void ok() { out_ += "+OK\r\n"; }
  void simple(std::string_view text) { line('+', text); }
  void integer(std::int64_t value) { header(':', value); }

  // "-ERR " and the text. An answer is one line: line ends at the end are dropped, and those within become
  // blanks.
  void error(std::string_view text) { error_line("-ERR ", text); }
  // The text brings its own code, as in "NOAUTH Authentication required."
  void coded_error(std::string_view text) { error_line("-", text); }

  void bulk(std::string_view bytes) {
    header('$', static_cast<std::int64_t>(bytes.size()));
    out_ += bytes;
    out_ += "\r\n";
  }
  void bulk_integer(std::int64_t value) {
    char digits[kMaxIntegerDigits + 1];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    bulk({digits, static_cast<std::size_t>(end - digits)});
  }
  // A text for people. `format` has three letters, as in "txt".
  void verbatim(std::string_view format, std::string_view text);
  void null() { out_ += is_resp3() ? "_\r\n" : "$-1\r\n"; }

  // These announce elements, which the caller then writes.
  void array(std::size_t elements) { header('*', static_cast<std::int64_t>(elements)); }
  void map(std::size_t pairs) {
    is_resp3() ? header('%', static_cast<std::int64_t>(pairs)) : array(pairs * 2);
  }
  void set(std::size_t elements) { header(is_resp3() ? '~' : '*', static_cast<std::int64_t>(elements)); }
  void push(std::size_t elements) { header(is_resp3() ? '>' : '*', static_cast<std::int64_t>(elements)); }

  [[nodiscard]] bool is_resp3() const noexcept { return protocol_ == Protocol::resp3; }

 private:
  void line(char kind, std::string_view text) {
    out_ += kind;
    out_ += text;
    out_ += "\r\n";
  }
  void header(char kind, std::int64_t value) {
    char text[kMaxIntegerDigits + 4];
    text[0] = kind;
    char* end = std::to_chars(text + 1, text + sizeof text - 2, value).ptr;
    *end++ = '\r';
    *end++ = '\n';
    out_.append(text, static_cast<std::size_t>(end - text));
  }
  void error_line(std::string_view begin, std::string_view text);

  std::string& out_;
  Protocol protocol_;
};

}  // namespace troupe::kv
