// Spawning: a cell is taken, linked to its parent and named; the object is built in it; it lives.
#include <algorithm>
#include <cctype>
#include <memory>
#include <string>

#include <troupe/detail/actor_services.hpp>
#include <troupe/detail/context.hpp>
#include <troupe/detail/spawn.hpp>
#include <troupe/detail/tracing.hpp>

#include "lifecycle/birth.hpp"
#include "lifecycle/retire.hpp"
#include "lifecycle/siblings.hpp"
#include "lifecycle/tree_guard.hpp"
#include "mailbox/locked_cell.hpp"
#include "memory/cells.hpp"
#include "observe/describe.hpp"
#include "scheduler/driver.hpp"
#include "scheduler/ready.hpp"
#include "scheduler/thread_group.hpp"
#include "supervision/child.hpp"
#include "supervision/supervision.hpp"
#include "system/runtime.hpp"
#include "turns/extra.hpp"

namespace troupe::inline v0::detail {

namespace {

/// Mixes a path's hash with one more step. Source: the finaliser of MurmurHash3.
std::uint32_t step_hash(std::uint32_t parent, std::uint32_t step) {
  std::uint32_t hash = parent * 0x9E3779B1u + step;
  hash ^= hash >> 16;
  hash *= 0x85EBCA6Bu;
  hash ^= hash >> 13;
  hash *= 0xC2B2AE35u;
  hash ^= hash >> 16;
  return hash == 0 ? 1 : hash;  // 0 means that nobody lives there
}

/// FNV-1a.
std::uint32_t name_hash(std::string_view name) {
  std::uint32_t hash = 2166136261u;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

void check_name(std::string_view name) {
  if (name.find('/') != name.npos) {
    throw UsageError("an actor can't be named '" + std::string(name) +
                     "': '/' separates the names of a path");
  }
  if (std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isdigit(c); })) {
    throw UsageError("an actor can't be named '" + std::string(name) +
                     "': numbers are the paths of actors without a name");
  }
}

std::uintptr_t home_word(Group& group, bool may_inline, bool threads_enter) {
  auto word = reinterpret_cast<std::uintptr_t>(&group);
  if (!may_inline) word |= Cell::never_inline;
  if (threads_enter) word |= Cell::threads_enter;
  return word;
}

constexpr std::uint32_t milliseconds_of(std::chrono::nanoseconds deadline) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(deadline).count();
  if (ms < 0) return 0;
  return ms > 0xFFFFFFFE ? 0xFFFFFFFFu : static_cast<std::uint32_t>(ms);
}

/// The parent's generation, where it can't have ended.
constexpr std::uint64_t any_gen = ~std::uint64_t{0};

/// Under a root any thread spawns, so only what never changes may be looked at; under others their own turns
/// do.
bool is_root(const Cell& parent) { return !parent.parent; }

/// A pinned actor's thread is its own. A supervisor may have ended: then the spawn will be refused.
bool is_pinned(Cell& parent, std::uint64_t parent_gen) {
  if (parent_gen == any_gen) return !is_root(parent) && parent.extra && parent.extra->own_group;
  const TreeGuard guard(parent);
  return parent.is(parent_gen) && parent.extra && parent.extra->own_group;
}

/// Where the new actor runs.
void settle_home(Cell& cell, Cell& parent, std::uint64_t parent_gen, const SpawnOptions& options,
                 Runtime& runtime) {
  if (options.pinned) {
    if (!options.group.empty()) {
      throw UsageError(
          "spawn options 'pinned' and 'group' exclude each other: a pinned actor has a thread of its own");
    }
    if (ThreadGroup* own = runtime.start_pinned_group()) {
      cell.extras().own_group = own;
      cell.home.store(home_word(*own, false, false), std::memory_order_relaxed);
      return;
    }
  }
  const bool inherits = options.group.empty();
  // A pinned parent's thread is its own: its children run in the default group.
  const bool parent_pinned = is_pinned(parent, parent_gen);
  Group& group =
      inherits ? (parent_pinned ? runtime.default_group() : parent.group()) : runtime.group(options.group);
  const bool asked_in_place = options.inline_asks && !options.pinned && may_inline(runtime.driver());
  cell.home.store(home_word(group, asked_in_place, &group == &runtime.default_group()),
                  std::memory_order_relaxed);
}

