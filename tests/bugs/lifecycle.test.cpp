// Replies, restarts, timers and ends.
#include <map>
#include <set>

#include "support.hpp"

namespace bugs {
namespace {

struct Go {};

// --- a reply that another takes the place of
// -------------------------------------------------------------------
struct Fetch {
  int key;
};
struct Fetched {
  int key;
};
struct Cache;
struct Store {
  Recipient<Fetched> cache{};
  void on(Recipient<Fetched> ref) { cache = ref; }
  void on(Fetch fetch) { cache.tell<Fetched>(fetch.key); }
};
struct Cache {
  Ref<Store> store;
  Version version;
  std::map<int, std::vector<Reply<int>>> waiting;
  void on(Fetch fetch, Reply<int> reply) {
    auto& replies = waiting[fetch.key];
    if (version == Version::broken) replies.clear();  // as `waiting[key] = std::move(reply)` would
    replies.push_back(std::move(reply));
    store.tell<Fetch>(fetch.key);
  }
  void on(Fetched fetched) {
    for (auto& reply : waiting[fetched.key]) reply.answer(fetched.key);
    waiting.erase(fetched.key);
  }
};
struct Reader {
  Ref<Cache> cache;
  Task<void> on(Go) {
    const int value = co_await cache.ask<Fetch>(7);
    static_cast<void>(value);
  }
};

TEST(Bugs, TwoAsksForOneKeyDropAReply) {
  hunt({"dropped reply", FailureKind::exception, "its Reply was dropped"},
       [](Simulation& sim, Version version) {
         const auto store = sim.spawn<Store>();
         const auto cache = sim.spawn<Cache>(store, version);
         store.tell(Recipient<Fetched>(cache));
         for (int i = 0; i < 2; ++i) sim.spawn<Reader>(cache).tell<Go>();
         sim.run();
       });
}

// --- a restart by hand that forgets what was under way
// ----------------------------------------------------------
struct Job {
  int number;
};
struct Done {
  int number;
};
struct Worker {
  Recipient<Done> boss;
  void on(Job job) { boss.tell<Done>(job.number); }
};
struct Supervisor final : troupe::Actor<Supervisor> {
  Supervisor(Version which, std::set<int>* finished) : version(which), done(finished) {}
  void on(troupe::Started) { start(); }
  void on(Job job) {
    open.insert(job.number);
    worker.tell(job);
  }
  void on(Done news) {
    open.erase(news.number);
    done->insert(news.number);
  }
  void on(const troupe::Terminated&) {
    start();
    if (version == Version::broken) return;
    for (const int number : open) worker.tell<Job>(number);
  }
  void start() {
    worker = spawn<Worker>(self());
    watch(worker);
  }
  Version version;
  std::set<int>* done;
  std::set<int> open;
  Ref<Worker> worker{};
};

TEST(Bugs, ARestartByHandForgetsItsJobs) {
  hunt({.name = "forgetful restart",
        .kind = FailureKind::check,
        .sentence = "each job is done",
        .faults = {.crash = 0.1, .at_most = 2}},
       [](Simulation& sim, Version version) {
         std::set<int> done;
         const auto supervisor = sim.spawn<Supervisor>(version, &done);
         sim.spare(supervisor);
         for (int i = 0; i < 5; ++i) supervisor.tell<Job>(i);
         sim.run();
         sim.check(done.size() == 5, "each job is done");
       });
}

// --- a timeout that fires although the answer is there
// ----------------------------------------------------------
struct Request {};
struct Response {};
struct Timeout {};
struct Server {
  Recipient<Response> client{};
  void on(Recipient<Response> ref) { client = ref; }
  void on(Request) { client.tell<Response>(); }
};
struct Client final : troupe::Actor<Client> {
  Client(Version which, Ref<Server> ref, int* count) : version(which), server(ref), outcomes(count) {}
  void on(Go) {
    server.tell<Request>();
    timer = after(10ms, Timeout{});
  }
  void on(Response) {
    if (version == Version::mended) {
      if (over) return;
      over = true;
      cancel(timer);
    }
    ++*outcomes;
  }
  void on(Timeout) {
    over = true;
    ++*outcomes;
  }
  Version version;
  Ref<Server> server;
  int* outcomes;
  troupe::TimerId timer{};
  bool over = false;
};

TEST(Bugs, ATimeoutAndTheAnswerBothHappen) {
  hunt({.name = "timer race",
        .kind = FailureKind::check,
        .sentence = "a request has one outcome",
        .faults = {.early_timers = 0.3}},
       [](Simulation& sim, Version version) {
         int outcomes = 0;
         const auto server = sim.spawn<Server>();
         const auto client = sim.spawn<Client>(version, server, &outcomes);
         server.tell(Recipient<Response>(client));
         client.tell<Go>();
         sim.run();
         sim.check(outcomes == 1, "a request has one outcome");
       });
}

// --- a message to one that has stopped
// ---------------------------------------------------------------------------
struct Close {};
struct Say {};
struct Session final : troupe::Actor<Session> {
  void on(Say) {}
  void on(Close) { stop(); }
};
struct Speaker {
  Ref<Session> session;
  void on(Go) { session.tell<Say>(); }
};
struct Closer {
  Ref<Session> session;
  Version version;
  Ref<Speaker> speaker;
  Task<void> on(Go) {
    if (version == Version::mended) {
      // What it has said before is sent by then.
      const troupe::Terminated news = co_await speaker.join();
      static_cast<void>(news);
    }
    session.tell<Close>();
  }
};

TEST(Bugs, WhatIsSaidAfterTheCloseIsLost) {
  hunt({.name = "use after stop",
        .kind = FailureKind::check,
        .sentence = "nothing that was said is lost",
        .by_hand = {3, 1}},
       [](Simulation& sim, Version version) {
         const auto session = sim.spawn<Session>();
         const auto speaker = sim.spawn<Speaker>(session);
         speaker.tell<Go>();
         speaker.stop();
         sim.spawn<Closer>(session, version, speaker).tell<Go>();
         sim.run();
         sim.check(sim.system().dead_letters().total() == 0, "nothing that was said is lost");
       });
}

// --- a second answer
// ----------------------------------------------------------------------------------------------
struct Vote {
  int by;
};
struct Decided {};
/// Decides when two of three have voted; the broken one decides again with the third.
struct Election {
  Recipient<Decided> to;
  Version version;
  int votes = 0;
  void on(Vote) {
    ++votes;
    const bool enough = version == Version::broken ? votes >= 2 : votes == 2;
    if (enough) to.tell<Decided>();
  }
};
struct Winner {
  int* times;
  void on(Decided) { ++*times; }
};
struct Voter {
  Ref<Election> election;
  int number;
  void on(Go) { election.tell<Vote>(number); }
};

TEST(Bugs, AThirdVoteDecidesOnceMore) {
  hunt({"second answer", FailureKind::check, "there is one decision"}, [](Simulation& sim, Version version) {
    int times = 0;
    const auto election = sim.spawn<Election>(Recipient<Decided>(sim.spawn<Winner>(&times)), version);
    for (int i = 0; i < 3; ++i) sim.spawn<Voter>(election, i).tell<Go>();
    sim.run();
    sim.check(times == 1, "there is one decision");
  });
}

}  // namespace
}  // namespace bugs
