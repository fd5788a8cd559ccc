// Connection: an actor's end of a TCP connection, which reads only as fast as its actor handles.
//
// What arrives is told to the actor as Received. The next read starts when that message's turn has ended,
// so a flood of input waits in the kernel, and then with its sender. What the actor writes is buffered, and
// sent when the turn ends or flush() is called; a reader so slow that the buffer outgrows its limit is cut
// off.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <troupe/net/fwd.hpp>
#include <troupe/net/listener.hpp>
#include <troupe/options.hpp>
#include <troupe/recipient.hpp>

namespace troupe::inline v0::net {

/// Bytes from the peer. They lie in the connection's own buffer, and stay until this message's turn ends.
/// Move-only.
class Received {
 public:
  Received(std::shared_ptr<detail::ConnectionState> connection, std::string_view bytes) noexcept
      : connection_(std::move(connection)), bytes_(bytes) {}
  Received(Received&&) noexcept = default;
  Received& operator=(Received&&) = delete;
  ~Received();

  std::string_view bytes() const noexcept { return bytes_; }

 private:
  std::shared_ptr<detail::ConnectionState> connection_;
  std::string_view bytes_;
};

/// The connection has ended: the last that its actor hears of it. Not told after Connection::close().
struct Closed {
  std::string reason;  ///< "the peer closed the connection", or what went wrong
  /// The peer has closed its side, and may still listen: what is written until the Connection is closed or
  /// destroyed is sent to it.
  bool may_write = false;
};

struct ConnectionOptions {
  troupe::detail::ByName by_name{troupe::detail::ByName::Key{}};

  std::size_t read_buffer_bytes = 16 * 1024;
  /// Unsent output at which the connection is cut off.
  std::size_t max_output_bytes = 64 * 1024 * 1024;
  /// Unsent output at which nothing is read any more until the peer has taken some.
  std::size_t pause_reading_bytes = 1024 * 1024;
  /// For how long close() lets a peer take nothing of the output that is still unsent.
  std::chrono::nanoseconds close_patience = std::chrono::seconds(30);
};

/// Thread-safety: its actor's turns only. Destroying it closes the connection at once.
class Connection {
 public:
  /// Starts to read. `owner` is the actor that has this object.
  Connection(IoLoop& loop, Socket&& socket, Recipient<Received, Closed> owner,
             const ConnectionOptions& options = {});
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Appends to the output. Sent at the end of a Received's turn, or by flush().
  void write(std::string_view bytes);
  /// The output itself, for those who encode in place; as write() otherwise.
  std::string& output() noexcept;
  /// Sends what can be sent without waiting; the rest follows as the peer takes it.
  void flush();
  /// Sends what is buffered, then closes. No Closed is told. Afterwards only destruction and assignment are
  /// allowed.
  void close();
  /// Unsent bytes.
  std::size_t unsent() const noexcept;
  const std::string& remote() const noexcept;
  const std::string& local() const noexcept;

 private:
  std::shared_ptr<detail::ConnectionState> state_;
};

}  // namespace troupe::inline v0::net
