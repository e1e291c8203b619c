#include "cluster/mpi/mpi_transport.hpp"

#include <algorithm>
#include <chrono>
#include <climits>
#include <string>
#include <thread>
#include <utility>

#include "cluster/mpi/check.hpp"

namespace trawl::cluster {
namespace {

constexpr int tag = 1;

/// Sends tested for completion in each call.
constexpr int sends_tested = 2;

/// Receives in flight: no more is taken from MPI while this much is arriving.
constexpr std::size_t max_incoming_bytes = std::size_t{256} << 20;

/// Buffers kept for the next message.
constexpr std::size_t max_spare = 16;
constexpr std::size_t max_spare_bytes = 64 * 1024;

}  // namespace

MpiTransport::MpiTransport(MPI_Comm world) {
  check_mpi(MPI_Comm_dup(world, &comm_), "MPI_Comm_dup");
  check_mpi(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check_mpi(MPI_Comm_rank(comm_, &rank_), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(comm_, &size_), "MPI_Comm_size");
  abandoned_.resize(static_cast<std::size_t>(size_));
}

bool MpiTransport::completed(Transfer& transfer) {
  int done = 0;
  check_mpi(MPI_Test(&transfer.request, &done, MPI_STATUS_IGNORE), "MPI_Test");
  return done != 0;
}

void MpiTransport::send(Rank to, Message message) {
  if (is_abandoned(to)) return;
  Transfer transfer{MPI_REQUEST_NULL, spare(), to};
  encode(message, transfer.bytes);
  const std::size_t size = transfer.bytes.size();
  if (size > INT_MAX) throw std::length_error("a message of " + std::to_string(size) + " bytes is too long for MPI");
  check_mpi(MPI_Isend(transfer.bytes.data(),   // buffer
                      static_cast<int>(size),  // count
                      MPI_BYTE,                // type
                      to,                      // destination
                      tag,                     // tag
                      comm_,                   // communicator
                      &transfer.request),      // request
            "MPI_Isend");
  if (completed(transfer)) {
    recycle(std::move(transfer.bytes));
  } else {
    outgoing_.push_back(std::move(transfer));
  }
  test_some_sends();
}

/// Bounded work: those not complete go to the end of the queue, so that a dead rank does not hide the others.
void MpiTransport::test_some_sends() {
  for (int i = 0; i < sends_tested && !outgoing_.empty(); ++i) {
    Transfer transfer = std::move(outgoing_.front());
    outgoing_.pop_front();
    if (completed(transfer)) {
      recycle(std::move(transfer.bytes));
    } else {
      outgoing_.push_back(std::move(transfer));
    }
  }
}

/// Begins to receive the next message that has announced itself, if any.
bool MpiTransport::start_receive() {
  int there = 0;
  MPI_Status status;
  check_mpi(MPI_Iprobe(MPI_ANY_SOURCE, tag, comm_, &there, &status), "MPI_Iprobe");
  if (there == 0) return false;
  int count = 0;
  check_mpi(MPI_Get_count(&status, MPI_BYTE, &count), "MPI_Get_count");
  Transfer transfer{MPI_REQUEST_NULL, spare(), status.MPI_SOURCE};
  transfer.bytes.resize(static_cast<std::size_t>(count));
  check_mpi(MPI_Irecv(transfer.bytes.data(),  // buffer
                      count,                  // count
                      MPI_BYTE,               // type
                      status.MPI_SOURCE,      // source
                      tag,                    // tag
                      comm_,                  // communicator
                      &transfer.request),     // request
            "MPI_Irecv");
  incoming_bytes_ += transfer.bytes.size();
  incoming_.push_back(std::move(transfer));
  return true;
}

bool MpiTransport::receive(Rank& from, Message& message) {
  test_some_sends();
  // A message overtakes those of other ranks that are still arriving, never one of its own rank.
  const auto overtakes_own_rank = [&](auto transfer) {
    return std::any_of(incoming_.begin(), transfer, [&](const Transfer& t) { return t.peer == transfer->peer; });
  };
  for (auto transfer = incoming_.begin(); transfer != incoming_.end(); ++transfer) {
    if (!overtakes_own_rank(transfer) && completed(*transfer)) return take(transfer, from, message);
  }
  while (incoming_bytes_ < max_incoming_bytes && start_receive()) {
    const auto last = std::prev(incoming_.end());
    if (is_abandoned(last->peer)) {
      incoming_bytes_ -= last->bytes.size();
      leaked_.push_back(std::move(*last));
      incoming_.pop_back();
    } else if (!overtakes_own_rank(last) && completed(*last)) {
      return take(last, from, message);
    }
  }
  return false;
}

bool MpiTransport::take(std::deque<Transfer>::iterator transfer, Rank& from, Message& message) {
  from = transfer->peer;
  message = decode(transfer->bytes.view());
  incoming_bytes_ -= transfer->bytes.size();
  recycle(std::move(transfer->bytes));
  incoming_.erase(transfer);
  return true;
}

void MpiTransport::abandon(Rank rank) {
  abandoned_[static_cast<std::size_t>(rank)] = 1;
  lost_any_ = true;
  for (std::deque<Transfer>* transfers : {&outgoing_, &incoming_}) {
    for (Transfer& transfer : *transfers) {
      if (transfer.peer == rank) leaked_.push_back(std::move(transfer));
    }
    std::erase_if(*transfers, [&](const Transfer& transfer) { return transfer.peer == rank; });
  }
  incoming_bytes_ = 0;
  for (const Transfer& transfer : incoming_) incoming_bytes_ += transfer.bytes.size();
}

bool MpiTransport::drain(double seconds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (true) {
    std::erase_if(outgoing_, [](Transfer& transfer) { return completed(transfer); });
    if (outgoing_.empty()) return true;
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

Bytes MpiTransport::spare() {
  if (spare_.empty()) return {};
  Bytes bytes = std::move(spare_.back());
  spare_.pop_back();
  return bytes;
}

void MpiTransport::recycle(Bytes bytes) {
  if (spare_.size() < max_spare && bytes.capacity() <= max_spare_bytes) spare_.push_back(std::move(bytes));
}

}  // namespace trawl::cluster
