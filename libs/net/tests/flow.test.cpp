// A connection reads only as fast as its actor handles; and it may be served by several threads.
#include <atomic>
#include <latch>
#include <thread>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::Task;

// --- a turn that takes its time

struct Gate {
  struct Pass {
    troupe::Reply<void> reply;
  };
  struct Open {};
  void on(Pass&& visitor) {
    waiting = std::move(visitor.reply);
    ++visitors;
    arrived.push(visitors);
  }
  void on(Open) { waiting->answer(); }

  explicit Gate(Inbox<int>& arrivals) : arrived(arrivals) {}
  Inbox<int>& arrived;
  std::optional<troupe::Reply<void>> waiting;
  int visitors = 0;
};

struct GateWatch {
  troupe::Ref<Gate> gate;
  std::atomic<std::size_t> bytes{0};
  Inbox<std::string> closed;
};

/// Awaits the gate in the turn of its first bytes.
class Thinker final : public troupe::Actor<Thinker> {
 public:
  Thinker(net::IoLoop& loop, net::Socket&& socket, GateWatch& watch)
      : watch_(watch), connection_(loop, std::move(socket), self()) {}
  Task<void> on(net::Received received) {
    const bool is_first = watch_.bytes.fetch_add(received.bytes().size()) == 0;
    if (is_first) co_await watch_.gate.ask<Gate::Pass>().within(troupe::Duration::max());
    connection_.write(received.bytes());
  }
  void on(const net::Closed& closed) { watch_.closed.push(closed.reason); }

 private:
  GateWatch& watch_;
  net::Connection connection_;
};

TEST(ConnectionFlow, NothingIsReadWhileATurnAwaits) {
  Inbox<int> arrived;
  Server<Thinker, GateWatch> server;
  server.watch.gate = server.system->spawn<Gate>(arrived);
  server.start();
  const Peer peer(server.port, Peer::Buffers::small);
  peer.send("first");
  arrived.pop();
  // The turn awaits: what follows fills the kernel's buffers, and then the peer has to wait.
  const std::string bytes = many_bytes(32 * 1024 * 1024);
  std::size_t sent = 0;
  std::size_t more = 1;
  while (more > 0) sent += more = peer.send_some(std::string_view(bytes).substr(sent));
  EXPECT_LT(sent, bytes.size());
  EXPECT_EQ(server.watch.bytes.load(), 5U);

  server.watch.gate.tell<Gate::Open>();
  std::thread sender([&] { peer.send(std::string_view(bytes).substr(sent)); });
  EXPECT_EQ(peer.receive(5), "first");
  EXPECT_TRUE(peer.receive(bytes.size()) == bytes);
  sender.join();
}

TEST(ConnectionFlow, AnEndWhileATurnAwaitsIsToldAfterIt) {
  Inbox<int> arrived;
  Server<Thinker, GateWatch> server;
  server.watch.gate = server.system->spawn<Gate>(arrived);
  server.start();
  std::optional<Peer> peer(std::in_place, server.port);
  peer->send("first");
  arrived.pop();
  peer.reset();
  EXPECT_EQ(server.watch.closed.size(), 0U);
  server.watch.gate.tell<Gate::Open>();
  EXPECT_FALSE(server.watch.closed.pop().empty());
}

TEST(ConnectionFlow, AnActorMayBeKilledInTheTurnThatAwaits) {
  Inbox<int> arrived;
  Server<Thinker, GateWatch> server;
  server.watch.gate = server.system->spawn<Gate>(arrived);
  server.start();
  const Peer peer(server.port);
  peer.send("first");
  arrived.pop();
  EXPECT_FALSE(server.system->shutdown(std::chrono::nanoseconds(1))) << "it had to be killed";
  EXPECT_TRUE(peer.is_ended());
}

// --- bytes that are kept

struct KeepWatch {
  Inbox<troupe::Ref<class Keeper>> keepers;
  Inbox<std::string> received;
};

/// Keeps what it receives, until it is told to let go.
class Keeper final : public troupe::Actor<Keeper> {
 public:
  struct LetGo {};
  Keeper(net::IoLoop& loop, net::Socket&& socket, KeepWatch& watch)
      : watch_(watch), connection_(loop, std::move(socket), self()) {
    watch_.keepers.push(self());
  }
  void on(net::Received&& received) {
    watch_.received.push(std::string(received.bytes()));
    kept_.emplace(std::move(received));
  }
  void on(const net::Closed&) {}
  std::string on(LetGo) {
    std::string bytes(kept_->bytes());
    kept_.reset();
    return bytes;
  }

