// Requests that have been answered, kept with their buffers for the next ones.
// Thread-safety: none; one per connection.
#pragma once

#include <cassert>
#include <memory>
#include <utility>
#include <vector>

#include "resp/request.hpp"

namespace troupe::kv {

inline constexpr std::size_t kMaxPooledRequests = 32;

class RequestPool {
 public:
  explicit RequestPool(std::shared_ptr<AnswerBudget> budget = {}) : budget_(std::move(budget)) {}

  // An empty one.
  [[nodiscard]] std::unique_ptr<Request> take() {
    if (free_.empty()) {
      auto fresh = std::make_unique<Request>();
      fresh->budget = budget_;
      return fresh;
    }
    auto request = std::move(free_.back());
    free_.pop_back();
    return request;
  }

  void give_back(std::unique_ptr<Request> request) {
    assert(request != nullptr);
    if (free_.size() >= kMaxPooledRequests) return;
    request->clear();
    free_.push_back(std::move(request));
  }

 private:
  std::shared_ptr<AnswerBudget> budget_;
  std::vector<std::unique_ptr<Request>> free_;
};

}  // namespace troupe::kv
