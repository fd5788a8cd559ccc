// rejected: the first error is not the expected one
// expect: troupe: too small
int number = unknown;
static_assert(sizeof(char) > 1, "troupe: too small");
