// What g++ and clang write becomes the same.
#include "type_names.hpp"

#include <gtest/gtest.h>

#include <troupe/detail/type_name.hpp>

namespace {

using troupe::sim::common_type_name;

namespace inner {
struct Order {};
}  // namespace inner
template <class T>
struct Box {};

TEST(TypeNames, BothRenderingsGiveOneName) {
  EXPECT_EQ(common_type_name("shop::{anonymous}::Order"), "shop::Order");
  EXPECT_EQ(common_type_name("shop::(anonymous namespace)::Order"), "shop::Order");
  EXPECT_EQ(common_type_name("Box<long unsigned int>"), common_type_name("Box<unsigned long>"));
  EXPECT_EQ(common_type_name("Box<long int>"), "Box<long>");
  EXPECT_EQ(common_type_name("along int"), "along int");
  EXPECT_EQ(common_type_name("Box<Box<int> >"), "Box<Box<int>>");
  EXPECT_EQ(common_type_name("const char *"), "const char*");
  EXPECT_EQ(common_type_name("std::__cxx11::basic_string<char>"), "std::basic_string<char>");
  EXPECT_EQ(common_type_name("troupe::v0::Started"), "troupe::Started");
}

TEST(TypeNames, ALocalClassIsNamedWithoutItsFunction) {
  EXPECT_EQ(common_type_name("{anonymous}::Suite_Case_Test::TestBody()::Order"), "Order");
  EXPECT_EQ(common_type_name("Box<run(int)::Order>"), "Box<Order>");
  EXPECT_EQ(common_type_name("shop::run(T) [with T = Box<int>]::Order"), "Order");
  EXPECT_EQ(common_type_name("Box<A::f() const::Order>"), "Box<Order>");
}

TEST(TypeNames, WhatThisCompilerWritesIsWhatIsExpectedOfAll) {
  struct Local {};
  EXPECT_EQ(common_type_name(troupe::detail::type_name<inner::Order>()), "inner::Order");
  EXPECT_EQ(common_type_name(troupe::detail::type_name<Local>()), "Local");
  EXPECT_EQ(common_type_name(troupe::detail::type_name<Box<Box<unsigned long>>>()),
            "Box<Box<unsigned long>>");
  EXPECT_EQ(common_type_name(troupe::detail::type_name<Box<Box<const Local*>>>()), "Box<Box<const Local*>>");
  EXPECT_EQ(common_type_name(troupe::detail::type_name<std::string>()), "std::basic_string<char>");
}

}  // namespace
