// Help with misspelt names.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace trawl {

/// The candidate that `name` is most likely a misspelling of: the nearest by edit distance, if no more than about a
/// third of its letters differ, small or capital; empty if there is none.
std::string closest(std::string_view name, std::span<const std::string> candidates);

/// What to do about an unknown name, as a sentence: "Did you mean tau0?" or "Choose one of tau0, tau1."
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

}  // namespace trawl
