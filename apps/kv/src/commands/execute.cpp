#include "commands/execute.hpp"
#include <cassert>

#include "commands/command.hpp"
#include "resp/answer_budget.hpp"
#include "store/keyspace.hpp"

namespace troupe::kv {

void execute(Keyspace& keyspace, Request& request, TimePoint now) {
  assert(request.command != nullptr && request.command->on_shard != nullptr);
  AnswerBudget* const budget = request.budget.get();
  const bool is_reading = (request.command->flags & flag::readonly) != 0;
  if (budget != nullptr && is_reading && budget->is_exceeded_by(0)) return request.drop_answer();
  request.command->on_shard(keyspace, request, now);
  if (budget == nullptr) return;
  const std::size_t bytes = request.answer.size();
  if (bytes >= AnswerBudget::kSmallestCounted && budget->is_exceeded_by(bytes)) request.drop_answer();
  request.is_answer_dropped ? budget->exhaust() : budget->add(bytes);
}

}  // namespace troupe::kv
