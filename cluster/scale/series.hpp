// Running one sweep on different numbers of nodes, and what the runs say.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/scale/scaling_law.hpp"
#include "io/scaling_file.hpp"

namespace trawl::cluster {

/// What starts `trawl run` on so many nodes.
struct Launcher {
  enum class Kind { local, srun };  ///< ranks of this machine under mpirun; nodes of the SLURM allocation we are in
  Kind kind = Kind::local;
  std::string program;  ///< path of trawl
  int threads = 1;      ///< of each rank; a node has one rank
};

std::vector<std::string> launch_words(const Launcher& launcher, std::uint64_t nodes);

/// Runs a sweep file into `output` on so many nodes, reads what its run log says, and removes what it left behind.
/// Throws IoError with the run's own words if it does not complete.
io::ScalingRun run_once(const Launcher& launcher, std::uint64_t nodes, const std::string& sweep,
                        const std::string& output);

/// Means over the repeats of one number of nodes; times from the run with the median wall time.
struct ScalingPoint {
  std::uint64_t nodes = 1;
  std::uint64_t repeats = 1;
  double wall_s = 0;      ///< median
  double throughput = 0;  ///< tasks / median wall time [1/s]
  double speedup = 1;     ///< throughput over that of a single node; of the fewest nodes, taken as perfect, if none ran
  double efficiency = 1;  ///< speedup / nodes
  double busy = 0;        ///< share of the threads' time in the study
  double communication = 0;  ///< share of the main threads' time
  double io = 0;             ///< share of rank 0's time
  double metg_s = 0;         ///< METG(50 %), see below
};

/// In the order of the nodes.
///
/// METG(50 %), the minimum effective task granularity, is the length of a task at which half of the threads' time goes
/// into tasks (Slaughter et al., "Task Bench", SC20). It is estimated from the run's own tasks, whatever their length:
/// the threads' time outside tasks, divided by the number of tasks, which is what a task of that length would lose.
std::vector<ScalingPoint> scaling_points(const std::vector<io::ScalingRun>& runs);

/// Nothing where the runs are on too few different numbers of nodes to fit the law.
struct Laws {
  std::optional<ScalingLaw> amdahl;
  std::optional<ScalingLaw> usl;
};

Laws fit_laws(const std::vector<io::ScalingRun>& runs);

/// The most nodes that pay: efficiency by the law is still 50 % and throughput still grows. Infinity if there is no
/// such bound.
double nodes_that_pay(const ScalingLaw& law);

/// The picture: speed-up against nodes, measured and by the laws there are.
std::string scaling_picture(const std::string& title, const std::vector<io::ScalingRun>& runs, const Laws& laws);

}  // namespace trawl::cluster
