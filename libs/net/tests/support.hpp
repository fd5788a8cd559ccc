// What the tests of the network library share: a peer that is a plain blocking socket, an inbox that a test
// waits at, and a session, the actor at the other end, which does what the test tells it to.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <troupe/actor.hpp>
#include <troupe/net/connection.hpp>
#include <troupe/net/io_loop.hpp>
#include <troupe/net/listener.hpp>
#include <troupe/system.hpp>

namespace troupe_test {

namespace net = troupe::net;

/// What didn't happen by then never will. Long, since machines can be busy.
inline constexpr std::chrono::seconds patience{60};

/// What actors hand to the test's thread.
template <class T>
class Inbox {
 public:
  void push(T item) {
    {
      const std::lock_guard lock(mutex_);
      items_.push_back(std::move(item));
    }
    arrived_.notify_all();
  }
  /// The next item, as soon as it is there. @throws std::runtime_error: nothing came
  T pop() {
    std::unique_lock lock(mutex_);
    if (!arrived_.wait_for(lock, patience, [&] { return !items_.empty(); })) {
      throw std::runtime_error("nothing arrived in the inbox");
    }
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }
  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<T> items_;
};

/// The other end: a blocking socket.
class Peer {
 public:
  enum class Buffers : std::uint8_t { usual, small };
  explicit Peer(std::uint16_t port, Buffers buffers = Buffers::usual);
  Peer(Peer&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  Peer& operator=(Peer&&) = delete;
  ~Peer() { close(); }

  /// All of it. False: the connection has ended.
  bool send(std::string_view bytes) const;
  /// What the kernel takes at once; returns how much.
  std::size_t send_some(std::string_view bytes) const;
  /// So many bytes, or fewer if the connection ends before.
  std::string receive(std::size_t count) const;
  /// Everything up to the end.
  std::string receive_all() const;
  /// The connection ends, and nothing comes before.
  bool is_ended() const { return receive(1).empty(); }
  void shut_down_sending() const;
  /// Ends the connection as a crash would, without the usual good-bye.
  void reset();
  void close();
  std::string name() const;

 private:
  int socket_;
};

class Session;

/// What sessions share with the test.
struct Watch {
  net::ConnectionOptions options = {};
  bool echo = true;

  Inbox<troupe::Ref<Session>> sessions;
  Inbox<std::string> received;
  Inbox<std::string> closed;
};

/// The actor at our end. Echoes what it receives; and does in a turn of its own what the test asks for.
class Session final : public troupe::Actor<Session> {
 public:
  struct Do {
    std::function<void(Session&)> body;
  };

  Session(net::IoLoop& loop, net::Socket&& socket, Watch& watch)
      : watch_(watch), connection(std::in_place, loop, std::move(socket), self(), watch.options) {
    watch_.sessions.push(self());
  }
  void on(net::Received&& received) {
    watch_.received.push(std::string(received.bytes()));
    if (watch_.echo && connection) connection->write(received.bytes());
  }
  void on(const net::Closed& closed) { watch_.closed.push(closed.reason); }
  void on(const Do& order) { order.body(*this); }

  using Actor::stop;

 private:
  Watch& watch_;

 public:
  std::optional<net::Connection> connection;
};

/// Spawns an A for each connection.
template <class A, class W>
class Acceptor final : public troupe::Actor<Acceptor<A, W>> {
 public:
  Acceptor(net::IoLoop& loop, W& watch)
      : loop_(loop), watch_(watch), listener_(loop, this->self(), net::ListenerOptions{}) {}
  void on(net::Accepted&& accepted) { this->template spawn<A>(loop_, std::move(accepted.socket), watch_); }

  struct Port {};
  std::uint16_t on(Port) const { return listener_.port(); }

 private:
  net::IoLoop& loop_;
  W& watch_;
  net::Listener listener_;
};

/// A server of As, which tell `watch` what they see.
template <class A = Session, class W = Watch>
class Server {
 public:
  explicit Server(unsigned threads = 1) { system->add_group("net", {.threads = threads, .loop = &loop}); }
  /// Starts to listen, with the watch as it is now.
  void start() {
    const auto acceptor = system->spawn<Acceptor<A, W>>({.group = "net"}, loop, watch);
    port = acceptor.template ask<typename Acceptor<A, W>::Port>().get();
  }
  /// Ends the system before the test ends, so that nothing can happen any more.
  void end() { system.reset(); }

  W watch;
  net::IoLoop loop;
  std::optional<troupe::System> system{std::in_place, troupe::SystemOptions{.workers = 1}};
  std::uint16_t port = 0;
};

/// Runs the body in a turn of the session, and returns when it has ended.
inline void in_turn(troupe::Ref<Session> session, std::function<void(Session&)> body) {
  session.ask<Session::Do>(std::move(body)).within(patience).get();
}

/// Bytes without a pattern that a mistake could repeat.
inline std::string many_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

}  // namespace troupe_test
