// The store's actors, under supervision: whichever of them crashes, the others go on.
//
//   kv               restarts each of these on its own, and gives up when they crash too often
//     shard-0...     their keys outlive a crash
//     hub            so do the subscriptions
//     clients        restarts nobody: a connection that crashes is closed
//       client-1...
//     server         settings, list of clients and the listening socket outlive a crash
//
// They stop from the bottom up, so that nobody is asked who has stopped.
#pragma once

#include <troupe/net/io_loop.hpp>
#include <troupe/system.hpp>

#include "actors/server.hpp"
#include "options/options.hpp"

namespace troupe::kv {

// How the server ends the process it is.
struct Process {
  void (*shut_down)();  // in order, as a signal would
  void (*give_up)();    // at once: parts of it have crashed too often
};

// Starts them in the thread group `group`. @pre the options' shards and threads aren't 0
Ref<Server> start_store(System& system, net::IoLoop& loop, std::string_view group, const Options& options,
                        Process process);

}  // namespace troupe::kv
