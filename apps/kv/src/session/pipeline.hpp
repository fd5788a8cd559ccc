// Answers go out in the order in which the requests came, whoever is ready first. Each request on its way has
// a slot here; a slot's answer leaves when all before it have left.
// Thread-safety: none; it belongs to one connection.
// Invariants: 1. the first slot, if any, is not ready.  2. slot i belongs to the request of sequence first_ +
// i.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "resp/request.hpp"
#include "routing/request_pool.hpp"
#include "routing/split.hpp"

namespace troupe::kv {

class Pipeline {
 public:
  [[nodiscard]] std::size_t size() const noexcept { return slots_.size(); }
  [[nodiscard]] bool empty() const noexcept { return slots_.empty(); }
  // Of the slot that leaves next, and of the one that will be opened next. They count from 1.
  [[nodiscard]] std::uint64_t first_sequence() const noexcept { return first_; }
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return first_ + slots_.size(); }
  // Bytes of answers that wait for others before them.
  [[nodiscard]] std::size_t waiting_bytes() const noexcept { return waiting_bytes_; }

  // Opens a slot for a request that goes out in one piece, and stamps it.
  void open(Request& request);

  // Opens a slot for a request of which parts go out; `whole` stays here until they are back. The parts stay
  // in `split` to be sent, stamped.
  void open(std::unique_ptr<Request> whole, Split& split);

  // A slot that is ready from the beginning.
  void open_ready(std::unique_ptr<Request> answered, std::string& out, RequestPool& pool);

  // A request, or a part, has come back. Calls merge(whole, parts, part_of_key) if it was the last part, then
  // moves all answers that may leave to `out`.
  template <class MergeParts>
  void complete(std::unique_ptr<Request> request, std::string& out, RequestPool& pool,
                MergeParts&& merge_parts) {
    Slot& slot = slot_of(*request);
    if (slot.gather == nullptr) {
      slot.ready = std::move(request);
    } else {
      Gather& gather = *slot.gather;
      const std::uint32_t part = request->part;
      gather.parts[part] = std::move(request);
      if (--gather.missing > 0) return;
      merge_parts(*gather.whole, gather.parts, gather.part_of_key);
      slot.ready = std::move(gather.whole);
      for (auto& done : gather.parts) pool.give_back(std::move(done));
      slot.gather.reset();
    }
    waiting_bytes_ += slot.ready->answer.size();
    drain(out, pool);
  }

 private:
  struct Gather {
    std::unique_ptr<Request> whole;
    std::vector<std::unique_ptr<Request>> parts;
    std::vector<std::uint32_t> part_of_key;
    std::size_t missing;
  };
  struct Slot {
    std::unique_ptr<Request> ready;  // with its answer; nullptr until then
    std::unique_ptr<Gather> gather;  // if it went out in parts
  };

  Slot& slot_of(const Request& request);
  void drain(std::string& out, RequestPool& pool);

  std::deque<Slot> slots_;
  std::uint64_t first_ = 1;
  std::size_t waiting_bytes_ = 0;
};

}  // namespace troupe::kv
