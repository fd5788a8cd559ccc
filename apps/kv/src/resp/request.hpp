// One request on its way: its arguments in a single buffer, where it must go, and the answer that it brings
// back. The same object travels from connection to shard and home again, and is then used for the next
// request, so that a request in steady state allocates nothing.
// Thread-safety: none needed; exactly one actor owns it at a time, through a unique_ptr.
// Invariants: 1. arguments lie in bytes_, in order, without gaps.  2. all offsets fit 32 bits: the query
// buffer limit is below 4 GiB (checked by the options).
#pragma once

#include <cassert>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::kv {

class AnswerBudget;
struct Command;

enum class Protocol : std::uint8_t { resp2 = 2, resp3 = 3 };

// Buffers larger than this are given back between requests: one huge value must not stay in memory for ever.
inline constexpr std::size_t kKeptBufferBytes = 8 * 1024;
inline constexpr std::size_t kKeptArguments = 256;

class Request {
 public:
  // The arguments, the command's name first.
  [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
  [[nodiscard]] bool empty() const noexcept { return ends_.empty(); }
  [[nodiscard]] std::string_view operator[](std::size_t i) const noexcept {
    assert(i < ends_.size());
    const std::uint32_t begin = i == 0 ? 0 : ends_[i - 1];
    return {bytes_.data() + begin, ends_[i] - begin};
  }

  // Building it, which is the parser's and the splitter's work.
  void add(std::string_view argument) {
    append(argument);
    finish_argument();
  }
  void append(std::string_view part_of_argument) { bytes_.append(part_of_argument); }
  void append(char c) { bytes_.push_back(c); }
  void finish_argument() {
    assert(bytes_.size() <= std::numeric_limits<std::uint32_t>::max());
    ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  }
  void reserve(std::size_t arguments, std::size_t bytes) {
    ends_.reserve(arguments);
    bytes_.reserve(bytes);
  }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.size(); }

  // Makes it as good as new, with its buffers kept.
  void clear() {
    drop(bytes_, kKeptBufferBytes);
    drop(answer, kKeptBufferBytes);
    drop(ends_, kKeptArguments);
    command = nullptr;
    key_hash = 0;
    database = 0;
    shard = 0;
    shard_count = 1;
    protocol = Protocol::resp2;
    sequence = 0;
    part = 0;
    is_answer_dropped = false;
  }

  // The connection is owed too much, and will be cut off.
  void drop_answer() noexcept {
    std::string().swap(answer);
    is_answer_dropped = true;
  }

  // Of the connection that it always belongs to, so clear() leaves it; nullptr: none is kept.
  std::shared_ptr<AnswerBudget> budget;

  // Filled in by the connection when it admits the request.
  const Command* command = nullptr;
  std::uint64_t key_hash = 0;     // of the first key, if the command has keys
  std::uint32_t database = 0;     // the one selected when the request arrived
  std::uint32_t shard = 0;        // the shard that it was sent to
  std::uint32_t shard_count = 1;  // a SCAN cursor names the shard as well
  Protocol protocol = Protocol::resp2;

  // The connection's own marks: the place in its pipeline, and which part of a split request this is.
  std::uint64_t sequence = 0;
  std::uint32_t part = 0;

  // Filled in by whoever executes it, in the form that goes over the wire.
  std::string answer;
  bool is_answer_dropped = false;

 private:
  template <class Buffer>
  static void drop(Buffer& buffer, std::size_t kept) {
    if (buffer.capacity() > kept) {
      Buffer().swap(buffer);
    } else {
      buffer.clear();
    }
  }

  std::string bytes_;
  std::vector<std::uint32_t> ends_;  // ends_[i]: where argument i ends in bytes_
};

}  // namespace troupe::kv
