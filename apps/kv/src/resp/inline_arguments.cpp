#include "resp/inline_arguments.hpp"
#include <optional>

namespace troupe::kv {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Within a word only these end it; the other blanks belong to it.
bool ends_word(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

char escaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'a':
      return '\a';
    default:
      return c;
  }
}

bool closes_well(std::string_view line, std::size_t after_quote) {
  return after_quote == line.size() || is_blank(line[after_quote]);
}

// Reads what follows an opening double quote; `at` ends behind the closing one.
bool read_double_quoted(std::string_view line, std::size_t& at, Request& out) {
  while (at < line.size() && line[at] != '"') {
    const bool is_escape = line[at] == '\\' && at + 1 < line.size();
    const auto high =
        is_escape && line[at + 1] == 'x' && at + 3 < line.size() ? hex_digit(line[at + 2]) : std::nullopt;
    const auto low = high ? hex_digit(line[at + 3]) : std::nullopt;
    if (low) {
      out.append(static_cast<char>(*high * 16 + *low));
      at += 4;
    } else if (is_escape) {
      out.append(escaped(line[at + 1]));
      at += 2;
    } else {
      out.append(line[at++]);
    }
  }
  if (at == line.size()) return false;
  return closes_well(line, ++at);
}

bool read_single_quoted(std::string_view line, std::size_t& at, Request& out) {
  while (at < line.size() && line[at] != '\'') {
    if (line[at] == '\\' && at + 1 < line.size() && line[at + 1] == '\'') ++at;
    out.append(line[at++]);
  }
  if (at == line.size()) return false;
  return closes_well(line, ++at);
}

}  // namespace

bool split_inline(std::string_view line, Request& out) {
  line = line.substr(0, line.find('\0'));
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && is_blank(line[at])) ++at;
    if (at == line.size()) return true;
    // A closing quote ends its word, an opening one may stand in the middle of it.
    bool in_word = true;
    while (in_word && at < line.size() && !ends_word(line[at])) {
      const char c = line[at];
      if (c == '"' || c == '\'') {
        ++at;
        if (!(c == '"' ? read_double_quoted(line, at, out) : read_single_quoted(line, at, out))) return false;
        in_word = false;
      } else {
        out.append(c);
        ++at;
      }
    }
    out.finish_argument();
  }
}

}  // namespace troupe::kv
