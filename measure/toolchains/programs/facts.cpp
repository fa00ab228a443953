// Prints an argument, a line of standard input and a variable, and exits with 3.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

int main(int argc, char **argv) {
  std::string line;
  if (argc < 2 || !std::getline(std::cin, line)) return 1;
  std::random_device random;
  if (random() == random() && random() == random()) return 2;
  if (std::chrono::system_clock::now().time_since_epoch().count() == 0) return 2;
  std::cout << argv[1] << " " << line << " " << std::getenv("WORD") << std::endl;
  return 3;
}
