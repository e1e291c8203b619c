// The exact law of a reverse chain's samples with the ideal predictor, by propagating densities: no random numbers.
//
// A step with noise turns the density g on a grid into the mixture  g'(y) = sum_j h g(z_j) N(y; m(z_j), sigma^2),
// the trapezium rule for its integral, which is exact to rounding because h is far below sigma. Steps without noise
// after it (the last one, or all of them) are composed to one increasing map M: the sample is M(z), z ~ g.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <vector>

#include "studies/diffusion/ideal.hpp"
#include "studies/diffusion/kernels.hpp"

namespace trawl::studies::diffusion {

class LimitLaw {
 public:
  explicit LimitLaw(const Parameters& p);

  double mean() const {
    return moment([](double y) { return y; });
  }
  double sd() const {
    const double centre = mean();
    return std::sqrt(moment([centre](double y) { return (y - centre) * (y - centre); }));
  }
  double cdf(double y) const;
  double wasserstein_1() const;
  double ks() const;
  double total_variation() const;  ///< only if the last step has noise

  /// Where the steps without noise at the end of the chain take each z.
  std::vector<double> ends_of(std::vector<double> z) const;

 private:
  static constexpr double limit = 8;
  static constexpr double coarse = 0.01;  ///< grid of the density
  static constexpr double fine = 4e-5;    ///< grid of the distances
  static constexpr std::size_t every = 5;

  template <class Function>
  double moment(Function function) const;
  double density(double y) const;       ///< g(y)
  double distribution(double y) const;  ///< integral of g up to y, from sums
  double interpolated(double y) const;  ///< the same by cubic interpolation
  void take(const Step& step, const IdealPrediction& ideal);

  template <class Term>
  double sum_near(double y, Term term) const;

