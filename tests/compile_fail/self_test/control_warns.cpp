// rejected: it must compile without a warning
// compiles
void f(int unused) {}