 private:
  KeepWatch& watch_;
  net::Connection connection_;
  std::optional<net::Received> kept_;
};

TEST(ConnectionFlow, KeptBytesStayAndHoldUpTheNext) {
  Server<Keeper, KeepWatch> server;
  server.start();
  const Peer peer(server.port);
  const auto keeper = server.watch.keepers.pop();
  peer.send("one");
  EXPECT_EQ(server.watch.received.pop(), "one");
  peer.send("two");
  EXPECT_EQ(keeper.ask<Keeper::LetGo>().get(), "one");
  EXPECT_EQ(server.watch.received.pop(), "two");
}

TEST(ConnectionFlow, AnActorMayEndWithBytesKept) {
  Server<Keeper, KeepWatch> server;
  server.start();
  const Peer peer(server.port);
  const auto keeper = server.watch.keepers.pop();
  peer.send("one");
  server.watch.received.pop();
  keeper.stop();
  EXPECT_TRUE(peer.is_ended());
}

// --- several threads

TEST(ConnectionFlow, ConnectionsOnSeveralThreadsDoNotDisturbEachOther) {
  Server<> server(3);
  server.start();
  constexpr int clients = 4;
  constexpr int connections = 15;
  std::vector<std::thread> threads;
  for (int client = 0; client < clients; ++client) {
    threads.emplace_back([&, client] {
      for (int i = 0; i < connections; ++i) {
        Peer peer(server.port);
        const std::string bytes = many_bytes(1000 + 100 * static_cast<std::size_t>(i * clients + client));
        for (int round = 0; round < 20; ++round) {
          ASSERT_TRUE(peer.send(bytes));
          ASSERT_TRUE(peer.receive(bytes.size()) == bytes);
        }
        // Every other one goes without waiting for its answer.
        if (i % 2 == 0) {
          peer.send(bytes);
          peer.reset();
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (int i = 0; i < clients * connections; ++i) server.watch.closed.pop();
}

struct LatchWatch {
  Inbox<std::string> begun;
  std::latch latch{1};
};

/// Blocks its thread until another connection says "go".
class Blocker final : public troupe::Actor<Blocker> {
 public:
  Blocker(net::IoLoop& loop, net::Socket&& socket, LatchWatch& watch)
      : watch_(watch), connection_(loop, std::move(socket), self()) {}
  void on(const net::Received& received) {
    watch_.begun.push(std::string(received.bytes()));
    if (received.bytes() == "go") {
      watch_.latch.count_down();
    } else {
      watch_.latch.wait();
    }
    connection_.write(received.bytes());
  }
  void on(const net::Closed&) {}

 private:
  LatchWatch& watch_;
  net::Connection connection_;
};

TEST(ConnectionFlow, ALongTurnDoesNotHoldUpOthersEvents) {
  Server<Blocker, LatchWatch> server(2);
  server.start();
  const Peer slow(server.port);
  const Peer quick(server.port);
  ASSERT_TRUE(slow.send("wait"));
  // The thread that saw this event is now in the turn that it led to, and the other one sleeps.
  ASSERT_EQ(server.watch.begun.pop(), "wait");
  ASSERT_TRUE(quick.send("go"));
  EXPECT_EQ(quick.receive(2), "go");
  EXPECT_EQ(slow.receive(4), "wait");
}

TEST(ConnectionFlow, ActorsEndWhileTheirPeersTalk) {
  Server<> server(3);
  server.start();
  constexpr int connections = 100;
  std::vector<Peer> peers;
  for (int i = 0; i < connections; ++i) peers.emplace_back(server.port);
  std::thread talker([&] {
    for (int round = 0; round < 20; ++round) {
      for (const Peer& peer : peers) peer.send_some("hello");
    }
  });
  for (int i = 0; i < connections; ++i) {
    const auto session = server.watch.sessions.pop();
    i % 2 == 0 ? session.stop() : session.kill();
  }
  talker.join();
  for (const Peer& peer : peers) peer.receive_all();
}

TEST(ConnectionFlow, TheSystemEndsWhilePeersComeAndTalk) {
  for (int round = 0; round < 10; ++round) {
    Server<> server(2);
    server.start();
    std::atomic<bool> over{false};
    std::thread visitors([&] {
      while (!over.load()) {
        try {
          const Peer peer(server.port);
          peer.send("hello");
        } catch (const std::runtime_error&) {
          // Nobody listens any more.
        }
      }
    });
    for (int i = 0; i < 20; ++i) server.watch.sessions.pop();
    EXPECT_TRUE(server.system->shutdown());
    over.store(true);
    visitors.join();
  }
}

}  // namespace
