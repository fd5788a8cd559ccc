// The actors that these tests watch: a shop that asks a stock, whose answers come later.
#pragma once

#include <stdexcept>

#include <gtest/gtest.h>

#include <troupe/observe/export.hpp>
#include <troupe/observe/ring_tracer.hpp>
#include <troupe/troupe.hpp>

namespace troupe_observe_test {

struct Count {};
struct Order {
  int pieces;
};
struct Note {};
struct Break {};

struct Stock {
  int left = 10;
  int on(Count) { return left; }
};

struct Shop final : troupe::Actor<Shop> {
  explicit Shop(troupe::Ref<Stock> ref) : stock(ref) {}
  troupe::Task<> on(Order order) {
    const int left = co_await stock.ask<Count>();
    if (left >= order.pieces) self().tell<Note>();
  }
  void on(Note) { ++sold; }
  void on(Break) { throw std::runtime_error("out of paper"); }
  int on(Count) const { return sold; }

  troupe::Ref<Stock> stock;
  int sold = 0;
};

/// A system without threads that has a shop, and a tracer that is on.
class TracedShop : public ::testing::Test {
 protected:
  void run(int orders) {
    for (int i = 0; i < orders; ++i) shop_.tell<Order>(1);
    scheduler_.run_until_idle();
  }
  /// The first record of this kind and class, from an index on.
  static std::size_t find(const troupe::observe::Trace& trace, troupe::TraceKind kind,
                          std::string_view type) {
    for (std::size_t i = 0; i < trace.records.size(); ++i) {
      if (trace.records[i].kind == kind && trace.records[i].type.ends_with(type)) return i;
    }
    ADD_FAILURE() << "no " << to_string(kind) << ' ' << type << " in\n" << to_text(trace);
    return 0;
  }

  // Members in this order: the tracer outlives the system.
  troupe::observe::RingTracer tracer_;
  troupe::DeterministicScheduler scheduler_{1};
  // What is looked for here is what the tracer can tell of who waits.
  troupe::System system_{{.log = &troupe::null_log(),
                          .scheduler = &scheduler_,
                          .tracer = &tracer_,
                          .on_deadlock = troupe::OnDeadlock::ignore}};
  troupe::Ref<Stock> stock_ = system_.spawn<Stock>({.name = "stock", .inline_asks = false});
  troupe::Ref<Shop> shop_ = system_.spawn<Shop>({.name = "shop"}, stock_);
};

}  // namespace troupe_observe_test
