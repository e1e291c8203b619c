#include "cluster/mpi/session.hpp"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>
#include <vector>

#include "cluster/leave.hpp"
#include "cluster/mpi/check.hpp"
#include "cluster/mpi/mpi_transport.hpp"
#include "cluster/resources.hpp"
#include "engine/error.hpp"

namespace trawl::cluster {
namespace {

/// How long the last messages, and then MPI_Finalize, may take.
constexpr unsigned leave_timeout_s = 10;

/// What Open MPI and its PMIx client start; they end the process in words of their own if they cannot.
constexpr int threads_of_mpi = 4;

/// How long MPI's start may take. Open MPI waits for ever for a rank that dies meanwhile.
constexpr unsigned start_timeout_s = 300;

void give_up_start(int) {
  constexpr char message[] =
      "trawl: MPI did not start within 300 s (did a rank die meanwhile?). Run it again to continue\n";
  static_cast<void>(!write(STDERR_FILENO, message, sizeof message - 1));
  _exit(exit_stopped_early);
}

/// What a rank tells the others on its node.
struct Neighbour {
  Rank rank;
  pid_t pid;
  cpu_set_t processors;
};

/// Collective. All ranks that share this one's memory, itself included.
std::vector<Neighbour> find_neighbours(Rank rank) {
  MPI_Comm node = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &node),
            "MPI_Comm_split_type");
  int size = 0;
  check_mpi(MPI_Comm_size(node, &size), "MPI_Comm_size");
  Neighbour self{rank, getpid(), {}};
  sched_getaffinity(0, sizeof self.processors, &self.processors);
  std::vector<Neighbour> neighbours(static_cast<std::size_t>(size));
  check_mpi(MPI_Allgather(&self,              // send buffer
                          sizeof self,        // send count
                          MPI_BYTE,           // send type
                          neighbours.data(),  // receive buffer
                          sizeof self,        // receive count, from each rank
                          MPI_BYTE,           // receive type
                          node),              // communicator
            "MPI_Allgather");
  check_mpi(MPI_Comm_free(&node), "MPI_Comm_free");
  return neighbours;
}

/// Collective.
int largest_of(int value) {
  int largest = 0;
  check_mpi(MPI_Allreduce(&value,    // send buffer
                          &largest,  // receive buffer
                          1,         // count
                          MPI_INT,   // type
                          MPI_MAX,   // operation
                          MPI_COMM_WORLD),
            "MPI_Allreduce");
  return largest;
}

int count_sharing(const std::vector<Neighbour>& neighbours) {
  cpu_set_t own;
  sched_getaffinity(0, sizeof own, &own);
  int sharing = 0;
  for (const Neighbour& neighbour : neighbours) {
    cpu_set_t common;
    CPU_AND(&common, &own, &neighbour.processors);
    if (CPU_COUNT(&common) > 0) ++sharing;
  }
  return sharing;
}

void wait(MPI_Request& request) {
  for (int done = 0; done == 0;) {
    check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    if (done == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void broadcast_bytes(void* data, int size) {
  MPI_Request request;
  check_mpi(MPI_Ibcast(data, size, MPI_BYTE, /*root=*/0, MPI_COMM_WORLD, &request), "MPI_Ibcast");
  wait(request);
}

/// mpirun --enable-recovery waits for every process, also for one that hangs or was stopped.
void kill_if_ours(pid_t pid) {
  std::error_code none;
  const auto theirs = std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", none);
  if (!none && theirs == std::filesystem::read_symlink("/proc/self/exe", none)) kill(pid, SIGKILL);
}

int alarm_code = 0;

/// From now on the process lives no longer than that.
void leave_soon(int code, unsigned seconds) {
  alarm_code = code;
  signal(SIGALRM, [](int) { _exit(alarm_code); });
  alarm(seconds);
}

}  // namespace

bool launched_in_parallel() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) {
    if (std::getenv(name) != nullptr) return true;
  }
  return false;
}

struct Session::Impl {
  std::vector<Neighbour> neighbours;
  int ranks_per_node = 1;
  std::optional<MpiTransport> transport;
};

Session::Session() {
  if (!launched_in_parallel()) return;
  require_threads(threads_of_mpi, "MPI");
  const auto on_alarm = signal(SIGALRM, give_up_start);
  alarm(start_timeout_s);
  int provided = 0;
  check_mpi(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  check_mpi(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  impl_ = std::make_unique<Impl>();
  impl_->transport.emplace(MPI_COMM_WORLD);
  impl_->neighbours = find_neighbours(impl_->transport->rank());
  impl_->ranks_per_node = largest_of(static_cast<int>(impl_->neighbours.size()));
  alarm(0);
  signal(SIGALRM, on_alarm);
}

Session::~Session() {
  if (impl_) MPI_Finalize();
}

Rank Session::rank() const {
  return impl_ ? impl_->transport->rank() : 0;
}

int Session::size() const {
  return impl_ ? impl_->transport->size() : 1;
}

Transport& Session::transport() {
  if (impl_) return *impl_->transport;
  return alone_;
}

int Session::ranks_per_node() const {
  return impl_ ? impl_->ranks_per_node : 1;
}

int Session::ranks_sharing_processors() const {
  return impl_ ? count_sharing(impl_->neighbours) : 1;
}

std::string Session::broadcast(const std::string& text) {
  if (!impl_) return text;
  std::string received = text;
  std::uint64_t size = received.size();
  broadcast_bytes(&size, sizeof size);
  if (size > INT_MAX) throw std::length_error("a text of " + std::to_string(size) + " bytes is too long for MPI");
  received.resize(size);
  broadcast_bytes(received.data(), static_cast<int>(size));
  return received;
}

void Session::compare_programs(const std::string& fingerprint) {
  if (!impl_) return;
  differs_ = broadcast(fingerprint) != fingerprint;
  any_differs_ = largest_of(differs_ ? 1 : 0) > 0;
}

void Session::leave(int code) {
  if (!impl_) leave_process(code);
  leave_soon(code, 2 * leave_timeout_s);  // more than drain() takes
  MpiTransport& transport = *impl_->transport;
  if (rank() == 0 && (!transport.drain(leave_timeout_s) || transport.lost_any())) {
    const char* recovery = std::getenv("OMPI_MCA_orte_enable_recovery");
    if (recovery == nullptr && std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr) {
      // The rank must be alive though silent, or mpirun would have ended the job. Only this gives mpirun our code.
      leave_soon(code, leave_timeout_s);
      MPI_Abort(MPI_COMM_WORLD, code);
    }
    for (const Neighbour& neighbour : impl_->neighbours) {
      if (transport.is_abandoned(neighbour.rank)) kill_if_ours(neighbour.pid);
    }
    leave_process(code);
  }
  leave_soon(code, leave_timeout_s);
  MPI_Finalize();
  leave_process(code);
}

}  // namespace trawl::cluster
