#include "observe/awaited.hpp"

#include "deadlock/edges.hpp"
#include "observe/describe.hpp"

namespace troupe::inline v0::detail {

namespace {

// An all() may have any number of parts.
constexpr int most_named = 4;

std::string describe_edge(const AwaitBlock& block) {
  const MessageOps& message = *block.message.get();
  // What is asked of the runtime is of no actor's class.
  const std::string whom =
      block.target_gen == 0 ? std::string(message.actor) : describe(*block.target.get(), block.target_gen);
  const std::string name(message.message);
  std::string text =
      block.room.delivers ? "room to deliver " + name + " to " + whom : name + " asked of " + whom;
  const std::source_location where = block.where;
  if (where.line() == 0) return text;
  const std::string_view file = where.file_name();
  const auto slash = file.rfind('/');
  text += " at " + std::string(slash == file.npos ? file : file.substr(slash + 1));
  return text + ':' + std::to_string(where.line());
}

}  // namespace

std::string describe_awaited(Cell& cell, std::uint64_t gen) {
  const Waiter waiter{&cell, gen, nullptr};
  std::string text;
  int named = 0;
  for (AwaitBlock* block = first_edge(waiter); block;) {
    AwaitBlock* next = nullptr;
    Edge edge;
    if (read_edge(*block, waiter, edge, next) == Reading::edge) {
      if (named++ == most_named) return text + ", and more";
      const std::string one = describe_edge(*block);
      // Its parts belong together only if the await stands still.
      Edge again;
      AwaitBlock* ignored = nullptr;
      if (read_edge(*block, waiter, again, ignored) != Reading::edge || !(again == edge)) return {};
      text += (text.empty() ? "" : ", and ") + one;
    }
    block = next;
  }
  return text;
}

}  // namespace troupe::inline v0::detail
