// A connection from the peer's first byte to either side's end.
#include <thread>

#include "support.hpp"

namespace {

using namespace troupe_test;

constexpr std::size_t mebibyte = 1024 * 1024;

class ConnectionTest : public testing::Test {
 protected:
  /// A peer, and the session at its other end.
  std::pair<Peer, troupe::Ref<Session>> connect(Peer::Buffers buffers = Peer::Buffers::usual) {
    if (server.port == 0) server.start();
    Peer peer(server.port, buffers);
    auto session = server.watch.sessions.pop();
    return {std::move(peer), session};
  }
  Watch& watch() { return server.watch; }

  Server<> server;
};

// --- bytes

TEST_F(ConnectionTest, EveryByteComesBackIntact) {
  const auto [peer, session] = connect();
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  peer.send(bytes);
  EXPECT_EQ(peer.receive(bytes.size()), bytes);
}

TEST_F(ConnectionTest, BytesThatComeOneByOneComeBackInOrder) {
  const auto [peer, session] = connect();
  const std::string bytes = many_bytes(1000);
  for (const char byte : bytes) peer.send({&byte, 1});
  EXPECT_EQ(peer.receive(bytes.size()), bytes);
}

TEST_F(ConnectionTest, MuchMoreThanAllBuffersComesBackIntact) {
  const auto [peer, session] = connect();
  const std::string bytes = many_bytes(32 * mebibyte);
  std::thread sender([&, &out = peer] { out.send(bytes); });
  EXPECT_TRUE(peer.receive(bytes.size()) == bytes);
  sender.join();
}

TEST_F(ConnectionTest, PiecesAreNoLargerThanTheReadBuffer) {
  watch().options.read_buffer_bytes = 3;
  const auto [peer, session] = connect();
  peer.send("abcdefgh");
  EXPECT_EQ(peer.receive(8), "abcdefgh");
  std::string all;
  while (all.size() < 8) {
    const std::string piece = watch().received.pop();
    EXPECT_LE(piece.size(), 3U);
    all += piece;
  }
  EXPECT_EQ(all, "abcdefgh");
}

TEST_F(ConnectionTest, BothEndsHaveTheirNames) {
  const auto [peer, session] = connect();
  in_turn(session, [&, &other = peer](Session& self) {
    EXPECT_EQ(self.connection->remote(), other.name());
    EXPECT_EQ(self.connection->local(), "127.0.0.1:" + std::to_string(server.port));
  });
}

TEST_F(ConnectionTest, WhatIsWrittenInAnotherTurnIsSentByFlush) {
  const auto [peer, session] = connect();
  in_turn(session, [](Session& self) {
    self.connection->write("he");
    self.connection->output() += "llo";
    EXPECT_EQ(self.connection->unsent(), 5U);
    self.connection->flush();
    EXPECT_EQ(self.connection->unsent(), 0U);
    self.connection->flush();
  });
  EXPECT_EQ(peer.receive(5), "hello");
}

// --- a slow reader

TEST_F(ConnectionTest, AReaderThatNeverReadsIsCutOffAtTheLimit) {
  watch().options.max_output_bytes = mebibyte;
  const auto [peer, session] = connect(Peer::Buffers::small);
  in_turn(session, [](Session& self) {
    const std::string piece(64 * 1024, 'x');
    // The kernel takes some megabytes before anything is unsent.
    for (int i = 0; i < 1000; ++i) {
      self.connection->write(piece);
      self.connection->flush();
    }
    EXPECT_EQ(self.connection->unsent(), 0U) << "the output of a connection that has ended is dropped";
  });
  EXPECT_EQ(watch().closed.pop(), "the peer doesn't take its output: more than 1048576 bytes are unsent");
  EXPECT_LT(peer.receive_all().size(), 1000U * 64 * 1024);
}

TEST_F(ConnectionTest, ABurstsBufferIsNotKept) {
  const auto [peer, session] = connect(Peer::Buffers::small);
  in_turn(session, [](Session& self) {
    for (int i = 0; i < 2; ++i) {
      self.connection->write(std::string(8 * mebibyte, 'x'));
      self.connection->flush();
    }
    EXPECT_GT(self.connection->unsent(), 0U) << "so that the second joined what was left of the first";
    EXPECT_LT(self.connection->output().capacity(), mebibyte);
  });
  EXPECT_EQ(peer.receive(16 * mebibyte).size(), 16 * mebibyte);
}

TEST_F(ConnectionTest, OneThatIsCutOffDoesNotDisturbOthers) {
  watch().options.max_output_bytes = mebibyte;
  const auto [slow, cut_off] = connect(Peer::Buffers::small);
  const auto [peer, session] = connect();
  in_turn(cut_off, [](Session& self) { self.connection->write(std::string(64 * mebibyte, 'x')); });
  in_turn(cut_off, [](Session& self) { self.connection->flush(); });
  watch().closed.pop();
  peer.send("hello");
  EXPECT_EQ(peer.receive(5), "hello");
  EXPECT_EQ(watch().closed.size(), 0U);
}

TEST_F(ConnectionTest, WhatASlowReaderTakesMakesRoomForMore) {
  watch().options.max_output_bytes = 8 * mebibyte;
  const auto [peer, session] = connect(Peer::Buffers::small);
  const std::string piece = many_bytes(4 * mebibyte);
  for (int i = 0; i < 8; ++i) {
    in_turn(session, [&](Session& self) {
      self.connection->write(piece);
      self.connection->flush();
    });
    EXPECT_TRUE(peer.receive(piece.size()) == piece);
  }
  EXPECT_EQ(watch().closed.size(), 0U);
}

TEST_F(ConnectionTest, NothingIsReadWhileTooMuchIsUnsent) {
  watch().options.pause_reading_bytes = 64 * 1024;
  watch().options.max_output_bytes = 1024 * mebibyte;
  const auto [peer, session] = connect(Peer::Buffers::small);
  // Everything is echoed and nothing read, until the kernel's buffers are full in both directions.
  const std::string bytes = many_bytes(64 * mebibyte);
  std::thread sender([&, &out = peer] { out.send(bytes); });
  std::size_t unsent = 0;
  while (unsent <= watch().options.pause_reading_bytes) {
    in_turn(session, [&](Session& self) { unsent = self.connection->unsent(); });
  }
  EXPECT_LE(unsent, watch().options.pause_reading_bytes + watch().options.read_buffer_bytes);
  // Reading goes on where it paused.
  EXPECT_TRUE(peer.receive(bytes.size()) == bytes);
  sender.join();
}

// --- the end

TEST_F(ConnectionTest, TheEndOfThePeerIsToldOnce) {
  auto [peer, session] = connect();
  peer.close();
  EXPECT_EQ(watch().closed.pop(), "the peer closed the connection");
  server.end();
  EXPECT_EQ(watch().closed.size(), 0U);
}

TEST_F(ConnectionTest, ThePeersBytesAreToldBeforeItsEnd) {
  auto [peer, session] = connect();
  peer.send("bye");
  peer.close();
  watch().closed.pop();
  EXPECT_EQ(watch().received.pop(), "bye");
}

TEST_F(ConnectionTest, ACrashOfThePeerIsToldWithItsReason) {
  auto [peer, session] = connect();
  peer.reset();
  EXPECT_EQ(watch().closed.pop(), "Connection reset by peer");
}

TEST_F(ConnectionTest, ACrashOfThePeerIsNoticedWhileOutputWaits) {
  auto [peer, session] = connect(Peer::Buffers::small);
  in_turn(session, [](Session& self) {
    self.connection->write(std::string(32 * mebibyte, 'x'));
    self.connection->flush();
    EXPECT_GT(self.connection->unsent(), 0U);
  });
  peer.reset();
  EXPECT_FALSE(watch().closed.pop().empty());
  in_turn(session, [](Session& self) { EXPECT_EQ(self.connection->unsent(), 0U); });
}

TEST_F(ConnectionTest, APeerThatOnlySaysNoMoreStillGetsItsAnswers) {
  const auto [peer, session] = connect();
  peer.send("question");
  peer.shut_down_sending();
  watch().closed.pop();
  in_turn(session, [](Session& self) {
    self.connection->write(", answer");
    self.connection->close();
  });
  EXPECT_EQ(peer.receive_all(), "question, answer");
}

TEST_F(ConnectionTest, CloseSendsWhatIsBufferedAndTellsNothing) {
  const auto [peer, session] = connect();
  const std::string bytes = many_bytes(32 * mebibyte);
  in_turn(session, [&](Session& self) {
    self.connection->write(bytes);
    self.connection->close();
  });
  EXPECT_TRUE(peer.receive_all() == bytes);
  server.end();
  EXPECT_EQ(watch().closed.size(), 0U);
}

TEST_F(ConnectionTest, CloseTellsNothingEvenIfTheOutputIsTooMuch) {
  watch().options.max_output_bytes = mebibyte;
  const auto [peer, session] = connect(Peer::Buffers::small);
  in_turn(session, [](Session& self) {
    self.connection->write(std::string(64 * mebibyte, 'x'));
    self.connection->close();
  });
  EXPECT_LT(peer.receive_all().size(), 64 * mebibyte);
  server.end();
  EXPECT_EQ(watch().closed.size(), 0U);
}

TEST_F(ConnectionTest, CloseWithoutOutputClosesAtOnce) {
  const auto [peer, session] = connect();
  in_turn(session, [](Session& self) { self.connection->close(); });
  EXPECT_TRUE(peer.is_ended());
}

TEST_F(ConnectionTest, CloseOutlivesTheActor) {
  const auto [peer, session] = connect(Peer::Buffers::small);
  const std::string bytes = many_bytes(8 * mebibyte);
  in_turn(session, [&](Session& self) {
    self.connection->write(bytes);
    self.connection->close();
    self.stop();
  });
  session.join().within(patience).get();
  EXPECT_TRUE(peer.receive_all() == bytes);
}

TEST_F(ConnectionTest, CloseGivesUpOnAPeerThatTakesNothing) {
  watch().options.close_patience = std::chrono::milliseconds(1);
  const auto [peer, session] = connect(Peer::Buffers::small);
  constexpr std::size_t size = 64 * mebibyte;
  in_turn(session, [&](Session& self) {
    self.connection->write(std::string(size, 'x'));
    self.connection->close();
  });
  // Only a socket that is gone answers a byte with a reset.
  while (peer.send("x")) std::this_thread::yield();
  EXPECT_LT(peer.receive_all().size(), size);
}

TEST_F(ConnectionTest, AClosedConnectionMayBeReplaced) {
  const auto [first, session] = connect();
  const auto [second, donor] = connect();
  std::optional<net::Connection> taken;
  in_turn(donor, [&](Session& self) { taken = std::move(self.connection); });
  in_turn(session, [&](Session& self) {
    self.connection->write("one");
    self.connection->close();
    *self.connection = std::move(*taken);
    self.connection->write("two");
    self.connection->flush();
  });
  EXPECT_EQ(first.receive_all(), "one");
  EXPECT_EQ(second.receive(3), "two");
}

TEST_F(ConnectionTest, AssignmentClosesTheOneBefore) {
  const auto [first, session] = connect();
  const auto [second, donor] = connect();
  std::optional<net::Connection> taken;
  in_turn(donor, [&](Session& self) { taken = std::move(self.connection); });
  in_turn(session, [&](Session& self) { self.connection = std::move(taken); });
  EXPECT_TRUE(first.is_ended());
  in_turn(session, [&](Session& self) {
    self.connection->write("two");
    self.connection->flush();
  });
  EXPECT_EQ(second.receive(3), "two");
}

TEST_F(ConnectionTest, DestroyingItClosesAndTellsNothing) {
  const auto [peer, session] = connect();
  in_turn(session, [](Session& self) { self.connection.reset(); });
  EXPECT_TRUE(peer.is_ended());
  server.end();
  EXPECT_EQ(watch().closed.size(), 0U);
}

TEST_F(ConnectionTest, DestroyingItDropsWhatIsUnsent) {
  const auto [peer, session] = connect(Peer::Buffers::small);
  in_turn(session, [](Session& self) {
    self.connection->write(std::string(32 * mebibyte, 'x'));
    self.connection->flush();
    self.connection.reset();
  });
  EXPECT_LT(peer.receive_all().size(), 32 * mebibyte);
}

TEST_F(ConnectionTest, TheEndOfItsActorClosesIt) {
  const auto [stopped, one] = connect();
  const auto [killed, two] = connect();
  one.stop();
  two.kill();
  EXPECT_TRUE(stopped.is_ended());
  EXPECT_TRUE(killed.is_ended());
}

TEST_F(ConnectionTest, TheEndOfTheSystemClosesAllOfThem) {
  std::vector<Peer> peers;
  for (int i = 0; i < 50; ++i) peers.push_back(connect().first);
  peers[0].send("on its way");
  const auto report = server.system->shutdown();
  EXPECT_TRUE(report) << to_string(report.unstopped);
  for (std::size_t i = 1; i < peers.size(); ++i) EXPECT_TRUE(peers[i].is_ended());
}

TEST_F(ConnectionTest, TheEndOfTheSystemDoesNotWaitForAClose) {
  const auto [peer, session] = connect(Peer::Buffers::small);
  in_turn(session, [](Session& self) {
    self.connection->write(std::string(32 * mebibyte, 'x'));
    self.connection->close();
  });
  EXPECT_TRUE(server.system->shutdown());
}

}  // namespace
