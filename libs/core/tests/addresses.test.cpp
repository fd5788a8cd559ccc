// Refs and Recipients: values that compare, hash and convert; names and paths; find.
#include <algorithm>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::LookupError;
using troupe::Recipient;
using troupe::Ref;
using troupe::Reply;
using troupe::Task;

struct Increment {
  int by;
};
struct GetValue {};
struct Later {};
struct Carried {
  int number;
  Reply<int> reply;
};

struct Counter {
  int value = 0;
  void on(Increment m) { value += m.by; }
  int on(GetValue) const { return value; }
  Task<long> on(Later) { co_return value; }
  void on(Carried m) { m.reply.answer(m.number + value); }
};
struct Other {
  void on(Increment) {}
};

class Addresses : public OnEveryScheduler {
 protected:
  World world{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(All, Addresses, every_scheduler(), run_name);

static_assert(sizeof(Ref<Counter>) == 16);
static_assert(std::is_trivially_copyable_v<Ref<Counter>>);

TEST_P(Addresses, EqualRefsPointToTheSameActor) {
  const auto a = world->spawn<Counter>();
  const auto b = world->spawn<Counter>();
  const auto copy = a;
  EXPECT_TRUE(a == copy);
  EXPECT_FALSE(a == b);
  EXPECT_TRUE((a < b) != (b < a));
  EXPECT_EQ(std::hash<Ref<Counter>>{}(a), std::hash<Ref<Counter>>{}(copy));
  EXPECT_EQ((std::set<Ref<Counter>>{a, b, copy}).size(), 2u);
  EXPECT_EQ((std::unordered_set<Ref<Counter>>{a, b, copy}).size(), 2u);
  EXPECT_FALSE(Ref<Counter>());
  EXPECT_TRUE(a);
  EXPECT_TRUE(Ref<Counter>() == Ref<Counter>());
}

TEST_P(Addresses, ANewActorIsNotTheOldOneOfTheSameName) {
  const auto old = world->spawn<Counter>({.name = "counter"});
  old.stop();
  old.join().get();
  const auto young = world->spawn<Counter>({.name = "counter"});
  EXPECT_FALSE(old == young);
  EXPECT_FALSE(old.alive());
  EXPECT_TRUE(young.alive());
  old.tell<Increment>(5);
  EXPECT_EQ(young.ask<GetValue>().get(), 0);
}

struct Family final : troupe::Actor<Family> {
  std::vector<Ref<Counter>> on(Later) {
    return {spawn<Counter>(), spawn<Counter>({.name = "named"}), spawn<Counter>()};
  }
  std::string on(GetValue) const { return path(); }
};

TEST_P(Addresses, PathsAreMadeOfNamesAndOrdinals) {
  const auto first = world->spawn<Counter>();
  const auto shop = world->spawn<Family>({.name = "shop"});
  const auto third = world->spawn<Family>();
  EXPECT_EQ(first.path(), "0");
  EXPECT_EQ(shop.path(), "shop");
  EXPECT_EQ(shop.ask<GetValue>().get(), "shop");
  EXPECT_EQ(third.path(), "2");
  const auto of_shop = shop.ask<Later>().get();
  EXPECT_EQ(of_shop[0].path(), "shop/0");
  EXPECT_EQ(of_shop[1].path(), "shop/named");
  EXPECT_EQ(of_shop[2].path(), "shop/2");
  EXPECT_EQ(third.ask<Later>().get()[0].path(), "2/0");
}

// The same program gives each actor the same path, the same id and the same place among others, whatever
// ran in the process before.
TEST_P(Addresses, IdentityIsTheSameInEachRun) {
  const auto run = [&] {
    World own(GetParam());
    std::vector<Ref<Counter>> refs;
    for (int i = 0; i < 20; ++i) refs.push_back(own->spawn<Counter>());
    refs.push_back(own->spawn<Counter>({.name = "named"}));
    for (const auto& ref : own->spawn<Family>({.name = "family"}).ask<Later>().get()) refs.push_back(ref);
    std::sort(refs.begin(), refs.end());
    std::vector<std::pair<std::string, std::uint64_t>> identities;
    for (const auto& ref : refs) identities.emplace_back(ref.path(), ref.id());
    return identities;
  };
  const auto first = run();
  world->spawn<Counter>();
  EXPECT_EQ(run(), first);
  EXPECT_EQ(run(), first);
}

// --- names ------------------------------------------------------------------------------------------------

TEST_P(Addresses, ANamedActorIsFoundByPathAndClass) {
  const auto counter = world->spawn<Counter>({.name = "counter"});
  const auto family = world->spawn<Family>({.name = "family"});
  const auto children = family.ask<Later>().get();
  EXPECT_TRUE(world->find<Counter>("counter").value() == counter);
  EXPECT_TRUE(world->find<Counter>("family/named").value() == children[1]);
  EXPECT_EQ(world->find<Other>("counter").error(), LookupError::wrong_class);
  EXPECT_EQ(world->find<Counter>("count").error(), LookupError::not_found);
  EXPECT_EQ(world->find<Counter>("").error(), LookupError::not_found);
  EXPECT_EQ(world->find<Counter>("named").error(), LookupError::not_found);
  counter.stop();
  counter.join().get();
  EXPECT_EQ(world->find<Counter>("counter").error(), LookupError::not_found);
}

TEST_P(Addresses, ANameIsTakenUntilItsActorHasEnded) {
  const auto first = world->spawn<Counter>({.name = "counter"});
  const std::string refusal = thrown<troupe::SpawnError>([&] { world->spawn<Other>({.name = "counter"}); });
  EXPECT_PRED2(contains, refusal, "counter");
  EXPECT_PRED2(contains, refusal, "Other");
  EXPECT_TRUE(first.alive());
  first.stop();
  first.join().get();
  EXPECT_TRUE(world->spawn<Other>({.name = "counter"}).alive());
}

TEST_P(Addresses, BadNamesAreRefusedWithASentence) {
  const auto refusal = [&](std::string_view name) {
    return thrown<troupe::UsageError>([&] { world->spawn<Counter>({.name = name}); });
  };
  EXPECT_PRED2(contains, refusal("a/b"), "'a/b'");
  EXPECT_PRED2(contains, refusal("12"), "'12'");
  EXPECT_EQ(refusal("12a"), "");
  EXPECT_EQ(refusal("with space"), "");
}

TEST_P(Addresses, ThePathOfAnActorThatHasEndedSaysSo) {
  const auto counter = world->spawn<Counter>({.name = "counter"});
  counter.stop();
  counter.join().get();
  EXPECT_PRED2(contains, counter.path(), "ended");
  EXPECT_NO_THROW(static_cast<void>(Ref<Counter>().path()));
}

// --- Recipient --------------------------------------------------------------------------------------------

TEST_P(Addresses, ARefConvertsToARecipientOfItsMessages) {
  const auto counter = world->spawn<Counter>();
  const Recipient<Increment> teller = counter;
  const Recipient<Increment, int(GetValue), long(Later), int(Carried)> both = counter;
  teller.tell<Increment>(2);
  both.tell(Increment{3});
  EXPECT_EQ(both.ask<GetValue>().get(), 5);
  EXPECT_EQ(both.ask(GetValue{}).get(), 5);
  EXPECT_EQ(both.ask<Later>().get(), 5L);
  EXPECT_EQ(both.ask<Carried>(10).get(), 15);
  EXPECT_EQ(both.try_ask<GetValue>().get().value(), 5);
  both.tell<GetValue>();
  EXPECT_TRUE(both.alive());
  EXPECT_EQ(both.path(), "0");
  EXPECT_EQ(both.id(), counter.id());
  world.in_actor([&](Inside&) -> Task<> {
    const int plain = co_await both.ask<GetValue>();
    EXPECT_EQ(plain, 5);
    const long later = co_await both.ask<Later>().within(1h);
    EXPECT_EQ(later, 5L);
  });
}

TEST_P(Addresses, ARecipientConvertsToOneOfFewerMessages) {
  const auto counter = world->spawn<Counter>();
  const Recipient<Increment, int(GetValue), long(Later)> all = counter;
  const Recipient<long(Later), Increment> some = all;
  some.tell<Increment>(4);
  EXPECT_EQ(some.ask<Later>().get(), 4L);
  EXPECT_TRUE((some == Recipient<long(Later), Increment>(counter)));
}

TEST_P(Addresses, RecipientsOfDifferentActorsAreOneType) {
  const auto counter = world->spawn<Counter>();
  const auto other = world->spawn<Other>();
  const std::vector<Recipient<Increment>> all{counter, other};
  for (const auto& one : all) one.tell<Increment>(1);
  EXPECT_EQ(counter.ask<GetValue>().get(), 1);
  EXPECT_FALSE(all[0] == all[1]);
}

TEST_P(Addresses, RecipientsAreKeysOfContainers) {
  const auto counter = world->spawn<Counter>({.name = "counter"});
  const Recipient<Increment> recipient = counter;
  const Recipient<Increment> other = world->spawn<Other>();
  const std::unordered_set<Recipient<Increment>> hashed{recipient, other, counter};
  const std::set<Recipient<Increment>> ordered{recipient, other, counter};
  EXPECT_EQ(hashed.size(), 2u);
  EXPECT_EQ(ordered.size(), 2u);
  EXPECT_EQ(std::hash<Recipient<Increment>>()(recipient), std::hash<Ref<Counter>>()(counter));
}

TEST_P(Addresses, AnEmptyRecipientRefuses) {
  const Recipient<Increment, int(GetValue)> nobody;
  const Recipient<Increment, int(GetValue)> of_nobody = Ref<Counter>();
  for (const auto& one : {nobody, of_nobody}) {
    EXPECT_FALSE(one);
    EXPECT_FALSE(one.alive());
    EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { one.tell<Increment>(1); }), "empty address");
    EXPECT_PRED2(contains, thrown<troupe::UsageError>([&] { static_cast<void>(one.ask<GetValue>().get()); }),
                 "empty address");
  }
}

TEST_P(Addresses, ARecipientOfAnActorThatHasEndedFailsItsAsks) {
  const auto counter = world->spawn<Counter>();
  const Recipient<int(GetValue)> recipient = counter;
  counter.stop();
  recipient.join().get();
  EXPECT_FALSE(recipient.alive());
  EXPECT_EQ(recipient.try_ask<GetValue>().get().error().reason(), troupe::Reason::stopped);
}

}  // namespace
