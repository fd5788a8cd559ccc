// Recorder: keeps, of a system in production, in which order each actor got its messages, so that the run can
// be repeated: from whom, not what. What came from outside it keeps whole, if it is told by came_in().
// docs/design/recording.md has the format.
//
// Switch it on before the first actor is spawned: what was sent earlier is recorded as coming from its
// thread.
//
// Thread-safety: every function from any thread, but for finish().
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include <troupe/options.hpp>
#include <troupe/ports/tracer.hpp>

namespace troupe::inline v0::observe {

struct RecorderOptions {
  troupe::detail::ByName by_name{troupe::detail::ByName::Key{}};

  /// Gets the recording, piece by piece: one call at a time, inside of turns, so it should only write to a
  /// file.
  std::function<void(std::span<const std::byte>)> write;
  /// A piece has so many bytes or a few more.
  std::size_t block_bytes = 64 * 1024;
};

class Recorder final : public Tracer {
 public:
  /// @throws std::invalid_argument: there is no `write`
  explicit Recorder(RecorderOptions options);
  /// finish()
  ~Recorder() override;

  /// What makes up the next message that this thread sends from outside of turns, for who replays it.
  void came_in(std::span<const std::byte> payload);

  /// Writes what is still held back. @pre no recorded actor runs, and nobody sends to one: its system has
  /// ended, say
  void finish();

  std::uint64_t name_message(ActorId actor, std::uint64_t cause, bool in_turn) noexcept override;
  void record(const TraceEvent& event) noexcept override;
  std::uint64_t told(ActorId actor, const std::string_view& type) noexcept override;
  void turn_begun(ActorId actor, std::uint64_t message, const std::string_view& type) noexcept override;
  void tagged(ActorId actor, std::uint32_t tag) noexcept override;
  void turn_ended(ActorId actor, std::uint64_t message, const std::string_view& type) noexcept override;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace troupe::inline v0::observe
