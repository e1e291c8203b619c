// A study's own mistakes, found before anything is computed with it.
#pragma once

#include <span>

#include "engine/study.hpp"

namespace trawl {

/// Name, version, texts and parameters: names are valid, differ and are none of a result file's own; defaults are
/// allowed; choices are named and differ. Throws StudyError.
void check_declaration(const Declaration& declaration);

/// Dimensions and outputs: names as above; every dimension that an output uses is declared and has elements. Throws
/// StudyError.
void check_layout(const Declaration& declaration, const OutputLayout& layout);

/// Both of these for the layout of the study's default point, its cost there, its bindings, and that no name is one by
/// which xarray takes something else than the variable (`data.sel(method = ...)`). Throws StudyError.
void check_study(const Study& study);

/// check_study for each, and that no two have one name.
void check_studies(std::span<const Study* const> studies);

}  // namespace trawl
