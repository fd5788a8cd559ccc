// Who waits for room in a mailbox waits for whoever has to empty it.
#include "deadlock_support.hpp"

namespace troupe_test {
namespace {

using troupe::Deadlock;
using troupe::Reason;
using troupe::Ref;
using troupe::Task;

class DeadlockRooms : public OnEveryScheduler {
 protected:
  Table table{GetParam()};
  World& world = table.world;
};

TEST_P(DeadlockRooms, AReplyAndRoomThatWaitForEachOtherFailTheYoungest) {
  const auto narrow = world->spawn<Fork>({.name = "narrow", .mailbox = troupe::bounded(1)});
  const auto other = world->spawn<Fork>({.name = "other"});
  unsigned line = 0;
  Fork::Do ask{[&](Fork& me) -> Task<int> {
    me.self().tell(Fork::Note{});  // its mailbox is full now
    Fork::Do deliver{[&, whom = me.self()](Fork&) -> Task<int> {
      line = __LINE__ + 1;
      const auto outcome = co_await whom.try_deliver(Fork::Note{});
      co_return outcome ? 0 : static_cast<int>(outcome.error().reason());
    }};
    co_return co_await other.ask(troupe::take(deliver));
  }};
  EXPECT_EQ(narrow.ask(troupe::take(ask)).get(), static_cast<int>(Reason::deadlock));
  const Deadlock found = table.report();
  ASSERT_EQ(found.waits.size(), 2u);
  const auto& failed = found.waits[found.failed];
  EXPECT_EQ(failed.path, "other");
  EXPECT_TRUE(failed.for_room);
  EXPECT_EQ(failed.asked, "narrow");
  EXPECT_EQ(failed.line, line);
  EXPECT_TRUE(
      contains(to_string(found),
               "other (troupe_test::Fork) waits for room to deliver troupe_test::Fork::Note to narrow"))
      << to_string(found);
}

TEST_P(DeadlockRooms, TwoThatDeliverToEachOthersFullMailboxesFailTheYoungest) {
  // On threads each waits in its turn for the other to begin: each needs a thread.
  const troupe::SpawnOptions options{.pinned = true, .mailbox = troupe::bounded(1)};
  const auto one = world->spawn<Fork>(options);
  const auto other = world->spawn<Fork>(options);
  Signal both[2];
  const auto deliver = [&](Ref<Fork> whom, int own) {
    return [&, whom, own](Fork& me) -> Task<int> {
      me.self().tell(Fork::Note{});
      both[own].set();
      if (world.on_threads()) both[1 - own].wait();
      const auto outcome = co_await whom.try_deliver(Fork::Note{});
      co_return outcome ? 0 : static_cast<int>(outcome.error().reason());
    };
  };
  Fork::Do first{deliver(other, 0)};
  Fork::Do second{deliver(one, 1)};
  auto driven = troupe::all(one.ask(troupe::take(first)), other.ask(troupe::take(second)));
  const auto [a, b] = std::move(driven).get();
  const std::size_t alarms = world.log().count("error: deadlock: 2 asks");
  EXPECT_LE(alarms, 1u);
  EXPECT_EQ(a + b, static_cast<int>(alarms) * static_cast<int>(Reason::deadlock));
  if (world.on_threads()) {
    EXPECT_EQ(alarms, 1u);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryScheduler, DeadlockRooms, every_scheduler(), run_name);

}  // namespace
}  // namespace troupe_test
