// expect: troupe: each worker of a broadcasting pool gets a copy
// expect: \bParcel\b
// errors: 1
#include <memory>

#include <troupe/troupe.hpp>

struct Parcel {
  std::unique_ptr<int> content;
};
struct Post {
  void on(Parcel) {}
};

void send(troupe::Ref<troupe::Pool<Post, troupe::Broadcast>> all) { all.tell<Parcel>(); }
