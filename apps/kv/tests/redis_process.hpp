// A redis-server of the test's own, on a free port of the loopback interface, for as long as the object
// lives.
// Thread-safety: none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace troupe::kv::test {

class RedisProcess {
 public:
  // nullopt if redis-server isn't installed or doesn't start.
  static std::optional<RedisProcess> start(const std::string& password = {});
  RedisProcess(RedisProcess&& other) noexcept;
  RedisProcess& operator=(RedisProcess&&) = delete;
  ~RedisProcess();
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  RedisProcess(pid_t pid, int log, std::uint16_t port) : pid_(pid), log_(log), port_(port) {}
  pid_t pid_;
  int log_;
  std::uint16_t port_;
};

// A connection to it.
class RedisClient {
 public:
  explicit RedisClient(std::uint16_t port);
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;
  ~RedisClient();

  void send(std::string_view bytes) const;
  // Reads until what has come ends with `end`, or the server closes.
  [[nodiscard]] std::string read_until(std::string_view end) const;

 private:
  int socket_;
};

}  // namespace troupe::kv::test
