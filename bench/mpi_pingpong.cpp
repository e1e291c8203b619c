// What MPI itself can do between two ranks: requests answered per second, with one and with several in flight.
//   mpirun -n 2 --oversubscribe --bind-to none mpi_pingpong [SECONDS]
// Prints one JSON object. The baseline for sweeps whose ranges are one point.
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <mpi.h>

namespace {

constexpr int request_tag = 1, reply_tag = 2, end_tag = 3;
constexpr int request_bytes = 64, reply_bytes = 32;  // about the size of one point's results and of an assignment

/// Rank 0: answers requests until the end is announced.
void serve() {
  std::array<char, request_bytes> request;
  std::array<char, reply_bytes> reply{};
  for (;;) {
    MPI_Status status;
    MPI_Recv(request.data(), request_bytes, MPI_BYTE, 1, MPI_ANY_TAG, MPI_COMM_WORLD, &status);
    if (status.MPI_TAG == end_tag) return;
    MPI_Send(reply.data(), reply_bytes, MPI_BYTE, 1, reply_tag, MPI_COMM_WORLD);
  }
}

/// Rank 1: keeps `in_flight` requests unanswered for `seconds`; returns the replies per second.
double ask(int in_flight, double seconds) {
  std::array<char, request_bytes> request{};
  std::array<char, reply_bytes> reply;
  const auto send = [&] { MPI_Send(request.data(), request_bytes, MPI_BYTE, 0, request_tag, MPI_COMM_WORLD); };
  const auto receive = [&] {
    MPI_Recv(reply.data(), reply_bytes, MPI_BYTE, 0, reply_tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  };
  const double start = MPI_Wtime();
  double elapsed = 0;
  long replies = 0;
  for (int i = 0; i < in_flight; ++i) send();
  while (elapsed < seconds) {
    for (int i = 0; i < 1000; ++i, ++replies) {
      receive();
      send();
    }
    elapsed = MPI_Wtime() - start;
  }
  for (int i = 0; i < in_flight; ++i) receive();
  return static_cast<double>(replies) / elapsed;
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  int rank = 0, size = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  if (size != 2) {
    std::fprintf(stderr, "mpi_pingpong: %d ranks (requests go from one to the other). Start it with mpirun -n 2\n",
                 size);
    MPI_Abort(MPI_COMM_WORLD, 2);
  }
  if (rank == 0) {
    serve();
  } else {
    ask(2, 0.1);
    const double one = ask(1, seconds), two = ask(2, seconds), many = ask(16, seconds);
    std::printf("{\"replies_per_s\": {\"1\": %.0f, \"2\": %.0f, \"16\": %.0f}}\n", one, two, many);
    MPI_Send(nullptr, 0, MPI_BYTE, 0, end_tag, MPI_COMM_WORLD);
  }
  MPI_Finalize();
}
