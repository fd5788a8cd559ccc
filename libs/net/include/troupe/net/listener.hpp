// Listener: accepts TCP connections and tells an actor of each.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <troupe/net/fwd.hpp>
#include <troupe/net/io_loop.hpp>
#include <troupe/options.hpp>
#include <troupe/recipient.hpp>

namespace troupe::inline v0::net {

/// An accepted connection that nobody reads from yet. Move-only; destroying it closes it.
class Socket {
 public:
  explicit Socket(std::unique_ptr<detail::SocketState> state);
  Socket(Socket&&) noexcept;
  Socket& operator=(Socket&&) noexcept;
  ~Socket();

  /// "127.0.0.1:52011".
  const std::string& remote() const noexcept;
  const std::string& local() const noexcept;

  /// Sends what the kernel takes at once, and closes: for those who can't be served.
  void close_with(std::string_view last_words);

  std::unique_ptr<detail::SocketState> release_() noexcept;

 private:
  std::unique_ptr<detail::SocketState> state_;
};

/// Told to the listener's acceptor for each new connection.
struct Accepted {
  Socket socket;
};

struct ListenerOptions {
  troupe::detail::ByName by_name{troupe::detail::ByName::Key{}};

  std::string_view address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0: any free one; see Listener::port()
  int backlog = 1024;      ///< connections that wait to be accepted, at most
};

/// Listens from its construction to its destruction.
/// Thread-safety: one thread at a time.
class Listener {
 public:
  /// @throws std::runtime_error with a sentence: the address is bad, or in use, or not allowed
  Listener(IoLoop& loop, Recipient<Accepted> acceptor, const ListenerOptions& options);
  Listener(Listener&&) noexcept;
  Listener& operator=(Listener&&) noexcept;
  ~Listener();

  std::uint16_t port() const noexcept;
  /// Accepts no more. What has been told stays told.
  void close();

 private:
  std::shared_ptr<detail::ListenerState> state_;
};

}  // namespace troupe::inline v0::net
