// An open socket and its ends' names.
#pragma once

#include <string>

#include <asio/ip/tcp.hpp>

#include <troupe/net/listener.hpp>

namespace troupe::inline v0::net::detail {

struct SocketState {
  explicit SocketState(asio::ip::tcp::socket&& open);

  asio::ip::tcp::socket socket;
  std::string remote;
  std::string local;
};

}  // namespace troupe::inline v0::net::detail
