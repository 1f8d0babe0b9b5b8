// The program upkeep: hands its arguments to the command that they name.
#include <cstdio>

int main() {
  std::puts("upkeep");
  return 0;
}
