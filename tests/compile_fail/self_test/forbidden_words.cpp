// rejected: the output holds /assert/
// expect: troupe: too small
// not: assert
static_assert(sizeof(char) > 1, "troupe: too small");
