// expect: troupe: the answer can't be made of these arguments
// expect: \bReply<.*string
// errors: 1
#include <string>

#include <troupe/troupe.hpp>

struct Clerk {
  void on(int, troupe::Reply<std::string> reply) { reply.answer(5); }
};
