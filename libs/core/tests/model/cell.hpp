// The cell of the model: lanes, a generation, and what its token's holder knows of the actor in it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "atomic.hpp"
#include "locked_box.hpp"
#include "plain.hpp"

namespace troupe::model {

/// Which of a lanes' atomics they are, for peek(): the two stubs come first.
inline constexpr std::size_t user_word = 2;
inline constexpr std::size_t sig_word = 3;

template <class Lanes>
struct Cell {
  explicit Cell(const char* name_) : box(name_), name(name_) {
    name_atomics(*this, std::string(name) + '.', "user_stub", "sig_stub", "user", "sig", "gen");
  }

  Lanes lanes;
  Atomic<std::uint64_t> generation{1};

  struct Actor {
    bool alive = false;
    bool stopping = false;
    std::uint64_t generation = 1;
    unsigned awaits = 0;  // the id of the reply that its handler waits for, or 0
    unsigned last_await = 0;
    unsigned turns = 0;
  };
  Plain<Actor> actor{"the actor"};  // token holder only
  LockedBox box;                    // where those who put() leave their messages

  // Known to the checks only.
  const char* name;
  bool held = false;
  bool ready = false;
  unsigned free_entries = 0;
  bool has_rules = false;  // it has a mailbox beside its lanes
};

}  // namespace troupe::model
