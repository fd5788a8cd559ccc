// What actors tell each other while a Recorder is on has its sender's tag in place of a name: it is recorded,
// handled and dropped like any other.
#include <algorithm>
#include <latch>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <troupe/detail/tracing.hpp>
#include <troupe/observe/recorder.hpp>
#include <troupe/observe/recording.hpp>

#include "shop.hpp"

namespace {

using namespace troupe_observe_test;
using troupe::observe::Recorder;
using troupe::observe::Recording;
using Delivery = Recording::Delivery;
using Kind = Delivery::Kind;

struct Say {
  int what;
};
struct Listener {
  std::vector<int>* heard;
  void on(Say say) { heard->push_back(say.what); }
};
/// Speaks so often, and says how often it has spoken.
struct Talk {
  int times;
};
struct Speaker {
  troupe::Ref<Listener> to;
  int said = 0;
  void on(Talk talk) {
    for (int i = 0; i < talk.times; ++i) to.tell<Say>(++said);
  }
};
/// Ends the listener, and speaks to it before it has.
struct KillAndTalk {
  int times;
};
struct Killer {
  troupe::Ref<Listener> to;
  void on(KillAndTalk talk) {
    to.kill();
    for (int i = 0; i < talk.times; ++i) to.tell<Say>(i);
  }
};
struct Mourner {
  std::vector<std::string>* paths;
  void on(const troupe::DeadLetter& letter) { paths->push_back(letter.path); }
};

/// A system without threads, and what is recorded of it.
struct Recorded {
  std::vector<std::byte> file;
  Recorder recorder{{.write = [this](std::span<const std::byte> piece) {
    file.insert(file.end(), piece.begin(), piece.end());
  }}};
  troupe::DeterministicScheduler scheduler{1};
  std::unique_ptr<troupe::System> system;

