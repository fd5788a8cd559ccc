// Troupe: actors for C++. This header includes the whole core library.
#pragma once

#include <troupe/actor.hpp>
#include <troupe/actor_id.hpp>
#include <troupe/ask.hpp>
#include <troupe/blocking.hpp>
#include <troupe/combinators.hpp>
#include <troupe/dead_letter.hpp>
#include <troupe/deterministic_scheduler.hpp>
#include <troupe/errors.hpp>
#include <troupe/fault_point.hpp>
#include <troupe/lifecycle.hpp>
#include <troupe/options.hpp>
#include <troupe/owned.hpp>
#include <troupe/ports/clock.hpp>
#include <troupe/ports/event_loop.hpp>
#include <troupe/ports/log.hpp>
#include <troupe/ports/tracer.hpp>
#include <troupe/recipient.hpp>
#include <troupe/ref.hpp>
#include <troupe/reply.hpp>
#include <troupe/system.hpp>
#include <troupe/take.hpp>
#include <troupe/task.hpp>
#include <troupe/tree.hpp>
