// What a supervised child does when an order comes. All @pre: the caller holds its token.
#pragma once

#include <memory>

#include <troupe/detail/supervision_services.hpp>
#include <troupe/ports/clock.hpp>

namespace troupe::inline v0::detail {

void take_down(Cell& cell, SteadyTime next_attempt);
/// Starts it, or notes that it is to be started as soon as it is down.
void start_or_note(Cell& cell);
void remove_for_good(Cell& cell);
void settle(Cell& cell);
void keep_maker(Cell& cell, std::unique_ptr<Maker> maker);

}  // namespace troupe::inline v0::detail
