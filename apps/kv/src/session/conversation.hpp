// One connection's conversation, without the connection: bytes come in, bytes go out, and requests go to
// shards and come back in between. Whoever owns the socket feeds it and sends what it has to say.
// Thread-safety: none; it belongs to one connection.
// Invariants: 1. answers leave in the order of their requests.  2. at most kMaxRequestsInFlight requests are
// open. 3. after the last answer of a closing conversation nothing more is said.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "resp/answer_budget.hpp"
#include "resp/request_parser.hpp"
#include "routing/admission.hpp"
#include "routing/request_pool.hpp"
#include "routing/route.hpp"
#include "session/host.hpp"
#include "session/pipeline.hpp"
#include "session/session.hpp"

namespace troupe::kv {

inline constexpr std::size_t kMaxRequestsInFlight = 1024;

class Conversation {
 public:
  struct Counts {
    std::uint64_t commands = 0;
    std::uint64_t errors = 0;
  };

  // `host` must outlive it.
  Conversation(Session session, std::shared_ptr<const Settings> settings, const Sharding& sharding,
               Host& host);

  // Takes what has been read; returns how many bytes are done with. The rest is to be offered again once an
  // answer has come back (it is full), or is not wanted any more (closing()).
  [[nodiscard]] std::size_t receive(std::string_view bytes, WallTime now);

  // A request that went to the host has come back, executed.
  void complete(std::unique_ptr<Request> request);

  // Messages for a subscriber. One for what is not listened to any more is dropped.
  void deliver(std::string_view channel, std::string_view payload);
  void deliver(std::string_view pattern, std::string_view channel, std::string_view payload);

  // The settings have changed.
  void use(std::shared_ptr<const Settings> settings);

  // The connection is gone: tells the host that nothing is listened to any more.
  void leave();

  // What is to be sent; the owner takes it out.
  [[nodiscard]] std::string& output() noexcept { return output_; }

  // It takes no more requests. The connection is to be closed when finished().
  [[nodiscard]] bool closing() const noexcept { return closing_; }
  // closing, and all that is left to say is in output().
  [[nodiscard]] bool finished() const noexcept { return closing_ && pipeline_.empty(); }
  // The reader has fallen behind by more than the limit: close without further ado.
  // `unsent` is what the owner holds that has not been sent yet.
  [[nodiscard]] bool is_overflowing(std::size_t unsent) const noexcept {
    return is_cut_off_ ||
           output_.size() + pipeline_.waiting_bytes() + unsent > settings_->max_output_buffer_bytes;
  }

  [[nodiscard]] std::size_t in_flight() const noexcept { return pipeline_.size(); }
  [[nodiscard]] const Session& session() const noexcept { return session_; }
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  [[nodiscard]] bool takes_requests() const noexcept {
    return !closing_ && pipeline_.size() < kMaxRequestsInFlight;
  }
  void handle(std::unique_ptr<Request> request, WallTime now);
  void dispatch(std::unique_ptr<Request> request, WallTime now);
  void run_here(std::unique_ptr<Request> request, WallTime now);
  void send_parts(std::unique_ptr<Request> whole, Split split);
  void merge_parts(Request& whole, std::span<const std::unique_ptr<Request>> parts,
                   std::span<const std::uint32_t> part_of_key);
  void answer(std::unique_ptr<Request> request);
  void say(std::unique_ptr<Request> message);
  void fail_protocol();

  Session session_;
  std::shared_ptr<const Settings> settings_;
  Sharding sharding_;
  Host& host_;
  RequestParser parser_;
  std::shared_ptr<AnswerBudget> budget_;
  RequestPool pool_;
  Pipeline pipeline_;
  std::unique_ptr<Request> reading_;  // the request that is being read, or nullptr
  std::string output_;
  std::uint64_t messages_wait_for_ = 0;  // the slot that has to leave before the next message may
  bool closing_ = false;
  bool is_cut_off_ = false;  // an answer was dropped, so nothing that follows it may be said
  Counts counts_;
};

}  // namespace troupe::kv
