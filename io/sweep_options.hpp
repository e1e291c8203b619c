// The command line's settings applied on top of what a sweep file says.
#pragma once

#include "engine/sweep_spec.hpp"
#include "io/key_places.hpp"
#include "io/sweep_file.hpp"

namespace trawl::io {

/// Applies every override but `study`. Throws SweepError; the key in it has its place ("--axis samples=0") in `places`.
void apply_overrides(const SweepOverrides& overrides, const Declaration& declaration, SweepSpec& spec,
                     KeyPlaces& places);

}  // namespace trawl::io
