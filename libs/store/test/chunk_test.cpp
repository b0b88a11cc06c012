// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <random>

#include "columns.h"
#include "sample_chunk.h"

namespace erg::store {
namespace {

using Numbers = std::vector<std::int64_t>;

struct Samples {
  Numbers times;
  Numbers counts;
};

Samples decoded(const Bytes& chunk, std::size_t samples) {
  std::vector<Timestamp> times(samples);
  Samples out;
  out.counts.resize(samples);
  decode_samples(chunk, times, out.counts);
  for (const auto time : times) out.times.push_back(time.time_since_epoch().count());
  return out;
}

void expect_round_trip(const Samples& samples) {
  const Bytes chunk = encode_samples(samples.times, samples.counts);
  const Samples back = decoded(chunk, samples.times.size());
  EXPECT_EQ(back.times, samples.times);
  EXPECT_EQ(back.counts, samples.counts);
}

// A reading each 20 ms with a jitter of 20 us, and noise of 2 W in mW.
Samples noisy_card(std::size_t size) {
  std::mt19937_64 random{7};
  std::normal_distribution<double> noise_mw{0, 2000};
  std::uniform_int_distribution<std::int64_t> jitter_us{-20, 20};
  Samples card;
  for (std::size_t i = 0; i < size; ++i) {
    card.times.push_back(static_cast<std::int64_t>(i) * 20'000'000 + jitter_us(random) * 1000);
    card.counts.push_back(static_cast<std::int64_t>(380'000 + noise_mw(random)));
  }
  return card;
}

TEST(Chunk, GivesBackEverySeries) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const Numbers series[] = {{5},
                            {0, 0, 0, 0},
                            {1, 2, 3, 4},
                            {kLeast, kMost},
                            {kMost, kLeast, 0, -1},
                            {0, kLeast},
                            {7, -7, 7, -7, 70},
                            {0, 1, 4, 9, 16, 25},
                            {10, 20, 30, 41},
                            {-3, -2, -2, 1'000'000'007}};
  for (const auto& each : series) {
    Numbers rising(each.size());
    std::iota(rising.begin(), rising.end(), -2);
    expect_round_trip({rising, each});
    expect_round_trip({each, rising});
  }
  expect_round_trip({});
}

TEST(Chunk, GivesBackWhatIsRandom) {
  std::mt19937_64 random{11};
  for (int round = 0; round < 200; ++round) {
    Samples samples;
    const unsigned shift = static_cast<unsigned>(random() % 64);
    std::int64_t now = static_cast<std::int64_t>(random() >> 8U);
    for (std::uint64_t left = random() % 3000; left > 0; --left) {
      now += static_cast<std::int64_t>(random() % 50'000'000 + 1);
      samples.times.push_back(now);
      samples.counts.push_back(static_cast<std::int64_t>(random() >> shift));
    }
    expect_round_trip(samples);
  }
}

// 5.4 bits of jitter and 13 of noise are 2.3 bytes.
TEST(Chunk, TakesLittleMoreThanTheEntropy) {
  constexpr std::size_t kSize = 65'536;
  const Samples card = noisy_card(kSize);
  const double bytes = static_cast<double>(encode_samples(card.times, card.counts).size());
  EXPECT_LT(bytes / kSize, 2.45);
}

// The bytes of docs/formats/database.md: the steps of format 1 are whole.
TEST(Chunk, ReadsBothFormats) {
  for (const std::uint8_t format : Bytes{1, 2}) {
    BodyWriter writer;
    writer.varint(3);
    const std::uint64_t step = format == 1 ? 4 : (std::uint64_t{4} << 16U) + 0x8000;
    const auto series = [&](std::uint64_t prediction, std::vector<std::uint64_t> residuals) {
      writer.varint(prediction);
      writer.varint(zigzag(100));
      writer.varint(10);  // the unit
      writer.varint(zigzag(step));
      writer.planes(residuals);
    };
    series(0, {zigzag(1), 0});
    series(2, {0, zigzag(static_cast<std::uint64_t>(-1))});
    Bytes chunk = writer.finish();
    chunk[0] = format;
    const Samples samples = decoded(chunk, 3);
    const Numbers line = format == 1 ? Numbers{100, 150, 180} : Numbers{100, 150, 190};
    EXPECT_EQ(samples.times, line) << int{format};
    EXPECT_EQ(samples.counts, (Numbers{100, 140, 170})) << int{format};
  }
}

TEST(Chunk, RefusesAnUnknownFormatAndAnotherNumberOfSamples) {
  Bytes chunk = encode_samples(Numbers{1, 2}, Numbers{3, 4});
  EXPECT_THROW(decoded(chunk, 3), StoreError);
  for (const std::uint8_t format : Bytes{0, 3, 255}) {
    chunk[0] = format;
    EXPECT_THROW(decoded(chunk, 2), StoreError);
  }
  EXPECT_THROW(decoded({}, 0), StoreError);
}

// Whatever the bytes, a chunk is read or refused: the sanitizers watch.
TEST(Chunk, SurvivesDamage) {
  std::mt19937_64 random{3};
  const Samples card = noisy_card(200);
  const Bytes whole = encode_samples(card.times, card.counts);
  const Bytes body = decompress(std::span{whole}.subspan(1));
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    Bytes damaged = body;
    for (int i = 0; i < 3; ++i) {
      damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
    }
    damaged.resize(random() % 2 == 0 ? damaged.size() : random() % damaged.size());
    Bytes chunk{static_cast<std::uint8_t>(1 + round % 2)};
    const Bytes packed = compress(damaged);
    chunk.insert(chunk.end(), packed.begin(), packed.end());
    if (round % 5 == 0) chunk[random() % chunk.size()] ^= 0x10U;
    try {
      decoded(chunk, 200);
    } catch (const StoreError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace erg::store
