// Answers the requests on standard input, on standard output, with a whole server in this one thread: for
// trying things out by hand, and for comparing with other servers.
#include <array>
#include <chrono>
#include <iostream>

#include <unistd.h>

#include "local_server.hpp"

int main() {
  troupe::kv::test::LocalServer server;
  auto& client = server.connect();
  std::array<char, 16384> buffer{};
  while (!client.conversation().finished() && !server.is_shut_down) {
    const auto size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size <= 0) break;
    server.now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    std::cout << client.exchange({buffer.data(), static_cast<std::size_t>(size)}) << std::flush;
  }
}
