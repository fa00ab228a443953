/* Needs a shared memory, as programs with threads do. */
static _Atomic int counter;

int main(void) { return counter++; }
