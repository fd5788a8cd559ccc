// tell: what arrives, in which order, and by how many copies and moves.
#include <any>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;

struct Note {
  int sender;
  int number;
};
struct Notes {};

struct Recorder {
  std::vector<Note> notes;
  void on(Note note) { notes.push_back(note); }
  std::vector<Note> on(Notes) const { return notes; }
};

using Telling = OnEveryScheduler;
INSTANTIATE_TEST_SUITE_P(All, Telling, every_scheduler(), run_name);

void expect_each_sender_in_order(const std::vector<Note>& notes, int senders, int each) {
  ASSERT_EQ(notes.size(), static_cast<std::size_t>(senders * each));
  std::vector<int> next(static_cast<std::size_t>(senders));
  for (const Note note : notes) EXPECT_EQ(note.number, next[static_cast<std::size_t>(note.sender)]++);
}

TEST_P(Telling, MessagesOfOneSenderArriveInTheirOrder) {
  World world(GetParam());
  auto recorder = world->spawn<Recorder>();
  for (int i = 0; i < 1000; ++i) recorder.tell<Note>(0, i);
  expect_each_sender_in_order(recorder.ask<Notes>().get(), 1, 1000);
}

struct Go {};
struct Done {};
struct Producer {
  troupe::Ref<Recorder> to;
  int number;
  void on(Go) {
    for (int i = 0; i < 200; ++i) to.tell<Note>(number, i);
  }
  void on(Done) {}
};

TEST_P(Telling, MessagesOfEachOfSeveralActorsArriveInTheirOrder) {
  World world(GetParam());
  auto recorder = world->spawn<Recorder>();
  std::vector<troupe::Ref<Producer>> producers;
  for (int i = 0; i < 8; ++i) producers.push_back(world->spawn<Producer>(recorder, i));
  for (const auto& producer : producers) producer.tell<Go>();
  for (const auto& producer : producers) producer.ask<Done>().get();
  expect_each_sender_in_order(recorder.ask<Notes>().get(), 8, 200);
}

TEST(TellingFromThreads, MessagesOfEachOfSeveralThreadsArriveInTheirOrder) {
  World world(threads(2));
  auto recorder = world->spawn<Recorder>();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([recorder, t] {
      for (int i = 0; i < 500; ++i) recorder.tell<Note>(t, i);
    });
  }
  for (std::thread& thread : threads) thread.join();
  expect_each_sender_in_order(recorder.ask<Notes>().get(), 4, 500);
}

// A message that was sent because of another's arrival comes after it: b's note can't overtake a's, since a
// sent its own before it told b to send.
struct Relay {
  troupe::Ref<Recorder> to;
  void on(Note note) { to.tell(note); }
};
TEST_P(Telling, ACauseArrivesBeforeItsEffect) {
  World world(GetParam());
  auto recorder = world->spawn<Recorder>();
  auto relay = world->spawn<Relay>(recorder);
  for (int i = 0; i < 100; ++i) {
    recorder.tell<Note>(0, i);
    relay.tell<Note>(1, i);
  }
  // The relay has sent all when it has answered nothing more to do: its end says so.
  relay.stop();
  relay.join().get();
  std::vector<int> seen(2);
  for (const Note note : recorder.ask<Notes>().get()) {
    if (note.sender == 1) {
      EXPECT_GT(seen[0], note.number);
    }
    ++seen[static_cast<std::size_t>(note.sender)];
  }
  EXPECT_EQ(seen, (std::vector<int>{100, 100}));
}

// --- how a message comes in -------------------------------------------------------------------------------

struct Counts {
  int copies = 0;
  int moves = 0;
};
struct Tracked {
  explicit Tracked(Counts& tracked) : counts(&tracked) {}
  Tracked(const Tracked& other) : counts(other.counts) { ++counts->copies; }
  Tracked(Tracked&& other) noexcept : counts(other.counts) { ++counts->moves; }
  Counts* counts;
};
struct ByValue {
  void on(Tracked) {}
  void on(Done) {}
};
struct ByConstReference {
  const Tracked* seen = nullptr;
  void on(const Tracked& message) { seen = &message; }
  void on(Done) {}
};
struct ByRvalue {
  std::unique_ptr<Tracked> kept;
  void on(Tracked&& message) { kept = std::make_unique<Tracked>(std::move(message)); }
  void on(Done) {}
};

