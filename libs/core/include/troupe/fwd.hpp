// Forward declarations of the core library: nearly free to include.
#pragma once

#include <cstdint>

namespace troupe::inline v0 {

class System;
struct SystemOptions;
struct SpawnOptions;
template <class A>
class Ref;
template <class... Signatures>
class Recipient;
template <class T>
class Reply;
template <class A>
class Owned;
template <class Self>
class Actor;
template <class T = void>
class Task;
template <class R = void>
class Ask;
template <class R = void>
class TryAsk;
class AskError;
class Supervisor;
struct SupervisorOptions;
struct SupervisionEvent;
struct Started;
struct PreRestart;
struct Stopping;
struct Terminated;
class DeadLetter;
struct Stall;
template <class... M>
struct Messages;

namespace detail {
struct Cell;
struct Envelope;
struct MessageOps;
struct AwaitBlock;
class Group;
class Worker;
class Runtime;
class Driver;
}  // namespace detail

}  // namespace troupe::inline v0
