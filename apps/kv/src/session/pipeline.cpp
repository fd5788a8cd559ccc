#include "session/pipeline.hpp"
#include <cassert>
#include <utility>

namespace troupe::kv {

void Pipeline::open(Request& request) {
  request.sequence = next_sequence();
  slots_.emplace_back();
}

void Pipeline::open(std::unique_ptr<Request> whole, Split& split) {
  whole->sequence = next_sequence();
  for (auto& part : split.parts) part->sequence = whole->sequence;
  const std::size_t parts = split.parts.size();
  auto gather = std::make_unique<Gather>();
  gather->whole = std::move(whole);
  gather->parts.resize(parts);
  gather->part_of_key = std::move(split.part_of_key);
  gather->missing = parts;
  slots_.push_back({nullptr, std::move(gather)});
}

void Pipeline::open_ready(std::unique_ptr<Request> answered, std::string& out, RequestPool& pool) {
  waiting_bytes_ += answered->answer.size();
  slots_.push_back({std::move(answered), nullptr});
  drain(out, pool);
}

Pipeline::Slot& Pipeline::slot_of(const Request& request) {
  assert(request.sequence >= first_ && request.sequence - first_ < slots_.size());
  return slots_[request.sequence - first_];
}

void Pipeline::drain(std::string& out, RequestPool& pool) {
  while (!slots_.empty() && slots_.front().ready != nullptr) {
    auto request = std::move(slots_.front().ready);
    slots_.pop_front();
    ++first_;
    waiting_bytes_ -= request->answer.size();
    out += request->answer;
    pool.give_back(std::move(request));
  }
}

}  // namespace troupe::kv
