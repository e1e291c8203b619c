// A multilayer perceptron that classifies: cross-entropy of its softmax, mini-batch steps, scores on a set.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/optimizer.hpp"
#include "studies/models/minibatches.hpp"
#include "studies/models/mlp.hpp"

namespace trawl::studies::mnist1d {

/// Rows and the class of each: x is labels.size() x inputs.
struct Examples {
  const double* x;
  std::span<const std::uint8_t> labels;
};

/// A perceptron while it is trained. Logits are its outputs z; the loss is the mean over rows of -ln softmax(z)_label.
struct Classifier {
  /// `capacity`: rows at a time.
  Classifier(MlpShape s, std::size_t capacity)
      : shape(std::move(s)),
        params(shape.parameter_count()),
        gradient(params.size()),
        workspace(shape, capacity),
        log_sums(capacity) {}

  MlpShape shape;
  std::vector<double> params;
  std::vector<double> gradient;
  MlpWorkspace workspace;
  std::vector<double> log_sums;  ///< scratch
};

enum class Initialisation { he_uniform, he_normal };

/// Weights uniform on +-sqrt(6 / inputs of the layer), or normal with variance 2 / inputs; biases 0.
/// Source: He, Zhang, Ren, Sun, "Delving deep into rectifiers", ICCV 2015.
void initialise(Classifier& net, Initialisation initialisation, const RandomStream& random, std::uint32_t stream);

/// Leaves the gradient of the loss on at most `capacity` examples in net.gradient.
void compute_gradient(Classifier& net, const Examples& examples);

/// One pass through the examples, a step for each mini-batch.
void train_epoch(Classifier& net, const Examples& examples, Minibatches& batches, Sgd& sgd);

struct Score {
  double loss;   ///< mean cross-entropy
  double error;  ///< [percent] examples whose largest logit is another class's
};

/// On any number of examples.
Score score(Classifier& net, const Examples& examples);

}  // namespace trawl::studies::mnist1d
