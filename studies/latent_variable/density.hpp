// p(x) = integral of p(z) p(x|z) dz and the posterior p(z|x), on grids of z.
#pragma once

#include <vector>

#include "studies/latent_variable/model.hpp"

namespace trawl::studies::latent {

/// Latent values lower + i step, i < size, with f and ln p(z) at each; padded to a multiple of 8 with values of no
/// weight.
class Grid {
 public:
  Grid(const Map& map, double lower, double step, std::size_t size);

  /// Whether Grid(map, lower, step, size) is this one.
  bool is(const Map& map, double lower, double step, std::size_t size) const {
    return map.offset2 == offset2_ && lower == lower_ && step == step_ && size == size_;
  }

  std::size_t size() const { return size_; }
  std::size_t padded_size() const { return z_.size(); }
  double step() const { return step_; }
  const double* z() const { return z_.data(); }
  const double* f1() const { return f1_.data(); }
  const double* f2() const { return f2_.data(); }
  const double* log_prior() const { return log_prior_.data(); }

 private:
  double offset2_, lower_, step_;
  std::size_t size_;
  std::vector<double> z_, f1_, f2_, log_prior_;
};

struct Posterior {
  double log_density;     ///< ln of the sum of p(z_i) p(x|z_i) times the step
  double mean, variance;  ///< of z
  double largest_mass;    ///< the largest of the probabilities of the z_i, which sum to one
  double largest_log;     ///< of the unnormalised logarithms
};

/// Leaves the unnormalised logarithms ln p(z_i) - |x - f_i|^2 / (2 sigma_sq) in `logs`; allocates only to enlarge it.
Posterior posterior_on(const Grid& grid, const Point& x, double sigma_sq, std::vector<double>& logs);

/// density[i] = p(z_i | x), given ln p(x).
void posterior_density(const Grid& grid, const Point& x, double sigma_sq, double log_density,
                       std::vector<double>& scratch, double* density);

/// The grid of the trapezoidal rule over [-9, 9]: p(z) p(x|z) is smooth and vanishes at the ends, so that it converges
/// faster than any power once its step, sigma / 8 and at most 0.05, resolves p(x|z), whose width is at least sigma / 4.
bool is_quadrature_grid(const Grid& grid, const Map& map, double sigma_sq);
Grid quadrature_grid(const Map& map, double sigma_sq);

/// Where p(z|x) is largest: Newton's method from every local maximum on a quadrature grid that may be it; `logs` and
/// `largest` as posterior_on() left them there.
double posterior_mode(const Grid& grid, const Map& map, const Point& x, double sigma_sq,
                      const std::vector<double>& logs, double largest);

/// Mean and covariance of x.
struct Moments {
  Point mean;
  double variance1, variance2, covariance;
};
Moments moments(const Grid& quadrature, double sigma_sq);

/// E[ln p(x)], x drawn from the model: the trapezoidal rule over x with step sigma / 2, 7 sigma beyond all f.
double expected_log_density(const Grid& quadrature, double sigma_sq);

}  // namespace trawl::studies::latent
