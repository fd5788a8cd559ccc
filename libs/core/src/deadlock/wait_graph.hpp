// Everybody on whom the end of one wait depends, and who of them can never go on.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "deadlock/edges.hpp"
#include "deadlock/settle.hpp"

namespace troupe::inline v0::detail {

/// Whose word is taken for who has a reply, and what may end a wait.
enum class Wanted : std::uint8_t {
  certain,  ///< a Reply whose place isn't certain may be answered; any part of an all() may fail, and so end
            ///< it
  likely,
};

/// Not thread-safe: a snapshot, taken while all of it may change.
class WaitGraph {
 public:
  /// Follows the edges from `start`. Beyond the bounds it takes everybody for one who goes on.
  explicit WaitGraph(const Waiter& start) noexcept;

  /// Works out who is stuck, and whether the start is in a circle of such.
  bool find_circle(Wanted wanted) noexcept;

  /// The circle that was found.
  std::vector<Member> circle() const;
  /// All that are stuck; on others nothing depends.
  std::vector<Waiter> stuck() const;
  /// Whether some edge isn't certain, or some wait could be ended by one of several failures.
  bool has_doubts() const noexcept { return has_doubts_; }
  friend bool operator==(const WaitGraph& a, const WaitGraph& b) noexcept;

 private:
  // Circles of more aren't found; for each ask at most so many edges are read.
  static constexpr std::size_t most_nodes = 256;
  static constexpr std::size_t most_edges = 512;
  // So often a waiter may go on, and rest again, while its edges are read.
  static constexpr int most_readings = 100;

  // Without defaults, so that an empty graph costs nothing.
  struct Node {
    Waiter waiter;
    std::uint32_t first_edge;
    std::uint32_t edges;
    bool is_stuck;
  };
  struct Arc {
    Edge edge;
    std::uint32_t to;
  };

  std::uint32_t index_of(const Waiter& waiter) noexcept;
  void read_edges(std::uint32_t node) noexcept;
  /// False: they have changed meanwhile.
  bool try_read_edges(Node& node) noexcept;
  void prune(Wanted wanted) noexcept;
  bool is_stuck(const Node& node, Wanted wanted) const noexcept;
  bool leads_to_stuck(const Arc& arc, Wanted wanted) const noexcept {
    return arc.to != nobody && nodes_[arc.to].is_stuck && (arc.edge.certain || wanted == Wanted::likely);
  }

  static constexpr std::uint32_t nobody = ~0u;

  std::uint32_t node_count_ = 0;
  std::uint32_t edge_count_ = 0;
  bool has_doubts_ = false;
  std::array<Node, most_nodes> nodes_;
  std::array<Arc, most_edges> edges_;
  std::array<std::uint32_t, most_nodes> path_;  ///< the edges of the circle
  std::uint32_t path_length_ = 0;
};

}  // namespace troupe::inline v0::detail
