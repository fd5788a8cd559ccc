// expect: troupe: every\(\) sends a copy
// expect: \bParcel\b
// errors: 1
#include <memory>

#include <troupe/troupe.hpp>

struct Parcel {
  std::unique_ptr<int> content;
};
class Post : public troupe::Actor<Post> {
 public:
  void on(Parcel) {}
  void on(int) { every(std::chrono::seconds(1), Parcel{}); }
};
