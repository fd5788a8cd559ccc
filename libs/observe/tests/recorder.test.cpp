// What a Recorder writes tells a Recording in which order each actor got its messages.
#include <cstring>
#include <mutex>
#include <random>

#include <troupe/observe/recorder.hpp>
#include <troupe/observe/recording.hpp>

#include "shop.hpp"

namespace {

using namespace troupe_observe_test;
using troupe::observe::Recorder;
using troupe::observe::Recording;
using Delivery = Recording::Delivery;
using Kind = Delivery::Kind;

/// Where a recorder writes to in a test.
class File {
 public:
  auto writer() {
    return
        [this](std::span<const std::byte> piece) { bytes.insert(bytes.end(), piece.begin(), piece.end()); };
  }
  Recording read() const {
    auto recording = Recording::read(bytes);
    if (!recording) {
      ADD_FAILURE() << recording.error();
      return {};
    }
    return *std::move(recording);
  }
  std::vector<std::byte> bytes;
};

struct Say {
  int who;
};
struct Listener {
  std::vector<int> heard;
  void on(Say say) { heard.push_back(say.who); }
  std::vector<int> on(Count) const { return heard; }
};
struct Go {
  int times;
};
struct Speaker final : troupe::Actor<Speaker> {
  Speaker(int number, troupe::Ref<Listener> ref) : who(number), to(ref) {}
  void on(Go go) {
    to.tell<Say>(who);
    if (go.times > 1) self().tell<Go>(go.times - 1);
  }
  int who;
  troupe::Ref<Listener> to;
};

/// The paths of those whose messages the actor handled, one by one.
std::vector<std::string> senders(const Recording& recording, const Recording::Actor& actor) {
  std::vector<std::string> all;
  for (const Delivery& one : actor.deliveries) {
    if (one.kind != Kind::messages) continue;
    all.insert(all.end(), one.count, recording.sender_name(one.sender));
  }
  return all;
}

/// Three speakers, who say so much each; the order in which they were heard, by themselves and by the
/// recording.
void expect_the_order_that_was(troupe::SystemOptions options, troupe::DeterministicScheduler* scheduler,
                               int times) {
  File file;
  Recorder recorder({.write = file.writer(), .block_bytes = 100});
  recorder.switch_on();
  options.scheduler = scheduler;
  options.tracer = &recorder;
  std::vector<int> heard;
  {
    troupe::System system(options);
    const auto listener = system.spawn<Listener>({.name = "listener", .inline_asks = false});
    for (int i = 0; i < 3; ++i) {
      const std::string name = "speaker" + std::to_string(i);
      system.spawn<Speaker>({.name = name}, i, listener).tell<Go>(times);
    }
    while (heard.size() < static_cast<std::size_t>(3 * times)) heard = listener.ask<Count>().get();
  }
  recorder.finish();
  const Recording recording = file.read();
  EXPECT_TRUE(recording.is_complete());
  ASSERT_EQ(recording.at("listener").size(), 1u);
  std::vector<std::string> expected;
  for (const int who : heard) expected.push_back("speaker" + std::to_string(who));
  std::vector<std::string> recorded = senders(recording, *recording.at("listener").front());
  std::erase_if(recorded,
                [](const std::string& name) { return name.starts_with("outside"); });  // the questions
  EXPECT_EQ(recorded, expected);
}

TEST(Recording, HasTheOrderInEachSchedule) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    troupe::DeterministicScheduler scheduler(seed);
    expect_the_order_that_was({}, &scheduler, 10);
  }
}

TEST(Recording, HasTheOrderOfThreads) {
  for (int i = 0; i < 5; ++i) expect_the_order_that_was({.workers = 2}, nullptr, 2000);
}

TEST_F(TracedShop, ARecordingHasWhatCameFromOutside) {
  File file;
  {
    Recorder recorder({.write = file.writer()});
    recorder.switch_on();
    troupe::DeterministicScheduler scheduler{1};
    troupe::System system({.scheduler = &scheduler, .tracer = &recorder});
    const auto stock = system.spawn<Stock>({.name = "stock"});
    recorder.came_in(std::as_bytes(std::span("how many?", 9)));
    stock.tell<Count>();
    stock.tell<Count>();
    scheduler.run_until_idle();
  }
  const Recording recording = file.read();
  ASSERT_EQ(recording.inputs().size(), 2u);
  const Recording::Input& first = recording.inputs().front();
  EXPECT_EQ(recording.actors().at(first.receiver).path, "stock");
  EXPECT_EQ(first.type, "troupe_observe_test::Count");
  ASSERT_EQ(first.payload.size(), 9u);
  EXPECT_EQ(std::memcmp(first.payload.data(), "how many?", 9), 0);
  EXPECT_TRUE(recording.inputs().back().payload.empty());
  EXPECT_EQ(recording.at("stock").front()->deliveries,
            (std::vector<Delivery>{{Kind::messages, first.thread, 2}}));
}

