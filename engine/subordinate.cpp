// The loop of a rank that computes and nothing else.
#include <chrono>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "engine/error.hpp"
#include "engine/run_loop.hpp"
#include "engine/shortage.hpp"

namespace trawl {

namespace {

/// A worker to its superior, rank 0 or a sub-master.
class Subordinate {
 public:
  Subordinate(const Sweep& sweep, Transport& transport, const RunOptions& options)
      : sweep_(sweep),
        options_(options),
        superior_(superior_of(transport.rank(), options.ranks_per_sub_master)),
        inflight_(options.inflight_path, transport.rank()),
        post_(transport) {}

  bool run() {
    unless_short([&] {
      worker_.reset(new Worker(sweep_, WorkerOptions{options_.threads, options_.point_timeout_s}, inflight_));
      post_.send(superior_, hello_of(worker_.get()));
    });
    const double silence_allowed_s = 2 * options_.lease_s;  // the master may be busy writing
    BackOff back_off;
    while (!dismissed_ && seconds_since(heard_) < silence_allowed_s) {
      bool active = receive();
      unless_short([&] { active |= send_results(); });
      tick();
      if (active) back_off.reset();
      else back_off.wait(worker_.get(), longest_wait_s);
    }
    return dismissed_;
  }

 private:
  /// Does something that needs memory or threads. If there are too few this rank computes no more; what it had is for
  /// others.
  template <class Action>
  void unless_short(const Action& action) {
    try {
      action();
    } catch (const std::exception& error) {
      if (missing_resource(error) == nullptr && dynamic_cast<const IoError*>(&error) == nullptr) throw;
      resign(error.what());
    }
  }

  void resign(const char* why) {
    worker_.reset();
    post_.send(superior_, Bye{why});
  }

  bool receive() {
    bool any = false;
    Rank from = 0;
    Message message;
    while (!dismissed_ && post_.receive(from, message)) {
      any = true;
      heard_ = Clock::now();
      dismissed_ = std::holds_alternative<Bye>(message);
      if (!worker_) continue;
      unless_short([&] {
        if (const auto* assignment = std::get_if<Assignment>(&message)) worker_->assign(*assignment);
        else if (std::holds_alternative<Stop>(message)) worker_->stop();
        send_results();
      });
    }
    return any;
  }

  bool send_results() {
    bool any = false;
    while (std::optional<Results> results = worker_ ? worker_->take() : std::nullopt) {
      results->communication_s = post_.seconds();
      post_.send(superior_, std::move(*results));
      any = true;
    }
    return any;
  }

  void tick() {
    if (Clock::now() < next_tick_) return;
    next_tick_ = Clock::now() + std::chrono::milliseconds(50);
    if (worker_) {
      unless_short([&] {
        worker_->check_timeouts();
        if (worker_->lanes() > 0) return;
        worker_->give_up();
        send_results();
        resign("every thread is at a point that does not return, and no other can be started");
      });
    }
    if (Clock::now() < next_heartbeat_) return;
    next_heartbeat_ =
        Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.heartbeat_s));
    post_.send(superior_, Heartbeat{});
  }

  const Sweep& sweep_;
  const RunOptions& options_;
  const Rank superior_;
  InflightFile inflight_;
  Post post_;
  WorkerPointer worker_;
  Clock::time_point heard_ = Clock::now();
  Clock::time_point next_tick_ = Clock::now();
  Clock::time_point next_heartbeat_ = Clock::now();
  bool dismissed_ = false;
};

}  // namespace

bool run_worker(const Sweep& sweep, Transport& transport, const RunOptions& options) {
  if (!subordinates_of(transport.rank(), transport.size(), options.ranks_per_sub_master).empty()) {
    return run_sub_master(sweep, transport, options);
  }
  return Subordinate(sweep, transport, options).run();
}

}  // namespace trawl
