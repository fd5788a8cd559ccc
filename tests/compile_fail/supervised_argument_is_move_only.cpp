// expect: troupe: a supervised actor is built anew when it is restarted, from copies of its arguments
// expect: \bStore\b
// errors: 1
#include <memory>
#include <utility>

#include <troupe/troupe.hpp>

struct Store {
  explicit Store(std::unique_ptr<int> own) : value(std::move(own)) {}
  void on(int) {}
  std::unique_ptr<int> value;
};

void start(troupe::Supervisor shop) { shop.spawn<Store>(std::make_unique<int>(1)); }
