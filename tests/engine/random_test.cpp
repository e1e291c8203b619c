#include "engine/random.hpp"

#include <Random123/philox.h>
#undef philox4x32  // Random123's macro
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include "engine/random_reference.hpp"
#include "tests/engine/vector_targets.hpp"

namespace trawl {
namespace {

using Words = std::array<std::uint32_t, 4>;

TEST(Philox, gives_the_known_answers_of_random123) {
  // philox4x32 10 in Random123's kat_vectors.
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, agrees_with_random123_on_a_thousand_counters) {
  Words counter{1, 2, 3, 4};
  std::array<std::uint32_t, 2> key{5, 6};
  for (int i = 0; i < 1000; ++i) {
    const auto expected = r123::Philox4x32()({{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
    const Words words = philox4x32(counter, key);
    for (std::size_t k = 0; k < 4; ++k) ASSERT_EQ(words[k], expected[k]);
    key = {words[1], counter[2]};
    counter = words;
  }
}

TEST(RandomStream, lays_seed_index_stream_and_block_out_as_documented) {
  const RandomStream random(0x1111222233334444, 0x5555666677778888);
  EXPECT_EQ(random.block(0x9abc, 0xdef012345678),
            philox4x32({0x12345678, 0x9abcdef0, 0x77778888, 0x55556666}, {0x33334444, 0x11112222}));
}

TEST(RandomStream, makes_uniforms_from_the_top_52_bits_of_half_blocks) {
  const RandomStream random(17, 3);
  std::vector<double> draws(4);
  random.uniform(2, 0, draws);
  for (std::size_t i = 0; i < 4; ++i) {
    const Words words = random.block(2, i / 2);
    const std::uint64_t half = words[i % 2 * 2] | std::uint64_t{words[i % 2 * 2 + 1]} << 32;
    EXPECT_EQ(draws[i], (2.0 * static_cast<double>(half >> 12) + 1) / 0x1p53);
  }
}

TEST(RandomStream, makes_normals_by_box_muller_on_the_uniforms_of_a_block) {
  const RandomStream random(17, 3);
  std::vector<double> u(2000), z(2000);
  random.uniform(0, 0, u);
  random.normal(0, 0, z);
  for (std::size_t i = 0; i < u.size(); i += 2) {
    const double radius = std::sqrt(-2 * std::log(u[i]));
    EXPECT_NEAR(z[i], radius * std::cos(2 * std::acos(-1) * u[i + 1]), 1e-14);
    EXPECT_NEAR(z[i + 1], radius * std::sin(2 * std::acos(-1) * u[i + 1]), 1e-14);
  }
}

TEST(RandomStream, reads_the_same_bits_at_any_offset_and_length_on_every_target) {
  const RandomStream random(0xfedcba9876543210, 0x123456789abcdef0);
  int targets = 0;
  for_each_vector_target([&] {
    ++targets;
    for (const std::uint64_t first : {0ull, 1ull, 2ull, 7ull, 1001ull, (1ull << 33) - 5, (1ull << 49) - 300})
      for (const std::size_t count : {0u, 1u, 2u, 3u, 15u, 16u, 17u, 31u, 32u, 33u, 47u, 64u, 65u, 255u}) {
        std::vector<double> bulk(count), plain(count);
        random.uniform(65279, first, bulk);
        reference::uniform(random, 65279, first, plain);
        ASSERT_EQ(bulk, plain) << first << ' ' << count;
        random.normal(65279, first, bulk);
        reference::normal(random, 65279, first, plain);
        ASSERT_EQ(bulk, plain) << first << ' ' << count;
      }
  });
  EXPECT_GE(targets, 1);
}

TEST(RandomStream, differs_between_seeds_indices_and_streams) {
  std::set<double> firsts;
  for (std::uint64_t seed = 0; seed < 4; ++seed)
    for (std::uint64_t index = 0; index < 4; ++index)
      for (std::uint32_t stream = 0; stream < 4; ++stream) {
        double draw;
        RandomStream(seed, index).uniform(stream, 0, {&draw, 1});
        firsts.insert(draw);
      }
  EXPECT_EQ(firsts.size(), 64u);
}

/// Kolmogorov-Smirnov distance between a sample and a cdf.
template <class Cdf>
double ks_distance(std::vector<double> sample, Cdf cdf) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double distance = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const auto rank = static_cast<double>(i);
    const double at = cdf(sample[i]);
    distance = std::max({distance, (rank + 1) / n - at, at - rank / n});
  }
  return distance;
}

double mean_power(const std::vector<double>& sample, int power) {
  double sum = 0;
  for (const double x : sample) sum += std::pow(x, power);
  return sum / static_cast<double>(sample.size());
}

constexpr std::size_t draws = 1'000'000;
constexpr double root_draws = 1000;
// P(sqrt(n) D > 2.2) = 2 exp(-2 * 2.2^2) = 1.3e-4.
constexpr double ks_bound = 2.2 / root_draws;

TEST(RandomStream, is_uniform_in_a_million_draws) {
  std::vector<double> u(draws);
  RandomStream(1, 2).uniform(0, 0, u);
  EXPECT_GT(*std::min_element(u.begin(), u.end()), 0.0);
  EXPECT_LT(*std::max_element(u.begin(), u.end()), 1.0);
  // Five standard errors: Var u = 1/12, Var u^2 = 4/45.
  EXPECT_NEAR(mean_power(u, 1), 1.0 / 2, 5 * std::sqrt(1.0 / 12) / root_draws);
  EXPECT_NEAR(mean_power(u, 2), 1.0 / 3, 5 * std::sqrt(4.0 / 45) / root_draws);
  EXPECT_LT(ks_distance(u, [](double x) { return x; }), ks_bound);
}

TEST(RandomStream, is_standard_normal_in_a_million_draws) {
  std::vector<double> z(draws);
  RandomStream(1, 2).normal(0, 0, z);
  // Five standard errors: Var z^k = (2k-1)!! - ((k-1)!!)^2 for even k, (2k-1)!! for odd k.
  EXPECT_NEAR(mean_power(z, 1), 0, 5 * std::sqrt(1.0) / root_draws);
  EXPECT_NEAR(mean_power(z, 2), 1, 5 * std::sqrt(2.0) / root_draws);
  EXPECT_NEAR(mean_power(z, 3), 0, 5 * std::sqrt(15.0) / root_draws);
  EXPECT_NEAR(mean_power(z, 4), 3, 5 * std::sqrt(96.0) / root_draws);
  EXPECT_LT(ks_distance(z, [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }), ks_bound);
}

TEST(RandomStream, has_uncorrelated_neighbours_streams_and_indices) {
  std::vector<double> z(draws + 1), other_stream(draws), other_index(draws);
  RandomStream(1, 2).normal(0, 0, z);
  RandomStream(1, 2).normal(1, 0, other_stream);
  RandomStream(1, 3).normal(0, 0, other_index);
  const double bound = 5 / root_draws;  // five standard errors: the product of two normals has variance 1
  const auto correlation = [&](const double* a, const double* b) {
    return std::inner_product(a, a + draws, b, 0.0) / static_cast<double>(draws);
  };
  EXPECT_NEAR(correlation(z.data(), z.data() + 1), 0, bound);
  EXPECT_NEAR(correlation(z.data(), other_stream.data()), 0, bound);
  EXPECT_NEAR(correlation(z.data(), other_index.data()), 0, bound);
}

TEST(RandomSequence, reads_the_uniforms_of_its_stream_in_order) {
  const RandomStream random(5, 6);
  std::vector<double> u(11);
  random.uniform(4, 0, u);
  RandomSequence sequence(random, 4);
  for (const double expected : u) EXPECT_EQ(sequence.uniform(), expected);
}

TEST(RandomSequence, makes_each_normal_from_two_uniforms) {
  const RandomStream random(5, 6);
  std::vector<double> z(20);
  random.normal(4, 0, z);
  RandomSequence sequence(random, 4);
  for (std::size_t i = 0; i < z.size(); i += 2) EXPECT_EQ(sequence.normal(), z[i]);
}

TEST(RandomSequence, is_uniform_below_a_number) {
  RandomSequence sequence(RandomStream(1, 2), 0);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60000; ++i) ++counts[sequence.below(6)];
  double chi_squared = 0;
  for (const int count : counts) chi_squared += std::pow(count - 10000, 2) / 10000.0;
  EXPECT_LT(chi_squared, 25.7);  // 5 degrees of freedom: exceeded once in 10^4
  for (int i = 0; i < 100; ++i) EXPECT_EQ(sequence.below(1), 0u);
  // A quarter of all words must be rejected here.
  const std::uint64_t large = 3ull << 62;
  for (int i = 0; i < 100; ++i) EXPECT_LT(sequence.below(large), large);
}

TEST(RandomSequence, shuffles_into_every_order_equally_often) {
  RandomSequence sequence(RandomStream(1, 2), 0);
  std::map<std::array<int, 3>, int> counts;
  for (int i = 0; i < 60000; ++i) {
    std::array<int, 3> values{0, 1, 2};
    sequence.shuffle(std::span<int>(values));
    ++counts[values];
  }
  ASSERT_EQ(counts.size(), 6u);
  double chi_squared = 0;
  for (const auto& [order, count] : counts) chi_squared += std::pow(count - 10000, 2) / 10000.0;
  EXPECT_LT(chi_squared, 25.7);  // 5 degrees of freedom: exceeded once in 10^4
}

}  // namespace
}  // namespace trawl
