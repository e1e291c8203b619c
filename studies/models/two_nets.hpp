// The two shallow networks of notebook 4.1, as parameters of a study: derive from them.
#pragma once

#include <vector>

#include "studies/models/theta_net.hpp"

namespace trawl::studies::models {

struct TwoNets {
  Triple net1_theta0 = {0.0, 0.0, -0.67};
  Triple net1_theta1 = {-1.0, 1.0, 1.0};
  Phi net1_phi = {1.0, -2.0, -3.0, 9.3};
  Triple net2_theta0 = {-0.6, 0.2, -0.5};
  Triple net2_theta1 = {-1.0, 1.0, 1.0};
  Phi net2_phi = {0.5, -1.0, -1.5, 2.0};

  ShallowNet<1> first() const { return theta_net(net1_theta0, net1_theta1, net1_phi); }
  ShallowNet<1> second() const { return theta_net(net2_theta0, net2_theta1, net2_phi); }
};

/// Declares net1_theta10 .. net1_phi3, net2_theta10 .. net2_phi3 for parameters P that derive from TwoNets.
template <class P>
std::vector<Binding<P>> two_nets_bindings() {
  auto bindings = theta_net_bindings<P, &P::net1_theta0, &P::net1_theta1, &P::net1_phi>("net1_");
  const auto more = theta_net_bindings<P, &P::net2_theta0, &P::net2_theta1, &P::net2_phi>("net2_");
  bindings.insert(bindings.end(), more.begin(), more.end());
  return bindings;
}

}  // namespace trawl::studies::models
