/* Prints 16, from a multiplication of four numbers at once. */
#include <stdio.h>
#include <wasm_simd128.h>

int main(void) {
  volatile int four = 4;
  v128_t numbers = wasm_i32x4_make(1, 2, 3, four);
  printf("%d\n", wasm_i32x4_extract_lane(wasm_i32x4_mul(numbers, numbers), 3));
  return 0;
}
