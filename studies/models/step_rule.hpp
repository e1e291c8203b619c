// How a step of gradient descent is sized, and the parameters of the line search.
#pragma once

#include "engine/parameter.hpp"
#include "studies/models/line_search.hpp"

namespace trawl::studies::models {

enum class StepRule { line_search, fixed };

Parameter rule_parameter();
Parameter max_dist_parameter();
Parameter thresh_parameter();
Parameter max_iter_parameter();
Parameter halving_parameter();

}  // namespace trawl::studies::models
