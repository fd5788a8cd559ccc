// What an address can do besides sending messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <troupe/errors.hpp>
#include <troupe/fwd.hpp>

namespace troupe::inline v0::detail {

/// Stands for no actor: what an empty Ref points to. Sends through it throw UsageError.
extern Cell no_actor;
inline Cell& nobody() noexcept { return no_actor; }
[[noreturn]] void refuse_empty_address();

/// Sends a letter to a cell whose mailbox has rules. Why it was not taken; then it is the caller's still.
std::optional<Reason> try_tell_letter(Cell& cell, Envelope* letter);

void send_stop(Cell& cell, std::uint64_t gen);
void send_kill(Cell& cell, std::uint64_t gen);
/// The path of a living actor; of one that has ended, that it has. From any thread.
std::string describe(const Cell& cell, std::uint64_t gen);
Ask<Terminated> make_join(Cell& cell, std::uint64_t gen);

}  // namespace troupe::inline v0::detail
