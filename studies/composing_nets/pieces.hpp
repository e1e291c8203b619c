// A continuous piecewise linear function on an interval, and what a network of relu units makes of it.
#pragma once

#include <vector>

#include "studies/models/shallow_net.hpp"

namespace trawl::studies::composing_nets {

/// y = y0 + slope (x - x0) from x0 to the next piece's x0.
struct Piece {
  double x0;
  double y0;
  double slope;
};

class Pieces {
 public:
  /// y = x on [left, right].
  void restart(double left, double right);

  /// y becomes net(y). Neighbours whose slopes agree to 1e-10 become one piece.
  void follow_with(const models::ShallowNet<1>& net);

  const std::vector<Piece>& pieces() const { return pieces_; }
  double right() const { return right_; }
  double y_right() const { return y_right_; }

 private:
  void append(const Piece& piece);

  std::vector<Piece> pieces_;
  std::vector<Piece> next_;  ///< kept so that its memory is used again
  double right_ = 0;
  double y_right_ = 0;
};

}  // namespace trawl::studies::composing_nets