/// What its children inherit.
void settle_children(Cell& cell, const Runtime& runtime) {
  const bool has_own_ways =
      (cell.home.load(std::memory_order_relaxed) & Cell::never_inline) || runtime.bounds_mailboxes();
  cell.children = has_own_ways ? Cell::by_own_turns : Cell::by_own_turns | Cell::plain;
}

[[noreturn, gnu::cold]] void refuse_child(Cell& parent) {
  throw SpawnError("can't spawn under " + describe_actor(parent) + ": it is stopping");
}

/// Links the cell as the parent's last child, and makes its identity: an ordinal, and with it its gen.
/// `step`: what the path's hash takes from the name; 0: it has none. @pre as of append_child()
inline void link_child(Cell& cell, Cell& parent, std::uint32_t step) {
  cell.ordinal = parent.next_child_ordinal++;
  const std::uint32_t parent_hash = path_hash_of(parent.gen.load(std::memory_order_relaxed));
  const std::uint32_t hash = step_hash(parent_hash, step == 0 ? cell.ordinal : step);
  const std::uint64_t gen = cell.gen.load(std::memory_order_relaxed);
  cell.gen.store(make_gen(gen, counter_of(gen), hash), std::memory_order_release);
  cell.closed_to_children.store(
      false, std::memory_order_relaxed);  // nobody has seen it yet, so its own guard isn't needed
  append_child(cell, parent);
}

void enter_tree(Cell& cell, Cell& parent, std::uint64_t parent_gen, std::string_view name) {
  cell.parent = &parent;
  const TreeGuard guard(parent);
  if (parent_gen != any_gen && !parent.is(parent_gen)) {
    throw SpawnError(
        "can't spawn under a supervisor that has ended: start another one, and spawn under that");
  }
  if (parent.closed_to_children.load(std::memory_order_relaxed)) refuse_child(parent);
  link_child(cell, parent, name.empty() ? 0 : ~name_hash(name));
  if (const Supervised* kept = supervised(cell); kept && kept->significant) ++kept->boss.significant;
}

void check_mailbox(const Mailbox& rules, const ActorOps& ops) {
  const auto refuse = [&](const std::string& what) {
    throw UsageError("an actor of class " + std::string(ops.name) + " can't be spawned with " + what);
  };
  if (rules.capacity == 0) refuse("a mailbox that holds no message: bounded(n) takes 1 or more");
  for (const MessageLimit& one : rules.limits) {
    if (!one.message.empty() && one.at_most == 0) {
      refuse("a limit of no " + std::string(one.message) +
             ": a limit is 1 or more; leave out its handler if it must never come");
    }
  }
}

[[gnu::noinline]] Cell& take_cell_with(Mailbox rules, const ActorOps& ops, const Runtime& runtime) {
  if (rules.capacity == Mailbox::by_system) {
    // With it come limits of single types, unless the actor has its own.
    const auto own = rules.limits;
    rules = runtime.mailbox();
    if (!own.front().message.empty()) rules.limits = own;
    if (rules.capacity == Mailbox::by_system) rules.capacity = Mailbox::no_bound;
  }
  check_mailbox(rules, ops);
  Cell& cell = take_free_locked_cell();
  mailbox_of(cell).open(rules, ops.urgent);
  return cell;
}

/// A cell, with its mailbox as the options, or the system's, say.
Cell& take_cell_for(const Mailbox& asked, const ActorOps& ops, const Runtime& runtime) {
  const bool by_system = asked.capacity == Mailbox::by_system;
  if (!ops.urgent && !has_rules(asked) && !(by_system && runtime.bounds_mailboxes())) [[likely]]
    return take_free_cell();
  return take_cell_with(asked, ops, runtime);
}

