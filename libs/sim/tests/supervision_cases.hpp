// What the scenarios of supervision share: a story of what has happened, an actor that tells it, and others
// that send to it. TROUPE_SUPERVISION_SCHEDULES sets another number of schedules for each scenario.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <troupe/sim/explore.hpp>

#include "support.hpp"

namespace sim_test {

inline std::uint64_t supervision_schedules() {
  const char* text = std::getenv("TROUPE_SUPERVISION_SCHEDULES");
  return text && *text ? std::strtoull(text, nullptr, 10) : 100;
}

/// Handlers throw, and actors are left behind now and then.
inline ExploreOptions supervision_options(std::string_view name) {
  return {.name = name,
          .schedules = supervision_schedules(),
          .handlers_may_throw = true,
          .faults = {.stall = 0.02}};
}

using Lines = std::vector<std::string>;

/// What has happened, in order.
struct Story {
  Lines lines;

  void add(std::string line) { lines.push_back(std::move(line)); }
  std::size_t count(std::string_view line) const {
    return static_cast<std::size_t>(std::count(lines.begin(), lines.end(), line));
  }
  /// Where the line stands first; lines.size(): nowhere.
  std::size_t at(std::string_view line) const {
    return static_cast<std::size_t>(std::find(lines.begin(), lines.end(), line) - lines.begin());
  }
  /// Starts and ends: all but what was said.
  Lines lives() const {
    Lines result;
    for (const auto& line : lines)
      if (!contains(line, " says ")) result.push_back(line);
    return result;
  }
  /// What one has said of what this sender has sent it.
  Lines said(const std::string& name, const std::string& sender) const {
    const std::string begin = name + " says " + sender;
    Lines result;
    for (const auto& line : lines)
      if (line.starts_with(begin)) result.push_back(line.substr(name.size() + 6));
    return result;
  }
  std::string text() const {
    std::string result;
    for (const auto& line : lines) result.append(result.empty() ? "" : "; ").append(line);
    return result;
  }
};
/// Shared, since actors outlive the scenario's body where a run is cut short.
using SharedStory = std::shared_ptr<Story>;

inline void check_lives(Simulation& sim, const Story& story, const Lines& expected) {
  sim.check(story.lives() == expected, "they start and end in order: " + story.text());
}

struct Crash {};
struct Quit {};
struct Count {};
struct Say {
  std::string word;
};

/// Tells what becomes of it.
class Player : public troupe::Actor<Player> {
 public:
  Player(SharedStory story, std::string name) : story_(std::move(story)), name_(std::move(name)) {
    story_->add(name_ + " starts");
  }
  void on(Crash) { throw std::runtime_error("crash"); }
  void on(Quit) { stop(); }
  int on(Count) { return ++count_; }
  void on(const Say& say) { story_->add(name_ + " says " + say.word); }
  void on(const troupe::PreRestart&) { story_->add(name_ + " before restart"); }
  void on(troupe::Stopping news) {
    story_->add(name_ + " stopping, " + std::string(troupe::to_string(news.reason)));
  }

 private:
  SharedStory story_;
  std::string name_;
  int count_ = 0;
};

/// Does one thing after the other, each in a turn of its own.
class Doer : public troupe::Actor<Doer> {
 public:
  struct Next {};
  explicit Doer(std::vector<std::function<void()>> acts) : acts_(std::move(acts)) {}
  void on(Next) {
    acts_[at_]();
    if (++at_ < acts_.size()) self().tell<Next>();
  }

 private:
  std::vector<std::function<void()>> acts_;
  std::size_t at_ = 0;
};
inline void perform(Simulation& sim, std::vector<std::function<void()>> acts) {
  sim.spawn<Doer>(std::move(acts)).tell<Doer::Next>();
}

constexpr int words_told = 4;
/// Has somebody tell each of them the words "x1" to "x4".
template <class A>
void tell_words(Simulation& sim, const std::vector<troupe::Ref<A>>& players, const std::string& sender) {
  std::vector<std::function<void()>> acts;
  for (int i = 1; i <= words_told; ++i) {
    for (const auto& player : players)
      acts.emplace_back([=] { player.template tell<Say>(sender + std::to_string(i)); });
  }
  perform(sim, std::move(acts));
}
/// What one has said of tell_words() is all of it, in order.
inline void check_words(Simulation& sim, const Story& story, const std::string& name,
                        const std::string& sender) {
  Lines expected;
  for (int i = 1; i <= words_told; ++i) expected.push_back(sender + std::to_string(i));
  sim.check(story.said(name, sender) == expected, name + " has said all, in order: " + story.text());
}

using News = std::vector<troupe::Terminated>;
using SharedNews = std::shared_ptr<News>;

/// Watches somebody from its start, until it is told to stop that.
template <class Watched>
class Observer : public troupe::Actor<Observer<Watched>> {
 public:
  struct Unwatch {};
  Observer(SharedNews news, Watched whom) : news_(std::move(news)), whom_(whom) {}
  void on(troupe::Started) { this->watch(whom_); }
  void on(Unwatch) {
    this->unwatch(whom_);
    over_ = true;
  }
  void on(const troupe::Terminated& one) {
    if (over_) Simulation::current()->fail("who has unwatched hears of an end");
    news_->push_back(one);
  }

 private:
  SharedNews news_;
  Watched whom_;
  bool over_ = false;
};
/// Someone who watches already when this returns.
template <class Watched>
SharedNews observe(Simulation& sim, Watched whom) {
  const auto news = std::make_shared<News>();
  sim.spawn<Observer<Watched>>(news, whom);
  sim.run_until_idle();
  return news;
}

}  // namespace sim_test
