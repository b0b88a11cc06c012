// SPDX-License-Identifier: Apache-2.0
#include <thread>

// A data race for TSan and an overflow for UBSan; harmless without them.
int main() {
  int shared = 0x7fffffff;
  std::thread racer{[&] { ++shared; }};
  ++shared;
  racer.join();
}