/// Whether no option, no class and no parent asks for anything that most actors do without. Its home is its
/// parent's then.
bool is_plain(const Cell& parent, const SpawnOptions& options, const ActorOps& ops) {
  return &options == &spawn_defaults && !ops.urgent && !ops.supervision && !ops.started &&
         (parent.children & Cell::plain) && (is_root(parent) || !parent.extra);
}

/// As enter_tree(), without a name. False: the parent is stopping.
inline bool enter_open(Cell& cell, Cell& parent) {
  if (parent.closed_to_children.load(std::memory_order_relaxed)) [[unlikely]]
    return false;
  link_child(cell, parent, 0);
  return true;
}
inline bool enter_plainly(Cell& cell, Cell& parent) {
  if (parent.children & Cell::by_own_turns) [[likely]]
    return enter_open(cell, parent);
  const TreeGuard guard(parent);
  return enter_open(cell, parent);
}

/// What a cell begins its life with, whoever comes to live in it.
void furnish(Cell& cell, const ActorOps* ops, std::uint32_t shutdown_ms) {
  cell.ops = ops;
  cell.next_child_ordinal = 0;
  cell.children = Cell::by_own_turns | Cell::plain;
  cell.shutdown_ms = shutdown_ms;
  cell.waits_for.store(0, std::memory_order_relaxed);
}

void abandon_cell(Cell& cell) {
  delete cell.extra;
  delete cell.path;
  cell.extra = nullptr;
  cell.path = nullptr;
  cell.parent = nullptr;
}

}  // namespace

Extra& Cell::extras() {
  if (!extra) extra = new Extra;
  return *extra;
}

namespace {

constexpr std::uint32_t default_shutdown_ms = milliseconds_of(spawn_defaults.shutdown_deadline);

/// A cell that nobody lives in, and that rests as idle. Null: there is none just now.
inline Cell* take_idle_cell(const Cell& parent) {
  Cell* const cell = Cells::take();
  const std::uintptr_t home = parent.home.load(std::memory_order_relaxed);
  // Of this system: a late sender that drains it reports to the system of its home.
  const std::uintptr_t graveyard = Cell::group_of(home)->runtime().home_of_dead();
  if (cell->home.load(std::memory_order_relaxed) == graveyard) [[likely]] {
    // Before it rests: whoever takes its token from there on has it run at home.
    cell->home.store(home, std::memory_order_relaxed);
    if (cell->lanes.try_revive_idle()) [[likely]]
      return cell;
    cell->home.store(graveyard, std::memory_order_relaxed);
  }
  Cells::put(cell);
  return nullptr;
}

}  // namespace

inline bool Spawning::begin_idle(Cell& parent, const ActorOps* ops) {
  if (parent.closed_to_children.load(std::memory_order_relaxed)) [[unlikely]]
    refuse_child(parent);
  Cell* const cell = take_idle_cell(parent);
  if (!cell) [[unlikely]]
    return false;
  furnish(*cell, ops, default_shutdown_ms);
  cell->built.store(false, std::memory_order_relaxed);
  cell->parent = &parent;
  link_child(*cell, parent, 0);
  rests_ = true;
  cell_ = cell;
  return true;
}

inline void Spawning::begin_plain(Cell& parent, const ActorOps* ops) {
  Cell& cell = take_free_cell();
  furnish(cell, ops, default_shutdown_ms);
  cell.home.store(parent.home.load(std::memory_order_relaxed), std::memory_order_relaxed);
  cell.parent = &parent;
  if (!enter_plainly(cell, parent)) [[unlikely]] {
    cell.parent = nullptr;
    bury(cell, parent.group().runtime());
    refuse_child(parent);
  }
  cell_ = &cell;
}

Spawning::Spawning(Cell& parent, const SpawnOptions& options, const ActorOps* ops) {
  if (is_plain(parent, options, *ops)) [[likely]] {
    if (!(parent.children & Cell::by_own_turns) || !begin_idle(parent, ops)) begin_plain(parent, ops);
    if (tracing()) [[unlikely]]
      trace_spawn(*cell_);
    return;
  }
  begin_checked(parent, options, ops);
}

