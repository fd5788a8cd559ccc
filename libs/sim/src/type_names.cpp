#include "type_names.hpp"
#include <array>
#include <utility>

namespace troupe::inline v0::sim {

namespace {

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// As replace_all(), where `what` isn't part of a longer word.
void replace_words(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at)) {
    const std::size_t end = at + what.size();
    const bool whole = (at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]));
    if (whole) text.replace(at, what.size(), with);
    at += whole ? with.size() : 1;
  }
}

/// Where the parenthesis or bracket that closes at `close` opens.
std::size_t opening_of(std::string_view text, std::size_t close) {
  int depth = 0;
  for (std::size_t at = close + 1; at-- > 0;) {
    const char c = text[at];
    if (c == ')' || c == ']') ++depth;
    if ((c == '(' || c == '[') && --depth == 0) return at;
  }
  return 0;
}

/// "shop::run(int)::Order" is "Order": clang doesn't name the function, g++ does, and what it was
/// instantiated with: "run(T) [with T = int]::Order".
void drop_functions(std::string& text) {
  for (;;) {
    std::size_t end = text.npos;
    for (const std::string_view scope : {")::", ") const::", "]::"}) {
      const std::size_t at = text.rfind(scope);
      if (at != text.npos && (end == text.npos || at > end)) end = at;
    }
    if (end == text.npos) return;
    std::size_t begin = opening_of(text, end);
    if (text[end] == ']') begin = opening_of(text, text.rfind(')', begin));
    int depth = 0;
    while (begin > 0) {
      const char c = text[begin - 1];
      if (c == '>') ++depth;
      if (c == '<' && depth-- == 0) break;
      if (depth <= 0 && !is_word(c) && c != ':' && c != '>' && c != '<' && c != '~') break;
      --begin;
    }
    text.erase(begin, text.find("::", end) + 2 - begin);
  }
}

constexpr std::array<std::string_view, 5> hidden_scopes{
    "{anonymous}::", "(anonymous namespace)::", "<unnamed>::", "__cxx11::", "v0::"};
// Longer ones first: each stands within the one before.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> integers{{
    {"long long unsigned int", "unsigned long long"},
    {"long unsigned int", "unsigned long"},
    {"short unsigned int", "unsigned short"},
    {"long long int", "long long"},
    {"short int", "short"},
    {"long int", "long"},
    {"unsigned char", "unsigned char"},
    {"unsigned int", "unsigned int"},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> spaces{
    {{" *", "*"}, {" &", "&"}, {"> >", ">>"}}};

}  // namespace

std::string common_type_name(std::string_view rendered) {
  std::string name(rendered);
  for (const std::string_view scope : hidden_scopes) replace_all(name, scope, "");
  drop_functions(name);
  for (const auto& [from, to] : integers) replace_words(name, from, to);
  for (const auto& [from, to] : spaces) {
    while (name.find(from) != name.npos) replace_all(name, from, to);
  }
  return name;
}

}  // namespace troupe::inline v0::sim
