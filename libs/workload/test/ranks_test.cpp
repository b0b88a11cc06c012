// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <array>
#include <exception>
#include <future>
#include <map>
#include <numeric>

#include "checkpoint_file.h"
#include "erg/catalogue.h"
#include "erg/testing/temp_tree.h"
#include "gradient_average.h"
#include "small_training.h"
#include "tcp_socket.h"

namespace erg {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::quick;
using testing::small_set;

std::optional<RankPlace> place_in(const std::map<std::string, std::string>& environment) {
  return rank_place([&](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

TEST(RankPlace, ComesFromEachLauncher) {
  const auto mpi = place_in({{"OMPI_COMM_WORLD_SIZE", "4"},
                             {"OMPI_COMM_WORLD_RANK", "3"},
                             {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                             {"SLURM_PROCID", "0"},
                             {"SLURM_STEP_NUM_TASKS", "2"}});
  ASSERT_TRUE(mpi);
  EXPECT_EQ(mpi->launcher, Launcher::mpirun);
  EXPECT_THAT((std::array{mpi->rank, mpi->size, mpi->local_rank}), ElementsAre(3, 4, 1));
  const auto torch = place_in({{"WORLD_SIZE", "2"},
                               {"RANK", "1"},
                               {"LOCAL_RANK", "0"},
                               {"MASTER_ADDR", "node1"},
                               {"MASTER_PORT", "1234"},
                               {"TORCHELASTIC_USE_AGENT_STORE", "True"}});
  ASSERT_TRUE(torch);
  EXPECT_EQ(torch->launcher, Launcher::torchrun);
  EXPECT_THAT((std::array{torch->rank, torch->size, torch->local_rank}), ElementsAre(1, 2, 0));
  EXPECT_EQ(torch->master_address, "node1");
  EXPECT_EQ(torch->master_port, 1234);
  EXPECT_TRUE(torch->master_serves);
  const auto slurm = place_in({{"SLURM_STEP_NUM_TASKS", "8"},
                               {"SLURM_NTASKS", "8"},
                               {"SLURM_PROCID", "5"},
                               {"SLURM_LOCALID", "1"}});
  ASSERT_TRUE(slurm);
  EXPECT_EQ(slurm->launcher, Launcher::srun);
  EXPECT_THAT((std::array{slurm->rank, slurm->size, slurm->local_rank}), ElementsAre(5, 8, 1));
  EXPECT_TRUE(slurm->master_address.empty());
  const auto step = [](const char* hosts, const char* pmix) {
    return *place_in({{"SLURM_STEP_NUM_TASKS", "2"},
                      {"SLURM_NTASKS", "2"},
                      {"SLURM_PROCID", "1"},
                      {"SLURM_JOB_ID", "1000"},
                      {"SLURM_STEP_ID", "3"},
                      {"SLURM_STEP_NODELIST", hosts},
                      {"PMIX_RANK", pmix}});
  };
  EXPECT_TRUE(step("node1", "1").master_address.empty());  // MPI finds them
  EXPECT_EQ(step("node1", "").master_address, "node1");
  EXPECT_EQ(step("node1,node7", "").master_address, "node1");
  EXPECT_EQ(step("node[01-04,07]", "").master_address, "node01");
  EXPECT_EQ(step("gpu[7,9]-ib,other[1-2]", "").master_address, "gpu7-ib");
  EXPECT_EQ(step("gpu[7", "").master_address, "");
  EXPECT_EQ(step("node1", "").master_port, 15'000 + (16'003 % 15'000));
}

TEST(RankPlace, IsNoneForAProcessAlone) {
  EXPECT_FALSE(place_in({}));
  EXPECT_FALSE(place_in({{"WORLD_SIZE", "1"}, {"RANK", "0"}}));
  EXPECT_FALSE(place_in({{"OMPI_COMM_WORLD_SIZE", "1"}, {"OMPI_COMM_WORLD_RANK", "0"}}));
  // A batch script of Slurm, which did not call srun.
  EXPECT_FALSE(place_in({{"SLURM_NTASKS", "4"}, {"SLURM_PROCID", "0"}}));
}

TEST(RankPlace, RefusesWhatContradictsItself) {
  const auto refusal = [](const std::map<std::string, std::string>& environment) {
    try {
      place_in(environment);
    } catch (const TrainingError& error) {
      return std::string{error.what()};
    }
    return std::string{"no error"};
  };
  EXPECT_THAT(refusal({{"WORLD_SIZE", "2"}}), HasSubstr("RANK"));
  EXPECT_THAT(refusal({{"WORLD_SIZE", "2"}, {"RANK", "2"}}), HasSubstr("count from 0"));
  EXPECT_THAT(refusal({{"WORLD_SIZE", "two"}}), HasSubstr("'two'"));
  EXPECT_THAT(refusal({{"WORLD_SIZE", "2"}, {"RANK", "0"}, {"MASTER_PORT", "70000"}}),
              HasSubstr("70000"));
}

// All ranks together take what one process would, in the same step, each image once.
TEST(Shards, HoldTheImagesOfEachStepOnce) {
  for (const std::size_t images : {1u, 7u, 64u, 100u, 129u}) {
    for (const int size : {2, 3, 5}) {
      std::vector<std::uint32_t> order(images);
      std::iota(order.begin(), order.end(), 0u);
      constexpr std::int64_t kBatch = 8;
      std::vector<int> seen(images, 0);
      std::vector<double> weights;
      for (int rank = 0; rank < size; ++rank) {
        const Shard mine = shard(order, kBatch, rank, size);
        weights.resize(static_cast<std::size_t>(mine.steps), 0);
        for (std::int64_t step = 0; step < mine.steps; ++step) {
          const auto begin = static_cast<std::size_t>(step * kBatch);
          const auto end = std::min<std::size_t>(begin + kBatch, mine.order.size());
          ASSERT_LT(begin, end);
          const double weight = mine.weight(static_cast<std::int64_t>(end - begin), step);
          weights[static_cast<std::size_t>(step)] += weight;
          for (std::size_t i = begin; i < end && weight > 0; ++i) {
            ++seen[mine.order[i]];
            EXPECT_EQ(mine.order[i] / static_cast<std::size_t>(kBatch * size),
                      static_cast<std::size_t>(step));
          }
        }
      }
      EXPECT_THAT(seen, ::testing::Each(1)) << images << " images, " << size << " ranks";
      EXPECT_THAT(weights, ::testing::Each(::testing::DoubleNear(1, 1e-12)));
    }
  }
}

std::uint16_t free_port() { return TcpSocket::listening("127.0.0.1").port(); }

// Runs `work` as so many ranks, each on a thread of its own; rethrows what one throws.
template <class Work>
auto as_ranks(int size, Work work, std::stop_token stop = {}) {
  const auto port = free_port();
  std::vector<std::future<decltype(work(std::declval<Collective&>()))>> ranks;
  for (int rank = 0; rank < size; ++rank) {
    ranks.push_back(std::async(std::launch::async, [=] {
      RankPlace place;
      place.launcher = Launcher::torchrun;
      place.rank = rank;
      place.size = size;
      place.master_address = "127.0.0.1";
      place.master_port = port;
      place.seconds_to_end = 1;
      const auto joined = join_ranks(place, stop);
      return work(*joined);
    }));
  }
  std::vector<decltype(ranks.front().get())> results;
  for (auto& each : ranks) results.push_back(each.get());
  return results;
}

TEST(TcpRanks, AddUpAndTellAndGather) {
  const auto results = as_ranks(3, [](Collective& ranks) {
    std::vector<float> values(300'000);  // more than goes in one piece
    std::iota(values.begin(), values.end(), static_cast<float>(ranks.rank()));
    ranks.sum(values);
    std::array<double, 1> one{ranks.rank() + 0.5};
    ranks.sum(one);
    std::uint64_t told = ranks.rank() == 2 ? 42 : 0;
    ranks.broadcast(std::as_writable_bytes(std::span{&told, 1}), 2);
    auto texts = gather(ranks, std::string(static_cast<std::size_t>(ranks.rank()), 'x'));
    const bool someone = any(ranks, ranks.rank() == 1);
    return std::tuple{values.front(), values.back(), one[0],           told,
                      texts,          someone,       any(ranks, false)};
  });
  for (const auto& [front, back, one, told, texts, someone, none] : results) {
    EXPECT_EQ(front, 3);
    EXPECT_EQ(back, 3 * 299'999 + 3);
    EXPECT_EQ(one, 4.5);
    EXPECT_EQ(told, 42u);
    EXPECT_THAT(texts, ElementsAre("", "x", "xx"));
    EXPECT_TRUE(someone);
    EXPECT_FALSE(none);
  }
}

TEST(TcpRanks, NoticeThatOneIsGone) {
  const auto ends = as_ranks(2, [](Collective& ranks) -> std::string {
    if (ranks.rank() == 1) return "gone";
    try {
      any(ranks, false);
      any(ranks, false);
    } catch (const RankLost& lost) {
      return lost.what();
    }
    return "did not notice";
  });
  EXPECT_THAT(ends[0], HasSubstr("another rank ended"));
}

TEST(TcpRanks, DoNotWaitLongAfterTheyWereAskedToStop) {
  std::stop_source stop;
  std::promise<void> over;
  const auto waited = over.get_future().share();
  const auto ends = as_ranks(
      2,
      [&](Collective& ranks) -> std::string {
        if (ranks.rank() == 1) {
          waited.wait();  // in a step that does not end
          return "";
        }
        stop.request_stop();
        std::string said = "did not notice";
        try {
          any(ranks, true);
        } catch (const RankLost& lost) {
          said = lost.what();
        }
        over.set_value();
        return said;
      },
      stop.get_token());
  EXPECT_THAT(ends[0], HasSubstr("asked to stop"));
}

using Tensors = std::map<std::string, at::Tensor>;

// What a training has learnt, and the last epoch's result.
std::pair<Tensors, EpochResult> trained(const DataSet& data, const TrainingOptions& options,
                                        const std::filesystem::path& path, Collective* ranks) {
  Trainer trainer{make_network("lenet5"), data, options, ranks};
  const auto outcome = trainer.train(nullptr);
  trainer.save(path);
  return {read_checkpoint_file(path).tensors, outcome.epochs.back()};
}

TEST(TrainingByRanks, IsThatOfOneRankWithTwiceTheBatch) {
  const testing::TempTree folder;
  // 650 images: the last step has 10, and 5 for each.
  const DataSet data = load_data_set("synthetic:1x28x28:10:650");
  auto options = quick();
  options.epochs = 2;
  options.batch = 64;
  const auto [alone, alone_result] = trained(data, options, folder.root() / "alone.pt", nullptr);
  options.batch = 32;
  const auto both = as_ranks(2, [&](Collective& ranks) {
    const auto name = "rank" + std::to_string(ranks.rank()) + ".pt";
    return trained(data, options, folder.root() / name, &ranks);
  });
  for (const auto& [tensors, result] : both) {
    for (const auto& [name, tensor] : alone) {
      if (!name.starts_with("model.")) continue;
      const double apart = (tensors.at(name) - tensor).abs().max().item<double>();
      EXPECT_LT(apart, 1e-5) << name;
    }
    EXPECT_NEAR(*result.train_loss, *alone_result.train_loss, 1e-5);
    EXPECT_NEAR(*result.test_loss, *alone_result.test_loss, 1e-5);
    EXPECT_NEAR(*result.test_accuracy, *alone_result.test_accuracy, 1e-5);
  }
}

TEST(TrainingByRanks, RefusesRanksThatDoNotAgree) {
  const DataSet data = small_set();
  const auto ends = as_ranks(2, [&](Collective& ranks) -> std::string {
    auto options = quick();
    if (ranks.rank() == 1) options.batch = 16;
    Trainer trainer{make_network("lenet5"), data, options, &ranks};
    try {
      trainer.train(nullptr);
    } catch (const TrainingError& error) {
      return error.what();
    }
    return "no error";
  });
  for (const auto& end : ends) EXPECT_THAT(end, HasSubstr("batch 16"));
}

TEST(TrainingByRanks, StopsAllWhenOneIsAskedTo) {
  const DataSet data = small_set();
  const auto steps = as_ranks(2, [&](Collective& ranks) {
    auto options = quick();
    options.epochs = 1000;
    std::stop_source stop;
    TrainingListener listener;
    listener.epoch = [&](const EpochResult& result) {
      if (ranks.rank() == 1 && result.epoch == 1) stop.request_stop();
    };
    Trainer trainer{make_network("lenet5"), data, options, &ranks};
    const auto outcome = trainer.train(nullptr, listener, stop.get_token());
    EXPECT_TRUE(outcome.stopped);
    return outcome.steps;
  });
  EXPECT_EQ(steps[0], steps[1]);
}

}  // namespace
}  // namespace erg