  std::vector<double> centre_{0.0};  ///< m(z_j), increasing
  std::vector<double> weight_{1.0};
  double sigma_ = 1;          ///< the start is N(0, 1)
  std::vector<Step> silent_;  ///< steps after the last noise
  std::vector<IdealPrediction> silent_ideal_;
  std::vector<double> grid_cdf_;  ///< on the coarse grid
  std::vector<double> grid_pdf_;
  std::vector<double> z_;         ///< fine grid
  std::vector<double> fine_pdf_;  ///< on every 5th point of the fine grid
  std::vector<double> end_;       ///< M(z_)
};

inline LimitLaw::LimitLaw(const Parameters& p) {
  for (const Step& step : make_chain(p)) {
    const IdealPrediction ideal(target_of(p.sampler), p.beta, step.trained_at);
    if (step.sigma == 0) {
      silent_.push_back(step);
      silent_ideal_.push_back(ideal);
    } else {
      if (!silent_.empty()) throw std::logic_error("noise after a step without noise");
      take(step, ideal);
    }
  }
  for (double z = -limit; z <= limit + coarse; z += coarse) {
    grid_cdf_.push_back(distribution(z));
    grid_pdf_.push_back(density(z));
  }
  for (double z = -limit; z < limit; z += fine) z_.push_back(z);
  end_ = ends_of(z_);
  for (std::size_t i = 0; i < z_.size(); i += every) fine_pdf_.push_back(density(z_[i]));
  if (!std::is_sorted(end_.begin(), end_.end())) throw std::logic_error("the map is not increasing");
}

inline void LimitLaw::take(const Step& step, const IdealPrediction& ideal) {
  std::vector<double> centre;
  std::vector<double> weight;
  for (double z = -limit; z <= limit; z += coarse) {
    centre.push_back(step.of_z * z + step.of_prediction * ideal(z));
    weight.push_back(coarse * density(z));
  }
  if (!std::is_sorted(centre.begin(), centre.end())) throw std::logic_error("the map is not increasing");
  centre_ = centre;
  weight_ = weight;
  sigma_ = step.sigma;
}

/// Sum of weight * term((y - centre) / sigma) over the centres within 9 sigma of y.
template <class Term>
double LimitLaw::sum_near(double y, Term term) const {
  const auto from = std::lower_bound(centre_.begin(), centre_.end(), y - 9 * sigma_) - centre_.begin();
  const auto to = std::upper_bound(centre_.begin(), centre_.end(), y + 9 * sigma_) - centre_.begin();
  double sum = 0;
  for (auto j = from; j < to; ++j) sum += weight_[j] * term((y - centre_[j]) / sigma_);
  return sum;
}

inline double LimitLaw::density(double y) const {
  const double unit = sigma_ * std::sqrt(2 * std::numbers::pi);
  return sum_near(y, [](double u) { return std::exp(-0.5 * u * u); }) / unit;
}

inline double LimitLaw::distribution(double y) const {
  double sum = sum_near(y, [](double u) { return 0.5 * std::erfc(-u / std::numbers::sqrt2); });
  for (std::size_t j = 0; j < centre_.size() && centre_[j] < y - 9 * sigma_; ++j) sum += weight_[j];
  return sum;
}

inline double LimitLaw::interpolated(double y) const {
  const double place = (y + limit) / coarse;
  const auto i = std::min(static_cast<std::size_t>(place), grid_cdf_.size() - 2);
  const double u = place - static_cast<double>(i);
  const double v = 1 - u;
  return v * v * (1 + 2 * u) * grid_cdf_[i] + u * u * (1 + 2 * v) * grid_cdf_[i + 1] +
         coarse * u * v * (v * grid_pdf_[i] - u * grid_pdf_[i + 1]);
}

inline std::vector<double> LimitLaw::ends_of(std::vector<double> z) const {
  alignas(64) double block[block_size] = {};
  for (std::size_t first = 0; first < z.size(); first += block_size) {
    const std::size_t size = std::min(block_size, z.size() - first);
    std::copy_n(z.begin() + first, size, block);
    for (std::size_t k = 0; k < silent_.size(); ++k) advance(silent_[k], silent_ideal_[k], nullptr, block, size);
    std::copy_n(block, size, z.begin() + first);
  }
  return z;
}

template <class Function>
double LimitLaw::moment(Function function) const {
  double sum = 0;
  for (std::size_t i = 0; i < fine_pdf_.size(); ++i) sum += fine_pdf_[i] * function(end_[i * every]);
  return sum * fine * every;
}

inline double LimitLaw::cdf(double y) const {
  const auto above = std::upper_bound(end_.begin(), end_.end(), y) - end_.begin();
  if (above == 0) return 0;
  if (above == static_cast<std::ptrdiff_t>(end_.size())) return 1;
  const double share = (y - end_[above - 1]) / (end_[above] - end_[above - 1]);
  return interpolated(z_[above - 1] + share * fine);
}

inline double LimitLaw::wasserstein_1() const {
  // What the truth has outside the range of the samples, then the range itself.
  double area = 0;
  for (double y = -limit; y < end_.front(); y += fine) area += fine * diffusion::cdf(true_distribution, y);
  for (double y = limit; y > end_.back(); y -= fine) area += fine * (1 - diffusion::cdf(true_distribution, y));
  double before = 0;
  for (std::size_t i = 0; i < z_.size(); ++i) {
    const double gap = std::abs(interpolated(z_[i]) - diffusion::cdf(true_distribution, end_[i]));
    if (i > 0) area += 0.5 * (before + gap) * (end_[i] - end_[i - 1]);
    before = gap;
  }
  return area;
}

inline double LimitLaw::ks() const {
  double largest = 0;
  for (std::size_t i = 0; i < z_.size(); ++i) {
    largest = std::max(largest, std::abs(interpolated(z_[i]) - diffusion::cdf(true_distribution, end_[i])));
  }
  return largest;
}

inline double LimitLaw::total_variation() const {
  const double step = 2e-4;
  double sum = 0;
  for (double y = -limit; y < limit; y += step) sum += std::abs(density(y) - pdf(true_distribution, y));
  return 0.5 * step * sum;
}

}  // namespace trawl::studies::diffusion
