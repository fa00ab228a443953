/* Prints an argument, a line of standard input and a variable, and exits with 3. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  char line[64] = "";
  unsigned char random[8];
  if (argc < 2 || scanf("%63s", line) != 1) return 1;
  if (getentropy(random, sizeof random) != 0 || time(NULL) < 1700000000) return 2;
  printf("%s %s %s\n", argv[1], line, getenv("WORD"));
  return 3;
}
