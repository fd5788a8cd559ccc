// The signals of a flight recorder: what the handler does, and nothing else.
//
// Thread-safety: install() and restore() by one thread; the handler runs anywhere.
#pragma once

#include <initializer_list>

namespace troupe::inline v0::observe::detail {

/// Sends the numbers of signals through `to_recorder`, and awaits a byte from `from_recorder`. Both stay open
/// until restore(). @throws std::system_error
void install_signals(std::initializer_list<int> signals, int to_recorder, int from_recorder);
void restore_signals() noexcept;

/// Whether the program goes on after it.
bool is_request(int signal) noexcept;

}  // namespace troupe::inline v0::observe::detail
