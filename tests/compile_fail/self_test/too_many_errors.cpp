// rejected: it has 2 errors, expected at most 1
// expect: troupe: too small
// errors: 1
static_assert(sizeof(char) > 1, "troupe: too small");
int number = unknown;
