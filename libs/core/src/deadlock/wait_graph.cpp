#include "deadlock/wait_graph.hpp"
#include <algorithm>

namespace troupe::inline v0::detail {

WaitGraph::WaitGraph(const Waiter& start) noexcept {
  index_of(start);
  for (std::uint32_t node = 0; node < node_count_; ++node) read_edges(node);
}

/// Of one that doesn't wait: nobody.
std::uint32_t WaitGraph::index_of(const Waiter& waiter) noexcept {
  for (std::uint32_t i = 0; i < node_count_; ++i) {
    if (nodes_[i].waiter == waiter) return i;
  }
  if (node_count_ == most_nodes || !first_edge(waiter)) return nobody;
  nodes_[node_count_] = {waiter, 0, 0, true};
  return node_count_++;
}

/// Whoever goes on while its edges are read is told to look when it rests again; if it does already, they are
/// read anew.
void WaitGraph::read_edges(std::uint32_t index) noexcept {
  Node& node = nodes_[index];
  const std::uint32_t first = edge_count_;
  for (int reading = 0; reading < most_readings; ++reading) {
    edge_count_ = first;
    if (try_read_edges(node)) return;
    if (!ask_to_look(node.waiter) || !is_at_rest(node.waiter)) break;
  }
  node.edges = 0;
}

bool WaitGraph::try_read_edges(Node& node) noexcept {
  node.first_edge = edge_count_;
  node.edges = 0;
  std::uint32_t failures_that_end_it = 0;
  AwaitBlock* block = first_edge(node.waiter);
  while (block && edge_count_ < most_edges) {
    Arc& arc = edges_[edge_count_];
    AwaitBlock* next = nullptr;
    const Reading reading = read_edge(*block, node.waiter, arc.edge, next);
    if (reading == Reading::changed) return false;
    if (reading == Reading::edge) {
      if (!arc.edge.certain) has_doubts_ = true;
      if (arc.edge.failure_ends_wait) ++failures_that_end_it;
      arc.to = index_of(arc.edge.to);
      ++edge_count_;
      ++node.edges;
    }
    block = next;
  }
  if (block) node.edges = 0;  // one that wasn't read may end its wait
  if (node.edges > 1 && failures_that_end_it > 0) has_doubts_ = true;
  return true;
}

/// One that waits for several goes on when all are answered, or when one fails whose failure ends the wait.
/// So it is stuck if one of them is, and all those that could end it.
bool WaitGraph::is_stuck(const Node& node, Wanted wanted) const noexcept {
  bool one_is_stuck = false;
  for (std::uint32_t i = node.first_edge; i < node.first_edge + node.edges; ++i) {
    if (leads_to_stuck(edges_[i], wanted)) {
      one_is_stuck = true;
    } else if (edges_[i].edge.failure_ends_wait && wanted == Wanted::certain) {
      return false;
    }
  }
  return one_is_stuck;
}

/// At first all are taken for stuck. From the end, as whoever goes on is mostly found last.
void WaitGraph::prune(Wanted wanted) noexcept {
  for (std::uint32_t i = 0; i < node_count_; ++i) nodes_[i].is_stuck = true;
  for (bool changed = true; changed && nodes_[0].is_stuck;) {
    changed = false;
    for (std::uint32_t i = node_count_; i-- > 0;) {
      if (!nodes_[i].is_stuck || is_stuck(nodes_[i], wanted)) continue;
      nodes_[i].is_stuck = false;
      changed = true;
    }
  }
}

bool WaitGraph::find_circle(Wanted wanted) noexcept {
  if (node_count_ == 0) return false;
  prune(wanted);
  if (!nodes_[0].is_stuck) return false;
  // Depth first, from the start to the start. A circle without it closed when its own last member came to
  // rest.
  std::array<bool, most_nodes> visited{};
  std::array<std::uint32_t, most_nodes> unread;
  std::array<std::uint32_t, most_nodes> on_path;
  path_length_ = 0;
  std::uint32_t depth = 1;
  on_path[0] = 0;
  unread[0] = nodes_[0].first_edge;
  while (depth > 0) {
    const Node& node = nodes_[on_path[depth - 1]];
    if (unread[depth - 1] == node.first_edge + node.edges) {
      --depth;
      continue;
    }
    const std::uint32_t edge = unread[depth - 1]++;
    const Arc& arc = edges_[edge];
    if (!leads_to_stuck(arc, wanted)) continue;
    path_[depth - 1] = edge;
    if (arc.to == 0) {
      path_length_ = depth;
      return true;
    }
    if (visited[arc.to]) continue;
    visited[arc.to] = true;
    on_path[depth] = arc.to;
    unread[depth] = nodes_[arc.to].first_edge;
    ++depth;
  }
  return false;
}

std::vector<Member> WaitGraph::circle() const {
  std::vector<Member> members;
  std::uint32_t node = 0;
  for (std::uint32_t i = 0; i < path_length_; ++i) {
    const Arc& arc = edges_[path_[i]];
    members.push_back({nodes_[node].waiter, arc.edge});
    node = arc.to;
  }
  return members;
}

std::vector<Waiter> WaitGraph::stuck() const {
  std::vector<Waiter> waiters;
  for (std::uint32_t i = 0; i < node_count_; ++i) {
    if (nodes_[i].is_stuck) waiters.push_back(nodes_[i].waiter);
  }
  return waiters;
}

bool operator==(const WaitGraph& a, const WaitGraph& b) noexcept {
  const auto same_node = [](const auto& one, const auto& other) {
    return one.waiter == other.waiter && one.edges == other.edges;
  };
  const auto same_edge = [](const auto& one, const auto& other) { return one.edge == other.edge; };
  return std::equal(a.nodes_.begin(), a.nodes_.begin() + a.node_count_, b.nodes_.begin(),
                    b.nodes_.begin() + b.node_count_, same_node) &&
         std::equal(a.edges_.begin(), a.edges_.begin() + a.edge_count_, b.edges_.begin(),
                    b.edges_.begin() + b.edge_count_, same_edge);
}

}  // namespace troupe::inline v0::detail
