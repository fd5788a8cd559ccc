// The asio context behind an IoLoop.
#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <troupe/net/io_loop.hpp>

namespace troupe::inline v0::net {

class IoLoop::Impl {
 public:
  Impl() : work(context.get_executor()) {}
  asio::io_context context;
  asio::executor_work_guard<asio::io_context::executor_type> work;
};

inline asio::io_context& context_of(IoLoop& loop) { return loop.impl_().context; }

}  // namespace troupe::inline v0::net
