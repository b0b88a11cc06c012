// SPDX-License-Identifier: Apache-2.0
// Foreign bytes, changed at random with fixed seeds: the readers give a network or a message, and
// ask for no memory that the bytes do not justify. The rest is for the sanitizers and the timeout
// to see.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <random>
#include <stdexcept>
#include <string>

#include "erg/catalogue.h"
#include "erg/count.h"
#include "erg/network_file.h"
#include "erg/onnx.h"
#include "onnx_bytes.h"

namespace {
std::atomic<std::size_t> largest_request{0};

void* counted(std::size_t size) noexcept {
  std::size_t largest = largest_request.load();
  while (size > largest && !largest_request.compare_exchange_weak(largest, size)) {
  }
  return std::malloc(size);
}
}  // namespace

#if defined(__GNUC__) && !defined(__clang__)
// Where it inlines these, GCC takes malloc's memory for operator new's.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
// Every form that may be met with the plain operator delete, so that none is paired with another's.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new(std::size_t size) {
  if (void* memory = counted(size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace erg {
namespace {

constexpr std::size_t kMostAtOnce = 16 << 20;  // of samples of a few kB

std::string mutated(std::string bytes, std::mt19937_64& random) {
  using namespace std::string_view_literals;
  constexpr auto kTelling = "\x00\x01\x7f\x80\xff\x0a\x12\x3a-0123456789eE[]{}\",:"sv;
  for (std::size_t changes = 1 + random() % 4; changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 5) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes[at] = kTelling[random() % kTelling.size()];
        break;
      case 2:
        bytes.insert(at, bytes.substr(at / 2, random() % 16));
        break;
      case 3:
        bytes.insert(at, random() % 2 ? "99999999999" : "\xff\xff\xff\xff\x0f");
        break;
      default:
        bytes.erase(at, 1 + random() % 8);
    }
  }
  return bytes;
}

// Of `rounds` mutations, how many could still be read and counted.
template <class Read>
int survivors(const std::string& sample, int rounds, Read read) {
  std::mt19937_64 random{sample.size()};
  int survived = 0;
  largest_request = 0;
  for (int i = 0; i < rounds; ++i) {
    const std::string bytes = mutated(sample, random);
    try {
      count(read(bytes));
      ++survived;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(std::string_view{error.what()}.find('\n'), std::string_view::npos) << error.what();
    }
  }
  EXPECT_LT(largest_request, kMostAtOnce);
  return survived;
}

TEST(Mutations, OfJsonAreReadOrRefused) {
  for (const char* name : {"lenet5", "googlenet_1x1_b1", "gpt_small"}) {
    const int survived = survivors(to_json(make_network(name)), 400, [](const std::string& text) {
      return network_from_json(text, "changed");
    });
    EXPECT_GT(survived, 0) << name;
    EXPECT_LT(survived, 400) << name;
  }
}

TEST(Mutations, OfOnnxAreReadOrRefused) {
  using namespace onnx_bytes;
  const std::string shapes =
      model(initializer(tensor("w", {6, 12})) + initializer(integers("two", {2})) +
            initializer(integers("cut", {0, 0, 3, -1})) + node("MatMul", {"x", "w"}, "m") +
            node("Shape", {"m"}, "s") + node("Slice", {"s", "two", "end"}, "last") +
            initializer(integers("end", {3})) + node("Reshape", {"m", "cut"}, "r") +
            node("Transpose", {"r"}, "t", attribute("perm", Dims{2, 0, 1, 3})) +
            node("Gather", {"t", "index"}, "g", attribute("axis", 0)) +
            initializer(integers("index", {0, 1})) +
            node("Concat", {"g", "g"}, "c", attribute("axis", 3)) +
            node("Softmax", {"c"}, "y", attribute("axis", -1)) + input("x", {2, 5, 6}) +
            output("y") + output("last"));
  for (const std::string& sample : {model(small_graph()), shapes}) {
    const int survived = survivors(
        sample, 6000, [](const std::string& bytes) { return network_from_onnx(bytes, "changed"); });
    EXPECT_GT(survived, 0);
    EXPECT_LT(survived, 6000);
  }
}

}  // namespace
}  // namespace erg
