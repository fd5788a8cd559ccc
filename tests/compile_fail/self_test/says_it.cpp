// expect: troupe: Box holds no references
// expect: Box<int ?&>
// not: no matching function
// errors: 1
template <class T>
struct Box {
  static_assert(!__is_same(T, int&), "troupe: Box holds no references");
};

Box<int&> box;
