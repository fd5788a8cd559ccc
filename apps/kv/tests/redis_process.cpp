#include "redis_process.hpp"
#include <array>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace troupe::kv::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Free a moment ago, at least.
std::uint16_t free_port() {
  const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(probe, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(probe);
  return ntohs(address.sin_port);
}

// The server says on standard output when it is ready; if it can't start, the pipe ends.
bool wait_until_ready(int log) {
  std::string text;
  std::array<char, 1024> buffer{};
  while (text.find("Ready to accept connections") == std::string::npos) {
    const auto size = ::read(log, buffer.data(), buffer.size());
    if (size <= 0) return false;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return true;
}

}  // namespace

std::optional<RedisProcess> RedisProcess::start(const std::string& password) {
  const std::uint16_t port = free_port();
  std::vector<std::string> words = {"redis-server", "--port", std::to_string(port), "--bind", "127.0.0.1",
                                    "--save",       "",       "--appendonly",       "no",     "--dir",
                                    "/tmp"};
  if (!password.empty()) words.insert(words.end(), {"--requirepass", password});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> log{};
  if (::pipe(log.data()) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, log[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, log[0]);
  posix_spawn_file_actions_addclose(&actions, log[1]);
  pid_t pid = 0;
  const int failed = ::posix_spawnp(&pid, "redis-server", &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(log[1]);
  if (failed != 0) {
    ::close(log[0]);
    return std::nullopt;
  }
  RedisProcess process(pid, log[0], port);
  if (!wait_until_ready(log[0])) return std::nullopt;
  return process;
}

RedisProcess::RedisProcess(RedisProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), log_(std::exchange(other.log_, -1)), port_(other.port_) {}

RedisProcess::~RedisProcess() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (log_ >= 0) ::close(log_);
}

RedisClient::RedisClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const sockaddr_in address = loopback(port);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
}

RedisClient::~RedisClient() { ::close(socket_); }

void RedisClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // it has closed, which the answer shows
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string RedisClient::read_until(std::string_view end) const {
  std::string text;
  std::array<char, 16384> buffer{};
  while (!text.ends_with(end)) {
    const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (size <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace troupe::kv::test
