// The forms of co_await that are sound on every compiler that Troupe supports (docs/compilers.md), each with
// objects that a second destruction would betray, and the guard against the one that no signature can see.
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace troupe_test;
using troupe::blocking;
using troupe::take;
using troupe::Task;

/// Long enough for the heap: destroyed twice it is a double free.
std::string long_text(char letter) { return std::string(100, letter); }

struct Put {
  std::string key;
  std::string value;
};
struct Nest {
  Put inner;
  std::vector<std::string> more;
};
struct Plain {
  int number;
};
struct Has {
  int number;
};
class Built {
 public:
  explicit Built(std::string text) : text_(std::move(text)) {}
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

struct Store {
  std::map<std::string, std::string> values;
  std::size_t on(Put put) {
    values[put.key] = put.value;
    return values.size();
  }
  std::size_t on(const Nest& nest) { return nest.inner.key.size() + nest.more.size(); }
  int on(Plain plain) { return plain.number; }
  bool on(Has has) { return has.number > 0; }
  std::string on(const std::string& text) { return text + text; }
  std::size_t on(Built built) { return built.text().size(); }
  std::vector<std::string> on(std::vector<std::string> texts) { return texts; }
};

class SoundForms : public ::testing::TestWithParam<RunOnAndInline> {
 protected:
  World world{std::get<0>(GetParam())};
  troupe::Ref<Store> store = world->spawn<Store>({.inline_asks = std::get<1>(GetParam())});
};
INSTANTIATE_TEST_SUITE_P(All, SoundForms, every_scheduler_and_lane(), run_and_inline_name);

TEST_P(SoundForms, InPlaceFromNamedObjects) {
  world.in_actor([&](Inside&) -> Task<> {
    const std::string key = long_text('k');
    std::string value = long_text('v');
    const auto size = co_await store.ask<Put>(key, take(value));
    EXPECT_EQ(size, 1u);
    EXPECT_TRUE(value.empty());
    EXPECT_EQ(key, long_text('k'));
  });
}

TEST_P(SoundForms, ATakenAggregate) {
  world.in_actor([&](Inside&) -> Task<> {
    Put put{long_text('k'), long_text('v')};
    const auto size = co_await store.ask(take(put));
    EXPECT_EQ(size, 1u);
    Nest nest{{long_text('k'), ""}, {"a", "b"}};
    const auto sum = co_await store.try_ask(take(nest));
    EXPECT_EQ(sum.value(), 102u);
  });
}

TEST_P(SoundForms, ACopyOfANamedAggregate) {
  world.in_actor([&](Inside&) -> Task<> {
    const Put put{long_text('k'), long_text('v')};
    const auto size = co_await store.ask(put);
    EXPECT_EQ(size, 1u);
    EXPECT_EQ(put.key, long_text('k'));
  });
}

TEST_P(SoundForms, TriviallyDestructibleAggregatesByBraces) {
  world.in_actor([&](Inside&) -> Task<> {
    const int number = co_await store.ask(Plain{5});
    EXPECT_EQ(number, 5);
    const int in_place = co_await store.ask<Plain>(6);
    EXPECT_EQ(in_place, 6);
  });
}

TEST_P(SoundForms, TemporariesOfClassesWithConstructors) {
  world.in_actor([&](Inside&) -> Task<> {
    const std::string doubled = co_await store.ask(std::string(60, 'x'));
    EXPECT_EQ(doubled, std::string(120, 'x'));
    const auto size = co_await store.ask(Built(long_text('b')));
    EXPECT_EQ(size, 100u);
    const auto of_result = co_await store.ask(long_text('r'));
    EXPECT_EQ(of_result.size(), 200u);
    const auto in_place = co_await store.ask<Put>(std::string(50, 'k'), long_text('v'));
    EXPECT_EQ(in_place, 1u);
  });
}

TEST_P(SoundForms, ABraceMadeVectorThatHasAName) {
  world.in_actor([&](Inside&) -> Task<> {
    std::vector<std::string> texts{long_text('a'), long_text('b')};
    const auto back = co_await store.ask(take(texts));
    EXPECT_EQ(back.size(), 2u);
    EXPECT_EQ(back[1], long_text('b'));
  });
}

TEST_P(SoundForms, SeveralAtOnce) {
  world.in_actor([&](Inside&) -> Task<> {
    const std::string key = long_text('k');
    auto [doubled, size] =
        co_await troupe::all(store.ask(long_text('t')), store.ask<Put>(key, long_text('v')));
    EXPECT_EQ(doubled.size(), 200u);
    EXPECT_EQ(size, 1u);
  });
}

TEST_P(SoundForms, BlockingCallsWithArgumentsAndNamedClosures) {
  world.in_actor([&](Inside&) -> Task<> {
    const std::string path = long_text('p');
    const auto length = co_await blocking([](const std::string& text) { return text.size(); }, path);
    EXPECT_EQ(length, 100u);
    auto closure = [path] { return path + path; };
    const auto twice = co_await blocking(take(closure));
    EXPECT_EQ(twice.size(), 200u);
    const std::string* pointer = &path;
    const auto size = co_await blocking([pointer] { return pointer->size(); });
    EXPECT_EQ(size, 100u);
  });
}

TEST_P(SoundForms, AnAskThatHasAName) {
  world.in_actor([&](Inside&) -> Task<> {
    auto ask = store.ask<Put>(long_text('k'), long_text('v'));
    const auto size = co_await std::move(ask).within(1h);
    EXPECT_EQ(size, 1u);
  });
}

struct Deciding final : troupe::Actor<Deciding> {
  troupe::Ref<Store> store;
  int shipped = 0;
  explicit Deciding(troupe::Ref<Store> from) : store(from) {}
  Task<int> on(Has has) {
    if (const bool ok = co_await store.ask<Has>(has.number); ok) ++shipped;
    co_return shipped;
  }
};
TEST_P(SoundForms, AConditionWithAName) {
  auto deciding = world->spawn<Deciding>(store);
  EXPECT_EQ(deciding.ask<Has>(1).get(), 1);
  EXPECT_EQ(deciding.ask<Has>(0).get(), 1);
}

TEST_P(SoundForms, AnAnswerMadeByBraces) {
  struct Maker {
    Task<Put> on(Plain) { co_return Put{long_text('k'), long_text('v')}; }
    Task<std::vector<std::string>> on(Has has) {
      if (has.number == 0) co_return {};
      co_return {long_text('a'), long_text('b')};
    }
  };
  auto maker = world->spawn<Maker>();
  EXPECT_EQ(maker.ask<Plain>(1).get().value, long_text('v'));
  EXPECT_EQ(maker.ask<Has>(0).get().size(), 0u);
  EXPECT_EQ(maker.ask<Has>(1).get().size(), 2u);
}

// A coroutine without a local variable that awaits in a condition: g++ 12 lays out a wrong frame for it.
struct Miscompiled final {
  troupe::Ref<Store> store;
  int shipped = 0;
  Task<> on(Has) {
    if (co_await store.ask<Has>(1)) ++shipped;  // lint: meant
  }
  int on(Plain) const { return shipped; }
};

TEST(SoundFormsDeathTest, AWrongFrameEndsTheProcessWithASentence) {
  World world(seeded(1));
  auto store = world->spawn<Store>();
  auto miscompiled = world->spawn<Miscompiled>(store);
  if (troupe::detail::compiler_destroys_temporaries_twice) {
    EXPECT_DEATH(miscompiled.ask<Has>(1).get(),
                 "Miscompiled::on.* a wrong frame: .*if \\(auto ok = co_await");
  } else {
    miscompiled.ask<Has>(1).get();
    EXPECT_EQ(miscompiled.ask<Plain>(1).get(), 1);
  }
}

}  // namespace