template <class A>
Counts counts_of(World& world, auto&& send) {
  Counts counts;
  auto actor = world->spawn<A>();
  send(actor, counts);
  actor.template ask<Done>().get();
  return counts;
}

TEST_P(Telling, AMessageMadeInPlaceIsNeverCopied) {
  World world(GetParam());
  const auto in_place = [](auto& actor, Counts& counts) { actor.template tell<Tracked>(counts); };
  const Counts by_value = counts_of<ByValue>(world, in_place);
  EXPECT_EQ(by_value.copies, 0);
  EXPECT_EQ(by_value.moves, 1) << "out of the envelope into the parameter";
  const Counts by_reference = counts_of<ByConstReference>(world, in_place);
  EXPECT_EQ(by_reference.copies + by_reference.moves, 0);
  const Counts by_rvalue = counts_of<ByRvalue>(world, in_place);
  EXPECT_EQ(by_rvalue.copies, 0);
  EXPECT_EQ(by_rvalue.moves, 1) << "by the handler itself";
}

TEST_P(Telling, AMessageIsMovedFromAnRvalueAndCopiedFromAnLvalue) {
  World world(GetParam());
  const Counts moved =
      counts_of<ByConstReference>(world, [](auto& actor, Counts& counts) { actor.tell(Tracked(counts)); });
  EXPECT_EQ(moved.copies, 0);
  EXPECT_EQ(moved.moves, 1);
  const Counts copied = counts_of<ByConstReference>(world, [](auto& actor, Counts& counts) {
    const Tracked message(counts);
    actor.tell(message);
  });
  EXPECT_EQ(copied.copies, 1);
  EXPECT_EQ(copied.moves, 0);
  const Counts taken = counts_of<ByConstReference>(world, [](auto& actor, Counts& counts) {
    Tracked message(counts);
    actor.tell(troupe::take(message));
  });
  EXPECT_EQ(taken.copies, 0);
  EXPECT_EQ(taken.moves, 1);
}

struct Parcel {
  std::unique_ptr<int> content;
};
struct Warehouse {
  int sum = 0;
  void on(Parcel parcel) { sum += *parcel.content; }
  void on(std::unique_ptr<int>&& bare) { sum += *bare; }
  int on(Done) const { return sum; }
};

TEST_P(Telling, MessagesMayBeMoveOnly) {
  World world(GetParam());
  auto warehouse = world->spawn<Warehouse>();
  warehouse.tell(Parcel{std::make_unique<int>(1)});
  warehouse.tell<Parcel>(std::make_unique<int>(2));
  auto named = std::make_unique<int>(4);
  warehouse.tell(troupe::take(named));
  EXPECT_EQ(named, nullptr);
  EXPECT_EQ(warehouse.ask<Done>().get(), 7);
}

// Large blocks come from another allocator than small ones, and an idle actor doesn't keep a large one.
template <std::size_t bytes>
struct Sized {
  std::array<unsigned char, bytes> content{};
};
struct Weigher {
  std::size_t sum = 0;
  template <std::size_t bytes>
  void add(const Sized<bytes>& message) {
    sum += message.content[bytes - 1] == 7 ? bytes : 0;
  }
  void on(const Sized<1>& message) { add(message); }
  void on(const Sized<100>& message) { add(message); }
  void on(const Sized<500>& message) { add(message); }
  void on(const Sized<5000>& message) { add(message); }
  std::size_t on(Done) const { return sum; }
};
template <std::size_t bytes>
void send_sized(const troupe::Ref<Weigher>& weigher) {
  Sized<bytes> message;
  message.content[bytes - 1] = 7;
  weigher.tell(message);
}

