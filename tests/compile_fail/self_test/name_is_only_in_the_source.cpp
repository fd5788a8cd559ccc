// rejected: the first diagnostic lacks /Counter/
// expect: troupe: too small
// expect: Counter
static_assert(sizeof(char) > 1, "troupe: too small");  // Counter
static_assert(sizeof(char) > 2, "troupe: Counter");
