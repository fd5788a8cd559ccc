// The code of docs/simulation.md.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <troupe/observe/recorder.hpp>
#include <troupe/sim/replay.hpp>
#include <troupe/sim/sim.hpp>
#include <troupe/troupe.hpp>

#include "expect.hpp"

using namespace std::chrono_literals;
namespace sim = troupe::sim;

struct Buy {};
struct SellOne {};
struct Shop {
  int loaves = 1;
  bool on(SellOne) { return loaves > 0 && loaves-- > 0; }
};
struct Guest {
  troupe::Ref<Shop> shop;
  int* sold;
  troupe::Task<void> on(Buy) {
    const bool got = co_await shop.ask<SellOne>();
    if (got) ++*sold;
  }
};

void the_last_loaf(sim::Simulation& simulation) {
  int sold = 0;
  auto shop = simulation.spawn<Shop>({.name = "shop"});
  simulation.spawn<Guest>({.name = "ann"}, shop, &sold).tell<Buy>();
  simulation.spawn<Guest>({.name = "bob"}, shop, &sold).tell<Buy>();
  simulation.run();
  simulation.check(sold == 1, "the last loaf is sold once");
}

void explored() {
  const auto result = sim::explore({.name = "last loaf", .schedules = 500}, the_last_loaf);
  expect(result.passed());

  const auto all = sim::exhaust({.name = "last loaf"}, the_last_loaf);
  expect(all.passed() && all.complete);
}

// --- faults ---

struct Save {};
struct Disk {
  int saved = 0;
  void on(Save) {
    if (troupe::fault_point("disk.write")) return;  // as if the disk had refused
    ++saved;
  }
};

void faults() {
  sim::Simulation simulation({.seed = 7, .faults = {.crash = 0.01, .delay = 0.1, .point = 0.05}});
  simulation.faults().set("disk.write", 0.5, 3);  // each second write, three at the most
  auto disk = simulation.spawn<Disk>();
  simulation.spare(disk);  // it is never crashed, killed or stalled
  for (int i = 0; i < 20; ++i) disk.tell<Save>();
  simulation.run();
  expect(simulation.faults().strikes("disk.write") == 3);
}

// --- scripts and probes ---

struct Ping {
  int number;
};
struct Pong {
  int number;
};
struct Ponger {
  troupe::Recipient<Pong> to;
  void on(Ping ping) { to.tell<Pong>(ping.number + 1); }
};

void scripted() {
  sim::Simulation simulation;
  sim::Script script(simulation);
  sim::Probe<Pong> probe(simulation, {.name = "probe"});
  auto ponger = simulation.spawn<Ponger>({.name = "ponger"}, probe.ref());

  script.inject(ponger, Ping{1});
  script.refuse<Ping>().to(ponger);
  script.expect<Pong>().from(ponger).with([](const Pong& pong) { return pong.number == 2; }).to(probe.ref());
  expect(probe.receive<Pong>().number == 2);

  probe.send(ponger, Ping{5});
  expect(probe.receive<Pong>().number == 6);
}

// --- a recording ---

int sold_today = 0;

std::vector<troupe::Ref<Guest>> open_shop(troupe::System& system) {
  auto shop = system.spawn<Shop>({.name = "shop"});
  return {system.spawn<Guest>({.name = "ann"}, shop, &sold_today),
          system.spawn<Guest>({.name = "bob"}, shop, &sold_today)};
}

int number_in(sim::Inputs::Payload payload) { return static_cast<int>(payload[0]); }

void replay_a_day(const troupe::observe::Recording& recording) {
  sim::Inputs inputs;
  inputs.add<Guest, Buy>();  // a message without content
  inputs.add<Ponger, Ping>([](sim::Inputs::Payload payload) { return Ping{number_in(payload)}; });

  sim::Simulation simulation;
  open_shop(simulation.system());  // as the program did in production
  const sim::Replayed replayed = sim::replay(simulation, recording, inputs);
  if (!replayed.succeeded()) std::puts(replayed.difference.c_str());
}

void recorded() {
  std::vector<std::byte> file;
  troupe::observe::Recorder recorder({.write = [&file](std::span<const std::byte> piece) {
    file.insert(file.end(), piece.begin(), piece.end());
  }});
  recorder.switch_on();
  {
    troupe::System system({.tracer = &recorder});
    for (const auto& guest : open_shop(system)) guest.tell<Buy>();
    expect(system.shutdown().clean());
  }
  recorder.finish();
  expect(sold_today == 1);
  replay_a_day(troupe::observe::Recording::read(file).value());
  expect(sold_today == 2);
}

int main() {
  recorded();
  explored();
  faults();
  scripted();
}
