// rejected: it opens neither
int number = unknown;
