// rejected: it compiles
// expect: anything
int main() {}
