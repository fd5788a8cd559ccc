#include "observe/describe.hpp"
#include <future>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <troupe/errors.hpp>

namespace troupe::inline v0::detail {
namespace {

template <class E>
std::string described(E&& error) {
  return describe_exception(std::make_exception_ptr(std::forward<E>(error)));
}

struct Named {
  virtual ~Named() = default;
  std::string name = "a name that lies before the exception";
};
/// Its std::exception isn't where it begins itself.
struct Behind : Named, std::runtime_error {
  Behind() : std::runtime_error("behind") {}
};
struct Left : virtual std::exception {
  const char* what() const noexcept override { return "left"; }
};
struct Right : virtual std::exception {};
/// One std::exception, which two share.
struct Shared : Left, Right {
  const char* what() const noexcept override { return "shared"; }
};
/// Two of them: no handler for a std::exception catches it.
struct Twice : std::runtime_error, std::bad_alloc {
  Twice() : std::runtime_error("twice") {}
};
/// Nor this one.
struct Hidden : private std::runtime_error {
  Hidden() : std::runtime_error("hidden") {}
};
struct Silent : std::exception {
  const char* what() const noexcept override { return ""; }
};

TEST(DescribeException, HasItsClassAndItsText) {
  EXPECT_EQ(described(std::runtime_error("out of paper")), "std::runtime_error: out of paper");
  EXPECT_EQ(described(UsageError("no")), "troupe::UsageError: no");
  EXPECT_EQ(described(std::future_error(std::future_errc::no_state)).substr(0, 19), "std::future_error: ");
  EXPECT_EQ(described(Silent()).find(": "), std::string::npos);
  EXPECT_EQ(describe_exception(nullptr), "no exception");
}

TEST(DescribeException, FindsTheTextWhereverInItsObjectItIs) {
  EXPECT_TRUE(described(Behind()).ends_with("Behind: behind")) << described(Behind());
  EXPECT_TRUE(described(Shared()).ends_with("Shared: shared")) << described(Shared());
}

TEST(DescribeException, OfWhatIsNoStdExceptionHasTheClassAlone) {
  EXPECT_EQ(described(42), "int");
  EXPECT_EQ(described(static_cast<const char*>("text")), "char const*");
  std::runtime_error pointed_at("not thrown itself");
  EXPECT_EQ(described(&pointed_at), "std::runtime_error*");
  EXPECT_TRUE(described(Twice()).ends_with("Twice")) << described(Twice());
  EXPECT_TRUE(described(Hidden()).ends_with("Hidden")) << described(Hidden());
}

TEST(DescribeException, ThatIsBeingHandledIsTheSame) {
  try {
    throw std::out_of_range("9");
  } catch (...) {
    EXPECT_EQ(describe_exception(std::current_exception()), "std::out_of_range: 9");
  }
}

}  // namespace
}  // namespace troupe::inline v0::detail
