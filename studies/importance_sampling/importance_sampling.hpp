// Being written.
#pragma once

#include "engine/typed_study.hpp"

namespace trawl::studies {

class ImportanceSampling;

}  // namespace trawl::studies
