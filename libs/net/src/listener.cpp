#include <chrono>
#include <mutex>
#include <stdexcept>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <troupe/net/listener.hpp>

#include "io_loop_impl.hpp"
#include "socket_state.hpp"

namespace troupe::inline v0::net {

namespace {

using asio::ip::tcp;

std::string name_of(const tcp::endpoint& end) {
  const std::string address = end.address().to_string();
  const std::string port = std::to_string(end.port());
  return end.address().is_v6() ? '[' + address + "]:" + port : address + ':' + port;
}

// Out of descriptors or memory: try again when some connection may have ended.
constexpr std::chrono::milliseconds retry_after{50};

}  // namespace

namespace detail {

SocketState::SocketState(tcp::socket&& open) : socket(std::move(open)) {
  asio::error_code ignored;
  const auto remote_end = socket.remote_endpoint(ignored);
  if (!ignored) remote = name_of(remote_end);
  const auto local_end = socket.local_endpoint(ignored);
  if (!ignored) local = name_of(local_end);
  socket.set_option(tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);
}

/// Shared with the accept that is under way. The mutex keeps close() and the loop's threads apart.
class ListenerState : public std::enable_shared_from_this<ListenerState> {
 public:
  ListenerState(asio::io_context& context, Recipient<Accepted> acceptor)
      : acceptor_socket_(context), retry_(context), acceptor_(acceptor) {}

  void open(const ListenerOptions& options) {
    const std::string where = std::string(options.address) + ':' + std::to_string(options.port);
    asio::error_code error;
    const auto address = asio::ip::make_address(std::string(options.address), error);
    if (error) {
      throw std::runtime_error("can't listen on " + where + ": '" + std::string(options.address) +
                               "' is not an IP address");
    }
    const tcp::endpoint end(address, options.port);
    acceptor_socket_.open(end.protocol(), error);
    if (!error) acceptor_socket_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_socket_.bind(end, error);
    if (!error) acceptor_socket_.listen(options.backlog, error);
    if (error) throw std::runtime_error("can't listen on " + where + ": " + error.message());
    port_ = acceptor_socket_.local_endpoint().port();
  }

  void accept() {
    const std::lock_guard lock(mutex_);
    if (!acceptor_socket_.is_open()) return;
    acceptor_socket_.async_accept(
        [self = shared_from_this()](const asio::error_code& error, tcp::socket socket) {
          if (!error) {
            self->acceptor_.tell<Accepted>(Socket(std::make_unique<SocketState>(std::move(socket))));
          } else if (error == asio::error::operation_aborted) {
            return;
          } else if (error != asio::error::connection_aborted) {
            // Whatever it is, it would most likely be so again at once, and again.
            return self->accept_later();
          }
          self->accept();
        });
  }

  void close() {
    const std::lock_guard lock(mutex_);
    asio::error_code ignored;
    acceptor_socket_.close(ignored);
    retry_.cancel();
  }
  std::uint16_t port() const { return port_; }

 private:
  void accept_later() {
    const std::lock_guard lock(mutex_);
    if (!acceptor_socket_.is_open()) return;
    retry_.expires_after(retry_after);
    retry_.async_wait([self = shared_from_this()](const asio::error_code& error) {
      if (!error) self->accept();
    });
  }

  std::mutex mutex_;
  tcp::acceptor acceptor_socket_;
  asio::steady_timer retry_;
  Recipient<Accepted> acceptor_;
  std::uint16_t port_ = 0;
};

}  // namespace detail

Socket::Socket(std::unique_ptr<detail::SocketState> state) : state_(std::move(state)) {}
Socket::Socket(Socket&&) noexcept = default;
Socket& Socket::operator=(Socket&&) noexcept = default;
Socket::~Socket() = default;
const std::string& Socket::remote() const noexcept { return state_->remote; }
const std::string& Socket::local() const noexcept { return state_->local; }
void Socket::close_with(std::string_view last_words) {
  asio::error_code ignored;
  state_->socket.write_some(asio::buffer(last_words), ignored);
  state_->socket.shutdown(tcp::socket::shutdown_send, ignored);
  state_->socket.close(ignored);
}
std::unique_ptr<detail::SocketState> Socket::release_() noexcept { return std::move(state_); }

Listener::Listener(IoLoop& loop, Recipient<Accepted> acceptor, const ListenerOptions& options)
    : state_(std::make_shared<detail::ListenerState>(context_of(loop), acceptor)) {
  state_->open(options);
  state_->accept();
}
Listener::Listener(Listener&&) noexcept = default;
Listener& Listener::operator=(Listener&& other) noexcept {
  if (state_ && state_ != other.state_) state_->close();
  state_ = std::move(other.state_);
  return *this;
}
Listener::~Listener() {
  if (state_) state_->close();
}
std::uint16_t Listener::port() const noexcept { return state_->port(); }
void Listener::close() { state_->close(); }

}  // namespace troupe::inline v0::net
