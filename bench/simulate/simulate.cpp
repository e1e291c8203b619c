// Runs the engine's own master and workers on simulated ranks, one processor each; prints one JSON object.
//   simulate --ranks 4096 --points-per-rank 250 --point-seconds 1e-3 [--help]
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <mpi.h>
#include <boost/program_options.hpp>
#include <simgrid/s4u.hpp>

#include "bench/simulate/charged_transport.hpp"
#include "cluster/mpi/mpi_transport.hpp"
#include "engine/run.hpp"

namespace trawl::simulate {
namespace {

namespace s4u = simgrid::s4u;

struct Settings {
  int ranks = 64;
  double points_per_rank = 250;
  double point_s = 1e-3;
  double spread = 0;
  MessageCosts costs;
  double latency_s = 2e-6;
  double bytes_per_s = 12.5e9;
  bool master_computes = true;
  int ranks_per_sub_master = 0;
};

Settings parse(int argc, char** argv) {
  namespace po = boost::program_options;
  Settings s;
  po::options_description options("simulate");
  const auto number = [](auto& value) { return po::value(&value)->default_value(value); };
  options.add_options()                                                                      //
      ("help", "this text")                                                                  //
      ("ranks", number(s.ranks), "")                                                         //
      ("points-per-rank", number(s.points_per_rank), "")                                     //
      ("point-seconds", number(s.point_s), "mean time of a point")                           //
      ("spread", number(s.spread), "points take (1 - spread .. 1 + spread) of the mean")     //
      ("send-seconds", number(s.costs.send_s), "processor time to send a message")           //
      ("receive-seconds", number(s.costs.receive_s), "processor time to receive a message")  //
      ("schedule-seconds", number(s.costs.schedule_s), "scheduler's time for a range")       //
      ("byte-seconds", number(s.costs.byte_s), "time for a byte of results, at each end")    //
      ("latency", number(s.latency_s), "of the network, in seconds")                         //
      ("bandwidth", number(s.bytes_per_s), "of the network, in bytes a second")              //
      ("sub-masters", number(s.ranks_per_sub_master), "ranks of each sub-master; 0: none")   //
      ("no-master-compute", "rank 0 and sub-masters schedule only");
  po::variables_map chosen;
  po::store(po::parse_command_line(argc, argv, options), chosen);
  po::notify(chosen);
  if (chosen.count("help") > 0) {
    std::cout << options;
    std::exit(0);
  }
  s.master_computes = chosen.count("no-master-compute") == 0;
  return s;
}

/// A point whose cost is a time in seconds: cost = mean (1 + spread (2 u - 1)), u being spread evenly over the points.
class TimedPoint final : public Study {
 public:
  TimedPoint(double mean_s, double spread) : mean_s_(mean_s), spread_(spread) {}

  const Declaration& declaration() const override { return declaration_; }
  OutputLayout outputs(std::span<const Extent>) const override {
    return {.dimensions = {}, .outputs = {{.name = "value"}}};
  }
  double cost(std::span<const double> row) const override {
    const double golden = 0.6180339887498949 * row[0];
    return mean_s_ * (1 + spread_ * (2 * (golden - std::floor(golden)) - 1));
  }
  void evaluate(const Tasks&, const Columns&) const override {}

