// SPDX-License-Identifier: Apache-2.0
#include "mpi_collective.h"

#include <mpi.h>

#include <algorithm>
#include <exception>
#include <thread>

#include "neighbours.h"

namespace erg {
namespace {

// MPI counts in int; and a smaller piece shows sooner that a rank is gone.
constexpr std::size_t kMostAtOnce = std::size_t{1} << 26;

void check(int status, const char* what) {
  if (status == MPI_SUCCESS) return;
  char text[MPI_MAX_ERROR_STRING];
  int length = 0;
  MPI_Error_string(status, text, &length);
  throw RankLost{std::string{"another rank ended, or cannot be reached: "} + what + ": " +
                 std::string(text, static_cast<std::size_t>(length))};
}

class MpiCollective : public Collective {
 public:
  MpiCollective(const RankPlace& place, Patience patience) : patience_{std::move(patience)} {
    int level = 0;
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS) {
      throw TrainingError{"MPI does not begin: MPI_Init_thread failed"};
    }
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    if (rank_ == place.rank && size_ == place.size) {
      neighbours_.meet(gather(*this, Neighbours::introduction()), rank_);
      return;
    }
    MPI_Finalize();
    throw TrainingError{
        "the launcher started " + std::to_string(place.size) + " ranks, and MPI knows of " +
        std::to_string(size_) +
        ": with srun, try srun --mpi=pmix, or set MASTER_ADDR and MASTER_PORT to do without MPI"};
  }

  // Where something went wrong the others may be gone, and to finalise would wait for them: the
  // launcher ends what is left when this process ends without.
  ~MpiCollective() override {
    if (!lost_ && std::uncaught_exceptions() == 0) MPI_Finalize();
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void sum(std::span<float> values, void* /*stream*/) override { sum(values, MPI_FLOAT); }
  void sum(std::span<double> values) override { sum(values, MPI_DOUBLE); }

  void broadcast(std::span<std::byte> bytes, int from) override {
    for_pieces(bytes, [&](std::byte* data, int count, MPI_Request* request) {
      check(MPI_Ibcast(data, count, MPI_BYTE, from, MPI_COMM_WORLD, request), "MPI_Ibcast");
    });
  }

 private:
  template <class Value>
  void sum(std::span<Value> values, MPI_Datatype type) {
    for_pieces(values, [&](Value* data, int count, MPI_Request* request) {
      check(MPI_Iallreduce(MPI_IN_PLACE, data, count, type, MPI_SUM, MPI_COMM_WORLD, request),
            "MPI_Iallreduce");
    });
  }

  template <class Value, class Begin>
  void for_pieces(std::span<Value> values, Begin begin) {
    lost_ = true;  // until it went well
    for (std::size_t at = 0; at < values.size(); at += kMostAtOnce) {
      const auto count = static_cast<int>(std::min(kMostAtOnce, values.size() - at));
      MPI_Request request = MPI_REQUEST_NULL;
      begin(values.data() + at, count, &request);
      wait(request);
    }
    lost_ = false;
  }

  // MPI_Wait would wait for a dead rank for ever. MPI makes progress while it is asked, so that it
  // is asked most of the time; a thread that only yielded would come last on a busy machine.
  void wait(MPI_Request& request) {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::microseconds kAsk{200};
    constexpr std::chrono::microseconds kRest{20};
    patience_.begin();
    for (;;) {
      const auto rest_at = Clock::now() + kAsk;
      do {
        int done = 0;
        check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
        if (done) return;
      } while (Clock::now() < rest_at);
      if (neighbours_.lost()) throw RankLost{"another rank ended: its process is gone"};
      patience_.check();
      std::this_thread::sleep_for(kRest);
    }
  }

  Patience patience_;
  Neighbours neighbours_;
  int rank_ = 0;
  int size_ = 1;
  bool lost_ = false;
};

}  // namespace

std::unique_ptr<Collective> join_by_mpi(const RankPlace& place, Patience patience) {
  return std::make_unique<MpiCollective>(place, std::move(patience));
}

}  // namespace erg
