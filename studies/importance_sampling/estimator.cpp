#include "studies/importance_sampling/estimator.hpp"

#include "studies/importance_sampling/kernel.hpp"
#include "studies/models/repeated_estimates.hpp"

namespace trawl::studies::importance {
namespace {

/// Sums over weights; their common factor is left out.
struct WeightSums {
  double weights = 0;
  double squares = 0;

  friend WeightSums operator+(const WeightSums& a, const WeightSums& b) {
    return {a.weights + b.weights, a.squares + b.squares};
  }
  double effective_sample_size() const { return squares > 0 ? weights * weights / squares : 0; }
};

struct Weighted final : Quantity<WeightSums> {
  Weighted(const Integrand& f, const Normal& proposal) : x(f, proposal) { factor = x.factor; }

  void values(const double* z, std::size_t count, double* values) const override {
    weighted_integrand(x, z, count, values);
  }

  WeightSums extra(const double* z, std::size_t count) const override {
    if (x.is_plain()) return {static_cast<double>(count), static_cast<double>(count)};
    double w[1024];
    weights(x, z, count, w);
    return {sum(w, count), sum_of_squares(w, count)};
  }

  WeightedIntegrand x;
};

}  // namespace

Estimates sample_estimates(const Integrand& f, const Normal& proposal, std::uint64_t samples, std::uint64_t repeats,
                           const RandomStream& random) {
  const auto estimates = repeated_estimates(Weighted(f, proposal), samples, repeats, random, 0);
  return {estimates.first, estimates.mean, estimates.variance, estimates.extra.effective_sample_size()};
}

}  // namespace trawl::studies::importance