TEST_P(Telling, MessagesOfAllSizesArriveWhole) {
  World world(GetParam());
  auto weigher = world->spawn<Weigher>();
  std::size_t expected = 0;
  for (int round = 0; round < 20; ++round) {
    send_sized<1>(weigher);
    send_sized<500>(weigher);
    send_sized<100>(weigher);
    send_sized<5000>(weigher);
    expected += 5601;
    // Every other round finds the actor idle.
    if (round % 2 == 0) {
      EXPECT_EQ(weigher.ask<Done>().get(), expected);
    }
  }
  EXPECT_EQ(weigher.ask<Done>().get(), expected);
}

TEST_P(Telling, TryTellHandsTheMessageBackWhenTheActorHasEnded) {
  World world(GetParam());
  auto warehouse = world->spawn<Warehouse>();
  EXPECT_TRUE(warehouse.try_tell(Parcel{std::make_unique<int>(1)}).has_value());
  warehouse.stop();
  warehouse.join().get();
  auto refused = warehouse.try_tell(Parcel{std::make_unique<int>(5)});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().reason, troupe::Reason::stopped);
  EXPECT_EQ(*refused.error().message.content, 5);
}

TEST_P(Telling, TryTellBuildsInPlaceAndWorksThroughARecipient) {
  World world(GetParam());
  auto recorder = world->spawn<Recorder>();
  const troupe::Recipient<Note> recipient = recorder;
  EXPECT_TRUE((recorder.try_tell<Note>(0, 1).has_value()));
  EXPECT_TRUE((recipient.try_tell<Note>(0, 2).has_value()));
  EXPECT_TRUE(recipient.try_tell(Note{0, 3}).has_value());
  EXPECT_EQ(recorder.ask<Notes>().get().size(), 3u);
  recorder.stop();
  recorder.join().get();
  EXPECT_EQ((recorder.try_tell<Note>(0, 4).error().message.number), 4);
  EXPECT_EQ(recipient.try_tell(Note{0, 5}).error().message.number, 5);
}

TEST_P(Telling, AnEmptyAddressRefusesWithASentence) {
  World world(GetParam());
  const troupe::Ref<Warehouse> nobody;
  EXPECT_FALSE(nobody);
  EXPECT_FALSE(nobody.alive());
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { nobody.tell(Parcel{std::make_unique<int>(1)}); }),
               "empty address");
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] {
                 static_cast<void>(nobody.try_tell(Parcel{std::make_unique<int>(1)}));
               }),
               "empty address");
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { nobody.stop(); }), "empty address");
  EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { nobody.kill(); }), "empty address");
}

// --- which messages an actor handles ----------------------------------------------------------------------

struct Integers {
  void on(int) {}
};
struct Anything {
  void on(std::any) {}
};
struct Base {
  void on(int) noexcept {}
};
struct Derived : Base {
  using Base::on;
  long on(std::string&&) const { return 0; }
  troupe::Task<bool> on(const Note&);
  void on(Done, troupe::Reply<char>) {}
};
struct Twice {
  void on(int) {}
  void on(const int&) {}
};

static_assert(troupe::handles<Integers, int>);
static_assert(!troupe::handles<Integers, double> && !troupe::handles<Integers, char>);
static_assert(!troupe::handles<Integers, long> && !troupe::handles<Integers, bool>);
static_assert(troupe::handles<Anything, std::any> && !troupe::handles<Anything, int>);
static_assert(troupe::handles<Derived, int>, "inherited and noexcept");
static_assert(std::is_same_v<troupe::reply_t<Derived, std::string>, long>);
static_assert(std::is_same_v<troupe::reply_t<Derived, Note>, bool>);
static_assert(std::is_same_v<troupe::reply_t<Derived, Done>, char>);
static_assert(!troupe::handles<Twice, int>, "which of the two is meant?");

struct Named {
  std::string name = "ann";
  const std::string& on(Notes) const { return name; }
};
static_assert(std::is_same_v<troupe::reply_t<Named, Notes>, std::string>);

TEST_P(Telling, AHandlerThatReturnsAReferenceAnswersWithACopy) {
  World world(GetParam());
  EXPECT_EQ(world->spawn<Named>().ask<Notes>().get(), "ann");
}

}  // namespace
