#include <chrono>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <troupe/net/connection.hpp>

#include "io_loop_impl.hpp"
#include "socket_state.hpp"

namespace troupe::inline v0::net {

namespace detail {

/// Shared between the actor and the operations under way.
///
/// The actor's turns and the loop's handlers may run on different threads of a group: the mutex guards all
/// that both touch. `output` is the actor's alone; flush() swaps it into `sending`, which is the loop's.
class ConnectionState : public std::enable_shared_from_this<ConnectionState> {
 public:
  ConnectionState(Socket&& socket, Recipient<Received, Closed> owner, const ConnectionOptions& options)
      : owner_(owner), options_(options), input_(options.read_buffer_bytes) {
    socket_ = socket.release_();
  }

  const SocketState& socket() const { return *socket_; }

  /// The turn of what was read has ended: what it wrote is sent, and the next read starts.
  void turn_ended() {
    const std::lock_guard lock(mutex_);
    send_output();
    reading_ = false;
    read();
  }
  void start() {
    const std::lock_guard lock(mutex_);
    read();
  }

  void flush() {
    const std::lock_guard lock(mutex_);
    send_output();
  }

  void close_after_output() {
    const std::lock_guard lock(mutex_);
    silent_ = true;
    send_output();
    closing_ = true;
    if (sending_.empty()) return end({});
    if (!ended_) end_unless_taken();
  }
  void abandon() {
    const std::lock_guard lock(mutex_);
    silent_ = true;
    end({});
  }
  std::size_t unsent() {
    const std::lock_guard lock(mutex_);
    return sending_.size() - sent_ + output.size();
  }

  std::string output;  ///< the actor's turns only

 private:
  // All below: under the lock.

  void read() {
    if (reading_ || input_over_ || ended_ || closing_ ||
        sending_.size() - sent_ > options_.pause_reading_bytes)
      return;
    reading_ = true;
    socket_->socket.async_read_some(
        asio::buffer(input_), [self = shared_from_this()](const asio::error_code& error, std::size_t count) {
          self->has_read(error, count);
        });
  }

  void has_read(const asio::error_code& error, std::size_t count) {
    {
      const std::lock_guard lock(mutex_);
      if (ended_) return;
      if (error == asio::error::eof) return end_input();
      if (error) return end(error.message());
      if (closing_) return;
    }
    owner_.tell<Received>(shared_from_this(), std::string_view(input_.data(), count));
  }

  /// The peer says no more, but it may still listen: a client that sends its requests and shuts its side
  /// down wants its answers. If it doesn't listen either, sending fails, and of that nobody needs to hear.
  void end_input() {
    input_over_ = true;
    if (!std::exchange(silent_, true)) owner_.tell<Closed>("the peer closed the connection", true);
  }

  void send_output() {
    if (output.empty()) return;
    if (ended_) return output.clear();
    if (sending_.empty()) {
      std::swap(sending_, output);
      sent_ = 0;
    } else {
      sending_ += output;
    }
    empty(output);
    if (!writing_) send();
    if (sending_.size() - sent_ > options_.max_output_bytes) {
      end("the peer doesn't take its output: more than " + std::to_string(options_.max_output_bytes) +
          " bytes are unsent");
    }
  }

  /// A burst's buffer isn't kept by an idle connection.
  static void empty(std::string& buffer) {
    buffer.clear();
    if (buffer.capacity() > largest_idle_buffer) buffer.shrink_to_fit();
  }

  /// Sends without waiting; waits for room for the rest.
  void send() {
    while (sent_ < sending_.size()) {
      asio::error_code error;
      sent_ +=
          socket_->socket.write_some(asio::buffer(sending_.data() + sent_, sending_.size() - sent_), error);
      if (error == asio::error::would_block || error == asio::error::try_again) return send_later();
      if (error) return end(error.message());
    }
    empty(sending_);
    sent_ = 0;
    if (closing_) return end({});
    read();
  }

  void send_later() {
    writing_ = true;
    // What has been sent makes room, so that a slow reader's buffer doesn't grow by what it has taken. Not
    // before it is the larger part: moving the rest at each step would cost its square.
    if (sent_ > sending_.size() / 2) {
      sending_.erase(0, sent_);
      sent_ = 0;
    }
    socket_->socket.async_wait(asio::ip::tcp::socket::wait_write,
                               [self = shared_from_this()](const asio::error_code& error) {
                                 const std::lock_guard lock(self->mutex_);
                                 self->writing_ = false;
                                 if (self->ended_) return;
                                 if (error) return self->end(error.message());
                                 self->send();
                                 if (self->closing_ && !self->ended_) self->end_unless_taken();
                               });
  }

  /// Nobody looks after a connection that is closing, so it must not wait for ever.
  void end_unless_taken() {
    if (!patience_) patience_.emplace(socket_->socket.get_executor());
    patience_->expires_after(options_.close_patience);
    patience_->async_wait([self = shared_from_this()](const asio::error_code& error) {
      const std::lock_guard lock(self->mutex_);
      // One that was put off when it was already on its way finds that its time is yet to come.
      const bool is_over = !error && self->patience_->expiry() <= std::chrono::steady_clock::now();
      if (is_over) self->end({});
    });
  }

  void end(const std::string& reason) {
    if (std::exchange(ended_, true)) return;
    asio::error_code ignored;
    socket_->socket.close(ignored);
    if (patience_) patience_->cancel();
    // A string that is cleared keeps its memory, and this object lives on in whoever still refers to it.
    std::string().swap(sending_);
    sent_ = 0;
    if (!silent_) owner_.tell<Closed>(reason);
  }

  static constexpr std::size_t largest_idle_buffer = 64 * 1024;

  Recipient<Received, Closed> owner_;
  const ConnectionOptions options_;
  std::vector<char> input_;
  std::unique_ptr<SocketState> socket_;

  std::mutex mutex_;
  std::string sending_;
  std::size_t sent_ = 0;                        ///< of sending_, from its start
  std::optional<asio::steady_timer> patience_;  ///< set by a close that has to wait
  bool reading_ = false;                        ///< a read is under way, or its turn is
  bool input_over_ = false;                     ///< the peer has shut its side down
  bool writing_ = false;                        ///< waits for room in the kernel's buffer
  bool closing_ = false;                        ///< ends when the output is sent
  bool silent_ = false;                         ///< the owner doesn't want to hear of the end
  bool ended_ = false;
};

}  // namespace detail

Received::~Received() {
  if (connection_) connection_->turn_ended();
}

Connection::Connection(IoLoop&, Socket&& socket, Recipient<Received, Closed> owner,
                       const ConnectionOptions& options)
    : state_(std::make_shared<detail::ConnectionState>(std::move(socket), owner, options)) {
  state_->start();
}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&& other) noexcept {
  if (state_ && state_ != other.state_) state_->abandon();
  state_ = std::move(other.state_);
  return *this;
}
Connection::~Connection() {
  if (state_) state_->abandon();
}

void Connection::write(std::string_view bytes) { state_->output.append(bytes); }
std::string& Connection::output() noexcept { return state_->output; }
void Connection::flush() { state_->flush(); }
void Connection::close() {
  // What is still unsent keeps the state alive, and nobody else.
  if (auto state = std::exchange(state_, nullptr)) state->close_after_output();
}
std::size_t Connection::unsent() const noexcept { return state_->unsent(); }
const std::string& Connection::remote() const noexcept { return state_->socket().remote; }
const std::string& Connection::local() const noexcept { return state_->socket().local; }

}  // namespace troupe::inline v0::net
