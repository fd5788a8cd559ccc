// From the kernel's queue of connections to Accepted.
#include <optional>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "support.hpp"

namespace {

using namespace troupe_test;

/// Hands what it is told of to the test.
struct Doorman {
  explicit Doorman(Inbox<net::Socket>& inbox) : sockets(inbox) {}
  void on(net::Accepted&& accepted) { sockets.push(std::move(accepted.socket)); }
  Inbox<net::Socket>& sockets;
};

class ListenerTest : public testing::Test {
 protected:
  ListenerTest() { system_.add_group("net", {.threads = 1, .loop = &loop_}); }

  net::Listener listen(const net::ListenerOptions& options = {}) {
    return net::Listener(loop_, system_.spawn<Doorman>({.group = "net"}, sockets_), options);
  }
  std::string refusal(const net::ListenerOptions& options) {
    try {
      listen(options);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "it listens";
  }

  net::IoLoop loop_;
  Inbox<net::Socket> sockets_;
  troupe::System system_{troupe::SystemOptions{.workers = 1}};
};

TEST_F(ListenerTest, TellsItsAcceptorOfEachConnection) {
  const auto listener = listen();
  ASSERT_NE(listener.port(), 0);
  const Peer one(listener.port());
  EXPECT_EQ(sockets_.pop().remote(), one.name());
  const Peer two(listener.port());
  const net::Socket socket = sockets_.pop();
  EXPECT_EQ(socket.remote(), two.name());
  EXPECT_EQ(socket.local(), "127.0.0.1:" + std::to_string(listener.port()));
}

TEST_F(ListenerTest, AcceptsAsManyAsComeAtOnce) {
  const auto listener = listen();
  constexpr int count = 200;
  std::vector<Peer> peers;
  for (int i = 0; i < count; ++i) peers.emplace_back(listener.port());
  std::vector<net::Socket> sockets;
  for (int i = 0; i < count; ++i) {
    sockets.push_back(sockets_.pop());
    EXPECT_EQ(sockets.back().remote(), peers[static_cast<std::size_t>(i)].name());
  }
}

TEST_F(ListenerTest, APortInUseIsRefusedWithASentence) {
  const auto listener = listen();
  EXPECT_EQ(refusal({.port = listener.port()}),
            "can't listen on 127.0.0.1:" + std::to_string(listener.port()) + ": Address already in use");
}

TEST_F(ListenerTest, AnAddressThatIsNoneIsRefusedWithASentence) {
  EXPECT_EQ(refusal({.address = "nowhere", .port = 1}),
            "can't listen on nowhere:1: 'nowhere' is not an IP address");
  EXPECT_EQ(refusal({.address = "", .port = 1}), "can't listen on :1: '' is not an IP address");
}

TEST_F(ListenerTest, AnAddressOfAnotherMachineIsRefusedWithASentence) {
  EXPECT_EQ(refusal({.address = "192.0.2.1"}),
            "can't listen on 192.0.2.1:0: Cannot assign requested address");
}

TEST_F(ListenerTest, CloseAcceptsNoMoreAndTakesNothingBack) {
  auto listener = listen();
  const Peer peer(listener.port());
  net::Socket socket = sockets_.pop();
  listener.close();
  EXPECT_THROW(Peer{listener.port()}, std::runtime_error);
  socket.close_with("still here");
  EXPECT_EQ(peer.receive_all(), "still here");
  listener.close();
}

TEST_F(ListenerTest, ItsEndFreesThePort) {
  std::optional<net::Listener> listener(listen());
  const std::uint16_t port = listener->port();
  {
    const Peer peer(port);
  }
  listener.reset();
  const auto next = listen({.port = port});
  const Peer peer(port);
  EXPECT_EQ(next.port(), port);
}

TEST_F(ListenerTest, AssignmentClosesTheOneBefore) {
  auto listener = listen();
  const std::uint16_t port = listener.port();
  listener = listen();
  EXPECT_THROW(Peer{port}, std::runtime_error);
  const Peer peer(listener.port());
  EXPECT_EQ(sockets_.pop().remote(), peer.name());
}

TEST_F(ListenerTest, ASocketThatNobodyKeepsIsClosed) {
  const auto listener = listen();
  const Peer peer(listener.port());
  {
    const net::Socket dropped = sockets_.pop();
  }
  EXPECT_TRUE(peer.is_ended());
}

TEST_F(ListenerTest, CloseWithSaysItsLastWords) {
  const auto listener = listen();
  const Peer peer(listener.port());
  sockets_.pop().close_with("full\r\n");
  EXPECT_EQ(peer.receive_all(), "full\r\n");
}

TEST_F(ListenerTest, AcceptsAgainOnceThereAreDescriptors) {
  const auto listener = listen();
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  // The lowest free descriptor is the one that the peer gets; behind it there shall be none. Those above
  // that are open already keep working.
  const int next = ::dup(0);
  ASSERT_GE(next, 0);
  ::close(next);
  std::optional<Peer> peer;
  {
    const rlimit none_left{static_cast<rlim_t>(next) + 1, limit.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none_left), 0);
    peer.emplace(listener.port());
    EXPECT_LT(::dup(0), 0) << "there are still descriptors, so that this tests nothing";
  }
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(sockets_.pop().remote(), peer->name());
}

TEST_F(ListenerTest, ConnectionsForAnAcceptorThatHasEndedAreClosed) {
  const auto doorman = system_.spawn<Doorman>({.group = "net"}, sockets_);
  const net::Listener listener(loop_, doorman, net::ListenerOptions{});
  doorman.stop();
  doorman.join().get();
  const Peer peer(listener.port());
  EXPECT_TRUE(peer.is_ended());
}

}  // namespace
