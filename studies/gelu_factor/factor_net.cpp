#include "studies/gelu_factor/factor_net.hpp"

#include <cmath>

#include "engine/dense.hpp"
#include "engine/error.hpp"
#include "studies/gelu_factor/row_products.hpp"

namespace trawl::studies::gelu_factor {

void initialise(const FactorShape& shape, const RandomStream& random, std::uint32_t stream, std::span<double> params) {
  TRAWL_CHECK(params.size() == shape.parameter_count());
  random.uniform(stream, 0, params);
  const auto scale = [](double* part, std::size_t size, std::size_t inputs) {
    const double bound = 1.0 / std::sqrt(static_cast<double>(inputs));
    for (std::size_t i = 0; i < size; ++i) part[i] = bound * (2.0 * part[i] - 1.0);
  };
  const auto [d, m, hidden] = shape;
  const auto w = factor_weights(shape, params.data());
  scale(w.psi_hidden, d * hidden, d);
  scale(w.psi_hidden_bias, hidden, d);
  scale(w.psi_output, hidden * m, hidden);
  scale(w.psi_output_bias, m, hidden);
  scale(w.phi_hidden, d * hidden, d);
  scale(w.phi_hidden_bias, hidden, d);
  scale(w.phi_output, m * hidden, hidden);
  scale(w.phi_output_bias, m, hidden);
}

FactorWorkspace::FactorWorkspace(const FactorShape& shape, std::size_t pairs)
    : capacity(pairs),
      psi_rows(pairs * shape.hidden),
      phi_rows(pairs * shape.d * shape.hidden),
      psi(pairs * shape.m),
      psi_grad(pairs * shape.m),
      mixed(pairs * shape.hidden),
      mixed_grad(pairs * shape.hidden),
      psi_rows_grad(pairs * shape.hidden),
      offset(pairs),
      y(pairs * shape.d),
      transposed(shape.hidden * shape.m) {}

std::span<double> predict(const FactorShape& shape, std::span<const double> params, const Pairs& pairs,
                          FactorWorkspace& workspace) {
  TRAWL_CHECK(pairs.size <= workspace.capacity && params.size() == shape.parameter_count());
  const auto [d, m, hidden] = shape;
  const std::size_t n = pairs.size;
  const auto w = factor_weights(shape, params.data());
  FactorWorkspace& s = workspace;
  dense_forward({n, d, hidden}, pairs.vectors, w.psi_hidden, w.psi_hidden_bias, s.psi_rows.data(), Activation::relu);
  dense_forward({n, hidden, m}, s.psi_rows.data(), w.psi_output, w.psi_output_bias, s.psi.data());
  dense_forward({n, m, hidden}, s.psi.data(), w.phi_output, nullptr, s.mixed.data());
  dense_forward({n, m, 1}, s.psi.data(), w.phi_output_bias, nullptr, s.offset.data());
  dense_forward({n * d, d, hidden}, pairs.matrices, w.phi_hidden, w.phi_hidden_bias, s.phi_rows.data(),
                Activation::relu);
  row_products({n, d, hidden}, s.phi_rows.data(), s.mixed.data(), s.offset.data(), s.y.data());
  return {s.y.data(), n * d};
}

double loss_and_gradient(const FactorShape& shape, std::span<const double> params, const Pairs& pairs,
                         const double* targets, FactorWorkspace& workspace, std::span<double> gradient) {
  TRAWL_CHECK(pairs.size > 0 && gradient.size() == params.size());
  const auto [d, m, hidden] = shape;
  const std::size_t n = pairs.size;
  const auto w = factor_weights(shape, params.data());
  const auto g = factor_weights(shape, gradient.data());
  FactorWorkspace& s = workspace;

  const std::span<double> y = predict(shape, params, pairs, workspace);
  const double scale = 1.0 / static_cast<double>(y.size());
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double residual = y[i] - targets[i];
    sum += residual * residual;
    y[i] = 2 * scale * residual;
  }

  row_products_gradient({n, d, hidden}, y.data(), s.mixed.data(), s.phi_rows.data(), s.mixed_grad.data(),
                        s.offset.data());
  dense_weight_gradient({n * d, d, hidden}, pairs.matrices, s.phi_rows.data(), g.phi_hidden, g.phi_hidden_bias);
  dense_weight_gradient({n, m, hidden}, s.psi.data(), s.mixed_grad.data(), g.phi_output, nullptr);
  dense_weight_gradient({n, 1, m}, s.offset.data(), s.psi.data(), g.phi_output_bias, nullptr);

  dense_forward({n, 1, m}, s.offset.data(), w.phi_output_bias, nullptr, s.psi_grad.data());
  dense_input_gradient({n, m, hidden}, s.mixed_grad.data(), w.phi_output, s.psi_grad.data(), s.transposed.data(),
                       Store::add);
  dense_weight_gradient({n, hidden, m}, s.psi_rows.data(), s.psi_grad.data(), g.psi_output, g.psi_output_bias);
  dense_input_gradient({n, hidden, m}, s.psi_grad.data(), w.psi_output, s.psi_rows_grad.data(), s.transposed.data());
  relu_gradient(n * hidden, s.psi_rows.data(), s.psi_rows_grad.data());
  dense_weight_gradient({n, d, hidden}, pairs.vectors, s.psi_rows_grad.data(), g.psi_hidden, g.psi_hidden_bias);
  return sum * scale;
}

double multiplications(const FactorShape& shape) {
  const auto d = static_cast<double>(shape.d);
  const auto m = static_cast<double>(shape.m);
  const auto hidden = static_cast<double>(shape.hidden);
  return 6 * hidden * m + 2 * d * hidden * (1 + d) + 3 * d * hidden;
}

}  // namespace trawl::studies::gelu_factor
