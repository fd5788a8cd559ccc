// One sum, asked for in three ways: as the handler's result, through a Reply that travels in the message, and
// not at all: fire and forget. At last, a deadline that is missed.
#include <chrono>
#include <cstdio>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <troupe/troupe.hpp>

using Numbers = std::vector<int>;

struct Sum {
  Numbers numbers;
};
struct SumByReply {
  Numbers numbers;
  troupe::Reply<long> reply{};  // ask() fills it in, and yields what it is answered with
};
struct PrintSum {
  Numbers numbers;
};
struct SumNever {
  Numbers numbers;
};

class Adder {
 public:
  long on(const Sum& message) const { return add(message.numbers); }

  // The right to answer is an object: it may be kept, or passed on to whoever knows the answer.
  void on(SumByReply&& message) const { message.reply.answer(add(message.numbers)); }

  void on(const PrintSum& message) const { std::printf("printed by the actor: %ld\n", add(message.numbers)); }

  // As a second parameter the Reply needs no place in the message. Kept, it keeps the asker waiting.
  void on(const SumNever&, troupe::Reply<long> reply) { kept_ = std::move(reply); }

 private:
  static long add(const Numbers& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0L); }
  troupe::Reply<long> kept_;
};

int main() {
  using namespace std::chrono_literals;
  troupe::System system;
  const auto adder = system.spawn<Adder>();
  const Numbers numbers{1, 2, 3, 4};

  std::printf("returned: %ld\n", adder.ask<Sum>(numbers).get());

  std::printf("by a Reply in the message: %ld\n", adder.ask<SumByReply>(numbers).get());

  adder.tell<PrintSum>(numbers);  // nobody waits for it, but the next ask is handled after it
  std::printf("asked after it: %ld\n", adder.ask<Sum>(Numbers{20, 22}).get());

  const auto outcome = adder.try_ask<SumNever>(numbers).within(20ms).get();
  if (!outcome) {
    const troupe::AskError& error = outcome.error();
    std::printf("%s: %s\n", std::string(to_string(error.reason())).c_str(), error.what());
  }
}
