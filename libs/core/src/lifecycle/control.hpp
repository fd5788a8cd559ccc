// Control messages: envelopes without a user's message in them.
#pragma once

#include <troupe/detail/cell.hpp>

namespace troupe::inline v0::detail {

/// Runs `handle` in the receiver; dropped without a trace when nobody is there, unless `lost` says otherwise.
template <void (*handle)(Cell&, Envelope&), void (*lost)(Envelope&, const Drop&) = nullptr>
struct Control {
  static void drop(Envelope& envelope, const Drop& why) {
    if constexpr (lost != nullptr) lost(envelope, why);
    static_cast<void>(envelope);
    static_cast<void>(why);
  }
  template <class Box>
  static constexpr MessageOps ops_for{handle,        drop,  sizeof(Box), block_class(sizeof(Box)),
                                      Kind::control, false, "",          "a control message"};
};

}  // namespace troupe::inline v0::detail
