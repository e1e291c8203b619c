// MPI from start to end, if the program was started by mpirun or srun; else one process that never touches MPI.
#pragma once

#include <memory>
#include <string>

#include "engine/transport.hpp"

namespace trawl::cluster {

/// Whether a launcher started this process as a rank of a parallel program, judged by the environment.
bool launched_in_parallel();

/// One for each process. The constructor and broadcast() are collective; all calls are for the main thread.
class Session {
 public:
  Session();
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Rank rank() const;
  int size() const;
  bool is_parallel() const { return size() > 1; }
  Transport& transport();

  /// Ranks of this node whose processors overlap with this rank's, itself included.
  int ranks_sharing_processors() const;

  /// Of the node that has most; the same on every rank.
  int ranks_per_node() const;

  /// Collective: the text of rank 0 on every rank. Waits without spinning a core.
  std::string broadcast(const std::string& text);

  /// Collective, once, at the start: which program each rank runs, by its fingerprint.
  void compare_programs(const std::string& fingerprint);
  bool differs_from_rank_0() const { return differs_; }
  bool any_differs_from_rank_0() const { return any_differs_; }

  /// Ends the process with `code`. mpirun reports the first code that is not 0, so ranks other than 0 should have none.
  /// No rank is waited for that is lost or does not answer within seconds. Everything that matters must be on disk.
  [[noreturn]] void leave(int code);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;  // null without MPI
  LocalTransport alone_;
  bool differs_ = false;
  bool any_differs_ = false;
};

}  // namespace trawl::cluster
