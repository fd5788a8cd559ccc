// Spawning under a supervisor, and spawning supervisors.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <troupe/ask.hpp>
#include <troupe/detail/context.hpp>
#include <troupe/detail/ref_services.hpp>
#include <troupe/detail/spawn.hpp>

#include "lifecycle/siblings.hpp"
#include "lifecycle/tree_guard.hpp"
#include "observe/describe.hpp"
#include "supervision/supervised.hpp"
#include "supervision/supervision.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

namespace {

/// What a supervisor is that is nothing else.
struct SupervisorObject {};

constexpr ActorOps make_supervisor_ops() {
  ActorOps ops = ActorOpsFor<SupervisorObject>::ops;
  ops.name = "Supervisor";
  return ops;
}
constexpr ActorOps supervisor_ops = make_supervisor_ops();

class SupervisorMaker final : public Maker {
  void* make(Cell& cell) override { return construct_actor<SupervisorObject>(cell); }
};

/// What a spawn needs to know of the supervisor, which may have ended.
struct Terms {
  Supervision* supervision = nullptr;
  unsigned attempts = 1;
};
Terms terms_of(Cell& supervisor, std::uint64_t gen) {
  if (&supervisor == &nobody()) {
    throw UsageError(
        "an actor was spawned under an empty Supervisor: assign it what supervise() returned before it is "
        "used");
  }
  const TreeGuard guard(supervisor);
  if (!supervisor.is(gen)) {
    throw SpawnError(
        "can't spawn under a supervisor that has ended: start another one, and spawn under that");
  }
  Supervision& supervision = *supervision_of(supervisor);
  return {&supervision, supervision.options.intensity.restarts + 1};
}

Restart kind_of(Restart wanted) { return wanted == Restart::by_default ? Restart::transient : wanted; }

/// Builds the object, again and again if need be.
void* make_object(Cell& cell, Maker& maker, unsigned attempts) {
  for (;;) {
    try {
      return maker.make(cell);
    } catch (...) {
      // Children of a constructor that threw have to stop before another object may be built.
      if (--attempts == 0 || has_children(cell)) throw;
    }
  }
}

void note_failed_start(Cell& supervisor, std::uint64_t gen, const std::string& who) {
  const TreeGuard guard(supervisor);
  if (!supervisor.is(gen)) return;
  supervision_of(supervisor)->failed_start = who;
}

SpawnOptions spawn_options(const SupervisorOptions& options) {
  return {.name = options.name,
          .group = options.group,
          .mailbox = unbounded,
          .shutdown_deadline = options.shutdown_deadline,
          .restart = options.restart,
          .significant = options.significant};
}

void check_supervisor(const SupervisorOptions& options, bool supervised) {
  if (supervised || options.restart == Restart::by_default || options.restart == Restart::temporary) return;
  throw UsageError("supervisor '" + std::string(options.name) +
                   "' can't be restarted, since nobody supervises it: leave out `.restart`, or start it by "
                   "another Supervisor's supervise()");
}

}  // namespace

Supervision* supervision_in(const Extra& extra) { return extra.supervision.get(); }

void begin_supervision(Cell& cell, const SupervisorOptions& options, bool pure) {
  auto& mine = cell.extras().supervision;
  mine = std::make_unique<Supervision>(options, pure);
  mine->options.name = mine->options.group = {};
  cell.children = 0;
}

Address spawn_kept(Cell& supervisor, std::uint64_t gen, const SpawnOptions& options, const ActorOps& ops,
                   Maker* maker) {
  std::unique_ptr<Maker> owner(maker);
  const Terms terms = terms_of(supervisor, gen);
  const Restart kind = kind_of(options.restart);
  Spawning spawning(supervisor, gen, options, &ops,
                    new Supervised(std::move(owner), kind, options.significant, *terms.supervision));
  Cell& cell = spawning.cell();
  try {
    void* object = make_object(cell, *maker, kind == Restart::temporary ? 1 : terms.attempts);
    return {&cell, spawning.complete(object)};
  } catch (...) {
    note_failed_start(supervisor, gen, describe_actor(cell));
    throw;
  }
}

Address spawn_supervisor(Cell& parent, std::uint64_t gen, const SupervisorOptions& options, bool supervised) {
  check_supervisor(options, supervised);
  std::optional<Spawning> spawning;
  if (supervised) {
    const Terms terms = terms_of(parent, gen);
    spawning.emplace(parent, gen, spawn_options(options), &supervisor_ops,
                     new Supervised(std::make_unique<SupervisorMaker>(), kind_of(options.restart),
                                    options.significant, *terms.supervision));
  } else {
    spawning.emplace(parent, spawn_options(options), &supervisor_ops);
  }
  Cell& cell = spawning->cell();
  begin_supervision(cell, options, true);
  return {&cell, spawning->complete(construct_actor<SupervisorObject>(cell))};
}

void fail_start(Address supervisor, std::exception_ptr cause) {
  auto [cell, gen] = supervisor;
  const std::string tree = describe(*cell, gen);
  std::string child;
  {
    const TreeGuard guard(*cell);
    if (cell->is(gen)) child = supervision_of(*cell)->failed_start;
  }
  send_stop(*cell, gen);
  // An actor must not block: there it stops on its own.
  if (!context.running->cell) static_cast<void>(make_join(*cell, gen).get());
  throw SpawnError("can't start the tree of '" + tree + "'" + (child.empty() ? "" : " at " + child) + ": " +
                       describe_exception(cause) + "; what it had started has been stopped",
                   cause);
}

}  // namespace troupe::inline v0::detail
