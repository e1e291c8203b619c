#include "studies/composing_nets/pieces.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "studies/models/insertion_sort.hpp"

namespace trawl::studies::composing_nets {
namespace {

using models::hidden_units;
using Net = models::ShallowNet<1>;

/// dnet/dy at y, where no unit switches; 0 if its terms cancel but for rounding.
double slope_at(const Net& net, double y) {
  double slope = 0, size = 0;
  for (std::size_t i = 0; i < hidden_units; ++i) {
    if (!(net.hidden_offset[i] + net.hidden_slope[i] * y > 0)) continue;
    slope += net.weight[0][i] * net.hidden_slope[i];
    size += std::abs(net.weight[0][i] * net.hidden_slope[i]);
  }
  return std::abs(slope) > 1e-12 * size ? slope : 0;
}

struct Cut {
  double share;  ///< of the piece, 0 .. 1
  double y;
};

}  // namespace

void Pieces::restart(double left, double right) {
  pieces_.assign(1, {left, left, 1});
  right_ = right;
  y_right_ = right;
}

void Pieces::append(const Piece& piece) {
  if (!next_.empty()) {
    const double last = next_.back().slope, size = std::max(std::abs(last), std::abs(piece.slope));
    if (std::abs(last - piece.slope) <= 1e-10 * size) return;
  }
  next_.push_back(piece);
}

void Pieces::follow_with(const Net& net) {
  next_.clear();
  for (std::size_t k = 0; k < pieces_.size(); ++k) {
    const Piece& piece = pieces_[k];
    const bool last = k + 1 == pieces_.size();
    const double x1 = last ? right_ : pieces_[k + 1].x0, y1 = last ? y_right_ : pieces_[k + 1].y0;

    std::array<Cut, hidden_units + 2> cuts;
    std::size_t count = 0;
    cuts[count++] = {0, piece.y0};
    for (std::size_t i = 0; i < hidden_units; ++i) {
      if (net.hidden_slope[i] == 0 || piece.slope == 0) continue;
      const double joint = -net.hidden_offset[i] / net.hidden_slope[i];
      const double share = (joint - piece.y0) / (y1 - piece.y0);
      if (share > 1e-9 && share < 1 - 1e-9) cuts[count++] = {share, joint};
    }
    cuts[count++] = {1, y1};
    models::insertion_sort(std::span(cuts.data(), count), [](const Cut& a, const Cut& b) { return a.share < b.share; });
    for (std::size_t c = 0; c + 1 < count; ++c) {
      if (cuts[c].share == cuts[c + 1].share) continue;
      const double middle = 0.5 * (cuts[c].y + cuts[c + 1].y);
      append({piece.x0 + cuts[c].share * (x1 - piece.x0), net(cuts[c].y)[0], slope_at(net, middle) * piece.slope});
    }
  }
  y_right_ = net(y_right_)[0];
  pieces_.swap(next_);
  next_.reserve(pieces_.capacity());
}

}  // namespace trawl::studies::composing_nets