TEST_F(TracedShop, ARecordingHasResumesAndOwnMessages) {
  File file;
  {
    Recorder recorder({.write = file.writer()});
    recorder.switch_on();
    troupe::DeterministicScheduler scheduler{1};
    troupe::System system({.scheduler = &scheduler, .tracer = &recorder});
    const auto stock = system.spawn<Stock>({.name = "stock", .inline_asks = false});
    system.spawn<Shop>({.name = "shop"}, stock).tell<Order>(1);
    scheduler.run_until_idle();
  }
  const Recording recording = file.read();
  const std::uint32_t outside = recording.inputs().front().thread;
  EXPECT_EQ(recording.at("shop").front()->deliveries,
            (std::vector<Delivery>{{Kind::messages, outside, 1}, {Kind::resume, 0, 0}, {Kind::own, 0, 0}}));
  EXPECT_EQ(recording.at("stock").front()->deliveries,
            (std::vector<Delivery>{{Kind::messages, recording.at("shop").front()->ordinal, 1}}));
}

// A thousand actors that pass tokens at random: nothing is repeated, every message is a part of its own.
TEST(Recording, TakesAtMostFiveBytesAMessage) {
  struct Token {
    int left;
  };
  struct Member final : troupe::Actor<Member> {
    explicit Member(const std::vector<troupe::Ref<Member>>* refs) : all(refs) {}
    void on(Token token) {
      if (token.left > 0) (*all)[random() % all->size()].tell<Token>(token.left - 1);
    }
    const std::vector<troupe::Ref<Member>>* all;
  };
  constexpr int tokens = 10, hops = 2000;
  File file;
  std::vector<troupe::Ref<Member>> all;
  {
    Recorder recorder({.write = file.writer()});
    recorder.switch_on();
    troupe::DeterministicScheduler scheduler{1};
    troupe::System system({.scheduler = &scheduler, .tracer = &recorder});
    for (int i = 0; i < 1000; ++i) all.push_back(system.spawn<Member>(&all));
    for (int i = 0; i < tokens; ++i) all[0].tell<Token>(hops);
    scheduler.run_until_idle();
  }
  const Recording recording = file.read();
  std::size_t names = 0;
  for (const auto& [ordinal, actor] : recording.actors())
    names += actor.path.size() + actor.actor_class.size() + 5;
  EXPECT_LE(static_cast<double>(file.bytes.size() - names) / (tokens * hops), 5.0);
}

/// A small recording with everything in it.
std::vector<std::byte> some_recording() {
  File file;
  Recorder recorder({.write = file.writer(), .block_bytes = 40});
  recorder.switch_on();
  troupe::DeterministicScheduler scheduler{1};
  {
    troupe::System system({.scheduler = &scheduler, .tracer = &recorder});
    const auto stock = system.spawn<Stock>({.name = "stock", .inline_asks = false});
    const auto shop = system.spawn<Shop>({.name = "shop"}, stock);
    for (int i = 0; i < 5; ++i) shop.tell<Order>(1);
    scheduler.run_until_idle();
  }
  recorder.finish();
  return file.bytes;
}

TEST(Recording, ThatWasCutOffIsReadAsFarAsItGoes) {
  const auto bytes = some_recording();
  for (std::size_t length = 8; length < bytes.size(); ++length) {
    const auto recording = Recording::read(std::span(bytes).first(length));
    EXPECT_TRUE(recording) << length << ": " << recording.error();
  }
  EXPECT_FALSE(Recording::read(std::span(bytes).first(7)));
  EXPECT_FALSE(Recording::read(std::span(bytes).first(bytes.size() - 1))->is_complete());
}

TEST(Recording, ThatIsDamagedIsReadOrRefused) {
  const auto bytes = some_recording();
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    auto damaged = bytes;
    for (int k = 0; k < 3; ++k) damaged[8 + random() % (bytes.size() - 8)] = static_cast<std::byte>(random());
    const auto recording = Recording::read(damaged);
    EXPECT_TRUE(recording || !recording.error().empty());
  }
}

}  // namespace
