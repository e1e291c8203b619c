// A study that misbehaves on request, a sink in memory, and ranks that are threads: for tests of the run loop.
#pragma once

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <deque>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "engine/run.hpp"
#include "engine/typed_study.hpp"

namespace trawl::test {

struct ProbeParameters {
  double x = 0;
  std::int64_t throw_at = -1;
  std::int64_t nan_at = -1;
  std::int64_t hang_at = -1;
  std::int64_t sleep_us = 0;
};

/// y = x^2 and noise[3]; throws, returns NaN or hangs where x equals the parameter of that name.
class Probe final : public TypedStudy<ProbeParameters> {
 public:
  using P = ProbeParameters;
  explicit Probe(std::size_t block = 1, bool uniform = true)
      : TypedStudy(
            {.name = "probe", .group = "test", .summary = "s", .maths = "m", .source = "s"},
            {bind<&P::x>({.name = "x"}), bind<&P::throw_at>({.name = "throw_at"}), bind<&P::nan_at>({.name = "nan_at"}),
             bind<&P::hang_at>({.name = "hang_at"}), bind<&P::sleep_us>({.name = "sleep_us"})}),
        block_(block),
        uniform_(uniform) {}

  OutputLayout outputs(std::span<const Extent>) const override {
    return {{{.name = "draw", .values = {0, 1, 2}}},
            {{.name = "y"}, {.name = "noise", .dimensions = {"draw"}}, {.name = "half", .nan_means = "x is odd"}}};
  }
  std::size_t max_block() const override { return block_; }
  bool has_uniform_cost() const override { return uniform_; }

  /// Lets threads that hang return; for the end of a test.
  static inline std::atomic<bool> release{false};
  static inline std::atomic<int> hanging{0};

 protected:
  double cost(const P& p) const override { return 1 + p.x; }

  void evaluate(const P& p, const RandomStream& random, const Outputs& out) const override {
    const auto x = static_cast<std::int64_t>(p.x);
    if (p.sleep_us > 0) std::this_thread::sleep_for(std::chrono::microseconds(p.sleep_us));
    if (x == p.throw_at) throw std::runtime_error("x is unlucky");
    if (x == p.hang_at) {
      ++hanging;
      while (!release) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      --hanging;
    }
    out.set(0, x == p.nan_at ? std::nan("7") : p.x * p.x);
    random.normal(0, 0, out[1]);
    if (x % 2 == 0) out.set(2, p.x / 2);
  }

 private:
  std::size_t block_;
  bool uniform_;
};

/// Keeps results in memory, laid out as in the file.
class MemorySink final : public RecordSink {
 public:
  explicit MemorySink(const Sweep& sweep)
      : sweep_(sweep), status(sweep.design.task_count()), values(sweep.output_sizes.size()) {
    for (std::size_t k = 0; k < values.size(); ++k) values[k].resize(status.size() * sweep.output_sizes[k], -1);
  }

  void write(const Records& records) override {
    const double* from = records.values.get();
    for (std::size_t k = 0; k < values.size(); ++k) {
      const std::size_t size = sweep_.output_sizes[k];
      std::copy_n(from, records.range.size() * size, values[k].begin() + static_cast<long>(records.range.begin * size));
      from += records.range.size() * size;
    }
    TaskIndex task = records.range.begin;
    for (const StatusRun& run : records.statuses) {
      for (std::uint64_t i = 0; i < run.count; ++i, ++task) {
        if (status[task] != Status::pending) ++written_twice;
        status[task] = run.status;
      }
    }
    if (task != records.range.end) throw std::logic_error("statuses do not add up to the range");
  }
  void flush() override { ++flushes; }

  bool same_bits(const MemorySink& other) const {
    if (status != other.status) return false;
    for (std::size_t k = 0; k < values.size(); ++k) {
      if (std::memcmp(values[k].data(), other.values[k].data(), values[k].size() * sizeof(double)) != 0) return false;
    }
    return true;
  }

 private:
  const Sweep& sweep_;

 public:
  std::vector<Status> status;
  std::vector<std::vector<double>> values;
  int written_twice = 0;
  int flushes = 0;
};

/// Mailboxes shared by ranks that are threads of this process.
class Mailboxes {
 public:
  explicit Mailboxes(int size) : boxes_(static_cast<std::size_t>(size)) {}

  class Post final : public Transport {
   public:
    Post(Mailboxes& all, Rank rank) : all_(all), rank_(rank) {}
    Rank rank() const override { return rank_; }
    int size() const override { return static_cast<int>(all_.boxes_.size()); }
    void send(Rank to, Message message) override {
      const std::lock_guard lock(all_.mutex_);
      if (!all_.dead_[rank_] && !all_.dead_[to]) all_.boxes_[to].emplace_back(rank_, std::move(message));
    }
    bool receive(Rank& from, Message& message) override {
      const std::lock_guard lock(all_.mutex_);
      if (all_.dead_[rank_] || all_.boxes_[rank_].empty()) return false;
      from = all_.boxes_[rank_].front().first;
      message = std::move(all_.boxes_[rank_].front().second);
      all_.boxes_[rank_].pop_front();
      return true;
    }
    void abandon(Rank rank) override { all_.cut_off(rank); }

   private:
    Mailboxes& all_;
    Rank rank_;
  };

  /// From now on the rank neither hears nor is heard, as if it had been killed.
  void cut_off(Rank rank) {
    const std::lock_guard lock(mutex_);
    dead_[rank] = true;
  }

 private:
  std::mutex mutex_;
  std::vector<std::deque<std::pair<Rank, Message>>> boxes_;
  std::map<Rank, bool> dead_;
};

inline RunState all_pending(const Sweep& sweep) {
  RunState state;
  state.pending.insert({0, sweep.design.task_count()});
  state.status_counts[0] = sweep.design.task_count();
  return state;
}

inline SweepSpec probe_sweep(std::uint64_t points, std::uint64_t replicates = 1) {
  SweepSpec spec;
  spec.study = "probe";
  spec.seed = 7;
  spec.replicates = replicates;
  spec.axes.push_back({"x", Arange{0, static_cast<double>(points), 1}});
  return spec;
}

}  // namespace trawl::test
