// The blocking socket behind Peer.
#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "support.hpp"

namespace troupe_test {

namespace {

constexpr int small_buffer_bytes = 16 * 1024;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

void set(int socket, int option, int value) {
  if (::setsockopt(socket, SOL_SOCKET, option, &value, sizeof value) != 0) fail("setsockopt");
}

}  // namespace

Peer::Peer(std::uint16_t port, Buffers buffers) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  if (socket_ < 0) fail("socket");
  if (buffers == Buffers::small) {
    set(socket_, SO_RCVBUF, small_buffer_bytes);
    set(socket_, SO_SNDBUF, small_buffer_bytes);
  }
  // A test that waits in vain fails, and doesn't hang.
  const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    fail("connect");
  }
}

bool Peer::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
    if (sent < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::size_t Peer::send_some(std::string_view bytes) const {
  const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

std::string Peer::receive(std::size_t count) const {
  std::string bytes(count, '\0');
  std::size_t have = 0;
  while (have < count) {
    const auto got = ::recv(socket_, bytes.data() + have, count - have, 0);
    if (got < 0 && errno != ECONNRESET) fail("recv");
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

std::string Peer::receive_all() const {
  std::string bytes;
  for (;;) {
    constexpr std::size_t piece_bytes = 64 * 1024;
    const std::string piece = receive(piece_bytes);
    bytes += piece;
    if (piece.size() < piece_bytes) return bytes;
  }
}

void Peer::shut_down_sending() const { ::shutdown(socket_, SHUT_WR); }

void Peer::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Peer::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

std::string Peer::name() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  return "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

}  // namespace troupe_test
