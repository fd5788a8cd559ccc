// Forward declarations of the network library.
#pragma once

namespace troupe::inline v0::net {

class IoLoop;
class Socket;
class Listener;
class Connection;
struct Accepted;
class Received;
struct Closed;
struct ListenerOptions;
struct ConnectionOptions;

namespace detail {
class ListenerState;
class ConnectionState;
struct SocketState;
}  // namespace detail

}  // namespace troupe::inline v0::net
