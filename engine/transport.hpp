// The messages between master and workers, and what carries them.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "engine/records.hpp"
#include "engine/task.hpp"

namespace trawl {

using Rank = int;

/// Worker to master: I am here.
struct Hello {
  int threads = 1;
  std::string host;
  std::int64_t pid = 0;
  int ranks = 1;              ///< a sub-master and those it stands for; it says hello again when they have changed
  std::string shortage = {};  ///< why there are fewer threads than were asked for; empty if there are not
};

/// Master to worker: evaluate these tasks. `grant` comes back with the results.
struct Assignment {
  std::uint64_t grant = 0;
  TaskRange range;
  bool careful = false;  ///< a worker died of this range: one task at a time, each noted before it starts
  int deaths = 0;        ///< of workers at this single task, as far as is known
};

/// Worker to master: a range, or the part of it that was finished before a stop; from a sub-master any part. `last`
/// says that nothing more will come for this grant.
struct Results {
  std::uint64_t grant = 0;
  bool last = true;
  Records records;
  double communication_s = 0;  ///< that the worker has spent on messages so far
};

/// Both ways, about once a second: I am alive.
struct Heartbeat {};

/// Master to worker: finish the points that run, return what is done, wait.
struct Stop {};

/// Master to worker: leave. Worker to master: nothing more will come from here, give what I have to others.
struct Bye {
  std::string why = {};  ///< a worker's
};

/// Sub-master to master: one of my workers is dead.
struct Loss {
  Rank rank = 0;
};

using Message = std::variant<Hello, Assignment, Results, Heartbeat, Stop, Bye, Loss>;

/// Carries messages between ranks 0 .. size()-1, in order for each pair of ranks. Used from one thread of each rank.
/// No call ever blocks or fails because another rank is dead or slow.
class Transport {
 public:
  virtual ~Transport() = default;

  virtual Rank rank() const = 0;
  virtual int size() const = 0;

  /// Queues a message; `to` is another rank. Messages to dead ranks vanish.
  virtual void send(Rank to, Message message) = 0;

  /// Takes the next message that has arrived, if any.
  virtual bool receive(Rank& from, Message& message) = 0;

  /// Gives a rank up: nothing it sends is delivered any more, nothing is waited for.
  virtual void abandon(Rank rank) = 0;
};

/// One rank: this process alone.
class LocalTransport final : public Transport {
 public:
  Rank rank() const override { return 0; }
  int size() const override { return 1; }
  void send(Rank, Message) override {}
  bool receive(Rank&, Message&) override { return false; }
  void abandon(Rank) override {}
};

}  // namespace trawl
