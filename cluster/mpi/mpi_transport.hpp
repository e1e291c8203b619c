// Messages over MPI: only non-blocking point-to-point calls.
#pragma once

#include <mpi.h>

#include <deque>
#include <vector>

#include "cluster/mpi/wire.hpp"
#include "engine/transport.hpp"

namespace trawl::cluster {

/// MPI tells nothing about dead ranks: a send to one completes at once (shared memory) or never (TCP), and half of its
/// last message may have arrived. So every request is tested and none is waited for.
class MpiTransport final : public Transport {
 public:
  /// Collective: duplicates the communicator. Errors are returned, not fatal.
  explicit MpiTransport(MPI_Comm world);

  Rank rank() const override { return rank_; }
  int size() const override { return size_; }
  void send(Rank to, Message message) override;
  bool receive(Rank& from, Message& message) override;
  void abandon(Rank rank) override;

  bool is_abandoned(Rank rank) const { return abandoned_[static_cast<std::size_t>(rank)]; }
  bool lost_any() const { return lost_any_; }

  /// Waits at most `seconds` until all messages to ranks that are not abandoned have left. False if some have not.
  bool drain(double seconds);

 private:
  /// A message on its way. Its buffer belongs to MPI until the request is complete.
  struct Transfer {
    MPI_Request request = MPI_REQUEST_NULL;
    Bytes bytes;
    Rank peer = 0;
  };

  static bool completed(Transfer& transfer);
  bool start_receive();
  bool take(std::deque<Transfer>::iterator transfer, Rank& from, Message& message);
  void test_some_sends();
  Bytes spare();
  void recycle(Bytes bytes);

  MPI_Comm comm_ = MPI_COMM_NULL;
  Rank rank_ = 0;
  int size_ = 1;
  std::deque<Transfer> outgoing_;
  std::deque<Transfer> incoming_;  // in order of arrival
  std::size_t incoming_bytes_ = 0;
  std::deque<Transfer> leaked_;  // to and from abandoned ranks: MPI may still touch them
  std::vector<Bytes> spare_;
  std::vector<char> abandoned_;  // by rank
  bool lost_any_ = false;
};

}  // namespace trawl::cluster