 private:
  double mean_s_;
  double spread_;
  Declaration declaration_{.name = "timed_point",
                           .group = "simulate",
                           .summary = {},
                           .maths = {},
                           .source = {},
                           .parameters = {{.name = "i"}}};
};

class NoSink final : public RecordSink {
 public:
  void write(const Records&) override {}
  void flush() override {}
};

struct Outcome {
  RunSummary summary;
  double master_busy_s = 0;      ///< spent on messages and scheduling
  double sub_master_busy_s = 0;  ///< of the busiest one
};

/// What each rank does: all share one address space, so the sweep is there once.
void run_rank(const Settings& settings, const Sweep& sweep, Outcome& outcome) {
  MPI_Init(nullptr, nullptr);
  {
    cluster::MpiTransport mpi(MPI_COMM_WORLD);
    ChargedTransport transport(mpi, settings.costs);
    RunOptions options;
    options.master_computes = settings.master_computes;
    options.ranks_per_sub_master = settings.ranks_per_sub_master;
    if (transport.rank() == 0) {
      RunState state;
      state.pending.insert({0, sweep.design.task_count()});
      state.status_counts[0] = sweep.design.task_count();
      NoSink sink;
      RunObserver observer;
      outcome.summary = run_master(sweep, std::move(state), transport, sink, observer, options);
      outcome.master_busy_s = charged();
    } else {
      run_worker(sweep, transport, options);
      const bool is_sub_master =
          settings.ranks_per_sub_master > 1 && transport.rank() % settings.ranks_per_sub_master == 0;
      if (is_sub_master) outcome.sub_master_busy_s = std::max(outcome.sub_master_busy_s, charged());
    }
  }
  MPI_Finalize();
}

/// A star: each rank on a host of its own, links that are never the bottleneck (results are few bytes).
std::vector<s4u::Host*> make_hosts(const Settings& settings) {
  s4u::NetZone* star = s4u::create_star_zone("cluster");
  std::vector<s4u::Host*> hosts;
  for (int rank = 0; rank < settings.ranks; ++rank) {
    s4u::Host* host = star->create_host("host" + std::to_string(rank), 1e9)->seal();
    const s4u::Link* link = star->create_link("link" + std::to_string(rank), settings.bytes_per_s)
                                ->set_latency(settings.latency_s / 2)
                                ->set_sharing_policy(s4u::Link::SharingPolicy::FATPIPE)
                                ->seal();
    star->add_route(host->get_netpoint(), nullptr, nullptr, nullptr, {{link, s4u::LinkInRoute::Direction::NONE}},
                    /*symmetrical=*/true);
    hosts.push_back(host);
  }
  star->seal();
  return hosts;
}

void configure() {
  // Own code costs what charge() says, not what it takes here. Small messages leave at once, as in real MPI.
  for (const char* const option :
       {"smpi/simulate-computation:no", "smpi/grow-injected-times:no", "smpi/async-small-thresh:65536",
        "smpi/send-is-detached-thresh:65536", "smpi/iprobe:0", "smpi/test:0", "smpi/bw-factor:1", "smpi/lat-factor:1",
        "contexts/stack-size:128", "contexts/guard-size:0", "network/model:CM02"}) {
    s4u::Engine::set_config(option);
  }
}

int simulate(int argc, char** argv) {
  const auto start = std::chrono::steady_clock::now();
  const Settings settings = parse(argc, argv);
  int own_arguments = 4;
  std::string quiet[] = {"simulate", "--log=root.thresh:warning", "--cfg=contexts/factory:raw", "--log=no_loc"};
  char* words[] = {quiet[0].data(), quiet[1].data(), quiet[2].data(), quiet[3].data(), nullptr};
  s4u::Engine engine(&own_arguments, words);
  configure();
  const std::vector<s4u::Host*> hosts = make_hosts(settings);

  const TimedPoint study(settings.point_s, settings.spread);
  SweepSpec spec;
  spec.study = "timed_point";
  spec.axes.push_back({"i", Arange{0, settings.points_per_rank * settings.ranks, 1}});
  const Sweep sweep(study, spec);
  Outcome outcome;
  SMPI_init();
  SMPI_app_instance_register("trawl", nullptr, settings.ranks);
  for (int rank = 0; rank < settings.ranks; ++rank) {
    const s4u::ActorPtr actor = s4u::Actor::init("rank" + std::to_string(rank), hosts[static_cast<std::size_t>(rank)]);
    actor->set_property("instance_id", "trawl");
    actor->set_property("rank", std::to_string(rank));
    actor->start([&] { run_rank(settings, sweep, outcome); });
  }
  engine.run();
  SMPI_finalize();

  const RunSummary& summary = outcome.summary;
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  std::printf(
      "{\"ranks\": %d, \"points\": %llu, \"point_seconds\": %g, \"elapsed_s\": %.6f, \"efficiency\": %.4f, "
      "\"sub_masters\": %d, \"master_busy\": %.4f, \"sub_master_busy\": %.4f, \"workers_lost\": %d, \"simulation_s\": "
      "%.1f}\n",
      settings.ranks, static_cast<unsigned long long>(summary.computed), settings.point_s, summary.elapsed_s,
      summary.busy_s / (settings.ranks * summary.elapsed_s), settings.ranks_per_sub_master,
      outcome.master_busy_s / summary.elapsed_s, outcome.sub_master_busy_s / summary.elapsed_s, summary.workers_lost,
      wall.count());
  return summary.computed == sweep.design.task_count() ? 0 : 1;
}

}  // namespace
}  // namespace trawl::simulate

int main(int argc, char** argv) {
  return trawl::simulate::simulate(argc, argv);
}
