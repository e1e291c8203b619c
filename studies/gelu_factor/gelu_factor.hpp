// Being written.
#pragma once

#include "engine/typed_study.hpp"

namespace trawl::studies {

class GeluFactor;

}  // namespace trawl::studies
