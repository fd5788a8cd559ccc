// What ThreadSanitizer may not report, in every program that is built with it.
//
// It doesn't see the reference counts of exceptions and of their texts, which the C++ library's binary keeps:
// who destroys the last reference seems to race with all who held one. Names are matched, so it needs
// llvm-symbolizer: the preset tsan says where that is.
extern "C" const char* __tsan_default_suppressions() {
  return "race:std::__exception_ptr::exception_ptr::_M_release\n"
         "race:std::runtime_error::~runtime_error\n"
         "race:std::logic_error::~logic_error\n";
}
