// The two shallow networks of notebook 4.1, as parameters of a study.
#pragma once

#include <vector>

#include "studies/models/theta_net.hpp"

namespace trawl::studies::models {

/// Declares net1_theta10 .. net1_phi3, net2_theta10 .. net2_phi3 for members of P with the names below.
template <class P>
std::vector<Binding<P>> two_nets_bindings() {
  auto bindings = theta_net_bindings<&P::net1_theta0, &P::net1_theta1, &P::net1_phi>("net1_");
  const auto more = theta_net_bindings<&P::net2_theta0, &P::net2_theta1, &P::net2_phi>("net2_");
  bindings.insert(bindings.end(), more.begin(), more.end());
  return bindings;
}

template <class P>
ShallowNet<1> first_net(const P& p) {
  return theta_net(p.net1_theta0, p.net1_theta1, p.net1_phi);
}

template <class P>
ShallowNet<1> second_net(const P& p) {
  return theta_net(p.net2_theta0, p.net2_theta1, p.net2_phi);
}

}  // namespace trawl::studies::models
