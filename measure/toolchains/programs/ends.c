/* Ends as END says. */
#include <stdlib.h>

int main(void) {
#if END == 1
  abort();
#elif END == 2
  for (;;) {
    volatile char *more = malloc(1 << 20);
    if (!more) abort();
    *more = 1;
  }
#elif END == 3
  exit(200);
#endif
}
