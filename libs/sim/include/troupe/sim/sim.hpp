// The whole simulator, but for replay.hpp, which needs troupe::observe: see docs/simulation.md.
#pragma once

#include <troupe/sim/event.hpp>
#include <troupe/sim/explore.hpp>
#include <troupe/sim/failure.hpp>
#include <troupe/sim/faults.hpp>
#include <troupe/sim/history.hpp>
#include <troupe/sim/policy.hpp>
#include <troupe/sim/probe.hpp>
#include <troupe/sim/random.hpp>
#include <troupe/sim/schedule.hpp>
#include <troupe/sim/script.hpp>
#include <troupe/sim/simulation.hpp>
