// Whom the replayed actors tell, and what.
#pragma once

#include <vector>

#include "support.hpp"

namespace sim_test {

/// What an actor has handled, as it tells it itself.
using Log = std::vector<int>;

struct Order {
  int number;
};
struct Note {
  int what;
};
struct Again {
  int number;
};
struct Go {};
struct Journal {
  Log* log;
  void on(Note note) { log->push_back(note.what); }
  bool on(Go) const { return true; }
};

}  // namespace sim_test