  explicit Recorded(bool on = true) {
    if (on) recorder.switch_on();
    system = std::make_unique<troupe::System>(
        troupe::SystemOptions{.log = &troupe::null_log(), .scheduler = &scheduler, .tracer = &recorder});
  }
  void run() { scheduler.run_until_idle(); }
  Recording end() {
    system.reset();
    recorder.finish();
    auto recording = Recording::read(file);
    if (!recording) {
      ADD_FAILURE() << recording.error();
      return {};
    }
    EXPECT_TRUE(recording->is_complete());
    return *std::move(recording);
  }
};

TEST(TaggedMessages, AreARunOfTheirSenderHoweverLongItIs) {
  Recorded recorded;
  std::vector<int> heard;
  const auto listener = recorded.system->spawn<Listener>({.name = "listener"}, &heard);
  const auto speaker = recorded.system->spawn<Speaker>({.name = "speaker"}, listener);
  EXPECT_TRUE(troupe::detail::tagging());
  constexpr int times = 10'000;
  speaker.tell<Talk>(times);
  recorded.run();
  ASSERT_EQ(heard.size(), static_cast<std::size_t>(times));
  EXPECT_TRUE(std::is_sorted(heard.begin(), heard.end()));
  const Recording recording = recorded.end();
  std::uint64_t deliveries = 0;
  for (const Delivery& one : recording.at("listener").front()->deliveries) {
    EXPECT_EQ(recording.sender_name(one.sender), "speaker");
    deliveries += one.count;
  }
  EXPECT_EQ(deliveries, static_cast<std::uint64_t>(times));
}

/// Fails once, at what comes second.
struct Fragile {
  std::vector<int>* heard;
  void on(Say say) {
    heard->push_back(say.what);
    if (say.what == 2) throw std::runtime_error("two is too much");
  }
};
struct Bully {
  troupe::Ref<Fragile> to;
  void on(Talk talk) {
    for (int i = 1; i <= talk.times; ++i) to.tell<Say>(i);
  }
};

TEST(TaggedMessages, AreHandledByTheNextObjectOfAnActorThatIsRestarted) {
  Recorded recorded;
  std::vector<int> heard;
  const auto supervisor = recorded.system->supervise();
  const auto fragile = supervisor.spawn<Fragile>({.name = "fragile"}, &heard);
  recorded.system->spawn<Bully>({.name = "bully"}, fragile).tell<Talk>(5);
  recorded.run();
  EXPECT_EQ(heard, (std::vector<int>{1, 2, 3, 4, 5}));
  const std::string path(fragile.path());
  const Recording recording = recorded.end();
  EXPECT_EQ(recording.at(path).front()->deliveries,
            (std::vector<Delivery>{{Kind::messages, recording.at("bully").front()->ordinal, 5}}));
}

// g++ 12 warns of a literal in front of a temporary string.
std::string speaker(int number) { return std::string("s").append(std::to_string(number)); }

TEST(TaggedMessages, OfManySendersKeepTheirOrder) {
  Recorded recorded;
  std::vector<int> heard;
  const auto listener = recorded.system->spawn<Listener>({.name = "listener"}, &heard);
  for (int i = 0; i < 100; ++i) {
    recorded.system->spawn<Speaker>({.name = speaker(i)}, listener, 1000 * i).tell<Talk>(1 + i % 5);
  }
  recorded.run();
  const Recording recording = recorded.end();
  std::vector<std::string> expected, found;
  expected.reserve(heard.size());
  for (const int what : heard) expected.push_back(speaker(what / 1000));
  for (const Delivery& one : recording.at("listener").front()->deliveries)
    found.insert(found.end(), one.count, recording.sender_name(one.sender));
  EXPECT_EQ(found, expected);
}

/// Waits for a word from outside, so that what is sent meanwhile is handled in one go.
struct Hold {
  std::latch* until;
};
struct Blocked {
  std::vector<int>* heard;
  void on(Hold hold) const { hold.until->wait(); }
  void on(Say say) {
    heard->push_back(say.what);
    if (say.what == 250'500) throw std::runtime_error("that is too much");
  }
};
struct Chatter {
  troupe::Ref<Blocked> to;
  int said;
  void on(Talk talk) {
    for (int i = 0; i < talk.times; ++i) to.tell<Say>(said++);
  }
};
// As long as one sender's messages come in a row they are handled by a loop of their own.
TEST(TaggedMessages, InRowsAreCountedEach) {
  std::vector<std::byte> file;
  std::vector<int> heard;
  std::string path;
  {
    Recorder recorder({.write = [&file](std::span<const std::byte> piece) {
      file.insert(file.end(), piece.begin(), piece.end());
    }});
    recorder.switch_on();
    troupe::System system({.workers = 2, .log = &troupe::null_log(), .tracer = &recorder});
    const auto supervisor = system.supervise();
    const auto blocked = supervisor.spawn<Blocked>({.name = "blocked"}, &heard);
    path = blocked.path();
    std::latch until(1);
    blocked.tell<Hold>(&until);
    for (int i = 0; i < 50; ++i) {
      const auto chatter = system.spawn<Chatter>({.name = speaker(i)}, blocked, 10'000 * i);
      chatter.tell<Talk>(1 + 97 * i);  // the last ones are more than a run may have
      if (i % 3 == 0) chatter.tell<Talk>(2);
      chatter.stop();
      chatter.join().get();
    }
    until.count_down();
    blocked.stop();
    blocked.join().get();
  }
  EXPECT_TRUE(std::is_sorted(heard.begin(), heard.end()));
  std::vector<std::string> expected, found;
  expected.reserve(heard.size());
  for (const int what : heard) expected.push_back(speaker(what / 10'000));
  const auto recording = Recording::read(file);
  ASSERT_TRUE(recording) << recording.error();
  for (const Delivery& one : recording->at(path).front()->deliveries) {
    const std::string by = recording->sender_name(one.sender);
    if (by.starts_with('s')) found.insert(found.end(), one.count, by);
  }
  EXPECT_EQ(found, expected);
}

/// Tells itself and others by turns.
struct Muse : troupe::Actor<Muse> {
  explicit Muse(troupe::Ref<Listener> ref) : to(ref) {}
  void on(Talk talk) {
    for (int i = 0; i < talk.times; ++i) {
      self().tell<Say>(i);
      to.tell<Say>(i);
      to.tell<Say>(i);
    }
  }
  void on(Say) {}
  troupe::Ref<Listener> to;
};

TEST(TaggedMessages, DoNotCountAmongWhatAnActorTellsItself) {
  Recorded recorded;
  std::vector<int> heard;
  const auto listener = recorded.system->spawn<Listener>({.name = "listener"}, &heard);
  const auto muse = recorded.system->spawn<Muse>({.name = "muse"}, listener);
  muse.tell<Talk>(3);
  recorded.run();
  const Recording recording = recorded.end();
  const auto& deliveries = recording.at("muse").front()->deliveries;
  ASSERT_EQ(deliveries.size(), 4u);
  EXPECT_EQ(std::vector<Delivery>(deliveries.begin() + 1, deliveries.end()),
            (std::vector<Delivery>{{Kind::own, 0, 2}, {Kind::own, 0, 1}, {Kind::own, 0, 0}}));
}

TEST(TaggedMessages, ToAnActorThatEndsAreItsDeadLetters) {
  Recorded recorded;
  std::vector<std::string> paths;
  std::vector<int> heard;
  recorded.system->subscribe_dead_letters(recorded.system->spawn<Mourner>(&paths));
  recorded.run();
  const auto listener = recorded.system->spawn<Listener>({.name = "listener"}, &heard);
  const auto killer = recorded.system->spawn<Killer>({.name = "killer"}, listener);
  const auto speaker = recorded.system->spawn<Speaker>({.name = "speaker"}, listener);
  speaker.tell<Talk>(2);
  recorded.run();
  killer.tell<KillAndTalk>(3);
  recorded.run();
  EXPECT_EQ(heard.size(), 2u);
  EXPECT_EQ(paths, std::vector<std::string>(3, "listener"));
  // The successor, perhaps in the same cell, gets none of what was meant for the first.
  std::vector<int> heard_by_next;
  recorded.system->spawn<Listener>({.name = "listener"}, &heard_by_next);
  speaker.tell<Talk>(2);
  recorded.run();
  EXPECT_TRUE(heard_by_next.empty());
  EXPECT_EQ(recorded.system->dead_letters().total(), 5u);
  const Recording recording = recorded.end();
  ASSERT_EQ(recording.at("listener").size(), 1u);
  EXPECT_EQ(recording.at("listener").front()->deliveries,
            (std::vector<Delivery>{{Kind::messages, recording.at("speaker").front()->ordinal, 2}}));
}

TEST(TaggedMessages, StayWhoseTheyAreWhileTheRecorderIsOffAndOnAgain) {
  Recorded recorded;
  std::vector<int> heard;
  const auto listener = recorded.system->spawn<Listener>({.name = "listener"}, &heard);
  const auto speaker = recorded.system->spawn<Speaker>({.name = "speaker"}, listener);
  const auto other = recorded.system->spawn<Speaker>({.name = "other"}, listener);
  speaker.tell<Talk>(2);
  recorded.run();
  // Some are on their way when it is switched.
  other.tell<Talk>(3);
  while (recorded.scheduler.step() && heard.size() < 3) {
  }
  recorded.recorder.switch_off();
  recorded.run();
  speaker.tell<Talk>(4);
  recorded.run();
  recorded.recorder.switch_on();
  speaker.tell<Talk>(5);
  recorded.run();
  EXPECT_EQ(heard.size(), 14u);
  const Recording recording = recorded.end();
  const std::uint32_t first = recording.at("speaker").front()->ordinal;
  const auto& deliveries = recording.at("listener").front()->deliveries;
  ASSERT_GE(deliveries.size(), 2u);
  EXPECT_EQ(deliveries.front(), (Delivery{Kind::messages, first, 2}));
  EXPECT_EQ(deliveries.back(), (Delivery{Kind::messages, first, 5}));
}

TEST(TaggedMessages, FromASystemOfAnotherRecorderAreFromOutside) {
  Recorded first, second(false);
  std::vector<int> heard;
  const auto listener = second.system->spawn<Listener>({.name = "listener"}, &heard);
  const auto speaker = first.system->spawn<Speaker>({.name = "speaker"}, listener);
  // Tagged, in a system that isn't recorded.
  speaker.tell<Talk>(2);
  first.run();
  second.run();
  EXPECT_EQ(heard.size(), 2u);
  // Still tagged by the first, where the second is on.
  first.recorder.switch_off();
  second.recorder.switch_on();
  EXPECT_TRUE(troupe::detail::tagging());
  speaker.tell<Talk>(3);
  first.run();
  second.run();
  EXPECT_EQ(heard.size(), 5u);
  first.end();
  const Recording recording = second.end();
  std::uint64_t from_outside = 0;
  for (const Delivery& one : recording.at("listener").front()->deliveries) {
    EXPECT_TRUE(recording.sender_name(one.sender).starts_with("outside"));
    from_outside += one.count;
  }
  EXPECT_EQ(from_outside, 3u);
}

TEST(TaggedMessages, AreNotSentWhereAnotherTracerWouldMissThem) {
  Recorded recorded;
  troupe::observe::RingTracer tracer;
  tracer.switch_on();
  EXPECT_FALSE(troupe::detail::tagging());
  troupe::DeterministicScheduler scheduler{1};
  troupe::System system({.scheduler = &scheduler, .tracer = &tracer});
  std::vector<int> heard;
  const auto listener = system.spawn<Listener>({.name = "listener"}, &heard);
  recorded.system->spawn<Speaker>(listener).tell<Talk>(2);
  recorded.run();
  scheduler.run_until_idle();
  EXPECT_EQ(heard.size(), 2u);
  const auto trace = tracer.snapshot();
  EXPECT_EQ(std::count_if(trace.records.begin(), trace.records.end(),
                          [](const auto& one) { return one.kind == troupe::TraceKind::turn_begin; }),
            2);
}

// There are 63 numbers for those that have tags.
TEST(TaggedMessages, AreNamedWhereThereAreTooManyRecorders) {
  std::vector<std::unique_ptr<Recorder>> others;
  for (int i = 0; i < 64; ++i)
    others.push_back(std::make_unique<Recorder>(
        troupe::observe::RecorderOptions{.write = [](std::span<const std::byte>) {}}));
  Recorded recorded;
  EXPECT_FALSE(troupe::detail::tagging());
  std::vector<int> heard;
  const auto listener = recorded.system->spawn<Listener>({.name = "listener"}, &heard);
  recorded.system->spawn<Speaker>({.name = "speaker"}, listener).tell<Talk>(3);
  recorded.run();
  const Recording recording = recorded.end();
  EXPECT_EQ(recording.at("listener").front()->deliveries,
            (std::vector<Delivery>{{Kind::messages, recording.at("speaker").front()->ordinal, 3}}));
  recorded.recorder.switch_off();
  others.clear();
  const Recorded next;
  EXPECT_TRUE(troupe::detail::tagging());
}

}  // namespace