void Spawning::begin_checked(Cell& parent, const SpawnOptions& options, const ActorOps* ops) {
  if (options.restart > Restart::by_default && options.restart != Restart::temporary) {
    throw UsageError(
        "an actor of class " + std::string(ops->name) +
        " can't be restarted, since nobody supervises it: spawn it by a troupe::Supervisor, which "
        "system.supervise() returns, or leave out `.restart`");
  }
  begin(parent, any_gen, options, ops, nullptr);
}

Spawning::Spawning(Cell& parent, std::uint64_t parent_gen, const SpawnOptions& options, const ActorOps* ops,
                   Supervised* kept) {
  begin(parent, parent_gen, options, ops, kept);
}

void Spawning::begin(Cell& parent, std::uint64_t parent_gen, const SpawnOptions& options, const ActorOps* ops,
                     Supervised* kept) {
  std::unique_ptr<Supervised> owner(kept);
  if (!options.name.empty()) check_name(options.name);
  Runtime& runtime = parent.group().runtime();
  Cell& cell = take_cell_for(options.mailbox, *ops, runtime);
  furnish(cell, ops, milliseconds_of(options.shutdown_deadline));
  bool named = false;
  try {
    settle_home(cell, parent, parent_gen, options, runtime);
    settle_children(cell, runtime);
    if (kept) {
      cell.extras().supervised = std::move(owner);
      cell.home.fetch_or(Cell::supervised, std::memory_order_relaxed);
    }
    if (ops->supervision) begin_supervision(cell, *ops->supervision, false);
    if (options.stash_capacity != spawn_defaults.stash_capacity)
      cell.extras().stash_capacity = options.stash_capacity;
    if (!options.name.empty()) {
      const std::string above = parent_gen == any_gen ? path_of(parent) : describe(parent, parent_gen);
      cell.path = new std::string(above.empty() ? std::string(options.name)
                                                : above + '/' + std::string(options.name));
      runtime.names().add(*cell.path, cell, ops);
      named = true;
    }
    enter_tree(cell, parent, parent_gen, options.name);
  } catch (...) {
    if (named) runtime.names().remove(*cell.path);
    if (cell.extra && cell.extra->own_group) cell.extra->own_group->request_end();
    abandon_cell(cell);
    bury(cell, runtime);
    throw;
  }
  const std::uint64_t gen = cell.gen.load(std::memory_order_relaxed);
  if (cell.condition.locked) mailbox_of(cell).begin(gen);
  if (named) runtime.names().settle(*cell.path, gen);
  cell_ = &cell;
  // Not under the guard: the tracer may ask for the path.
  if (tracing()) [[unlikely]]
    trace_spawn(cell);
}

void Spawning::abandon() {
  // Where the token is somebody else's, that one sees to it.
  if (rests_ && !end_construction(*cell_, Life::stillborn) && !cell_->lanes.try_take()) return;
  abandon_unborn(*cell_);
}

namespace {
/// Its first message comes before what the constructor may have sent to itself.
[[gnu::noinline]] void begin_with_started(Cell& cell) {
  cell.extras().front.push_front(cell.ops->started(cell));
  cell.condition.has_front = true;
  make_ready(cell);
}
}  // namespace

std::uint64_t Spawning::complete(void* object) {
  Cell& cell = *std::exchange(cell_, nullptr);
  const std::uint64_t gen = cell.gen.load(std::memory_order_relaxed);
  cell.object = object;
  if (rests_) [[likely]] {
    if (end_construction(cell, Life::running)) [[unlikely]]
      schedule(cell);
    return gen;
  }
  cell.condition.life = Life::running;
  if (cell.ops->started) [[unlikely]] {
    begin_with_started(cell);
  } else if (!rest_idle(cell)) [[unlikely]] {
    schedule(cell);
  }
  return gen;
}

void refuse_construction(std::string_view actor) {
  throw UsageError("an object of class " + std::string(actor) +
                   " was made outside of spawn: actors live in a system, make it by system.spawn<" +
                   std::string(actor) + ">(...)");
}

}  // namespace troupe::inline v0::detail
