/* Computes with floating-point numbers for some twenty milliseconds. */
#include <stdio.h>

int main(void) {
  volatile double start = 0.51;
  double x = start, sum = 0;
  for (int step = 0; step < 4000000; step++) {
    x = 3.7 * x * (1 - x);
    sum += x;
  }
  printf("%.3f\n", sum);
  return 0;
}
