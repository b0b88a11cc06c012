// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "store_contract.h"

namespace erg {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Seconds kLong{3600};

template <class Backend>
class StoreStudy : public testing::OpenStore<Backend> {
 protected:
  void add(std::string_view study, int count) {
    std::vector<StudyCell> cells;
    for (int i = 0; i < count; ++i) {
      StudyCell cell;
      cell.study = study;
      cell.name = "cell" + std::to_string(i);
      cell.position = count - i;  // the last one first
      cell.settings = R"({"cap": 100})";
      cells.push_back(cell);
    }
    this->store_->add_cells(cells);
  }
};

using Backends = ::testing::Types<ERG_STORE_BACKEND>;
TYPED_TEST_SUITE(StoreStudy, Backends);

TYPED_TEST(StoreStudy, LeasesEachCellOnceInOrder) {
  this->add("caps", 3);
  this->add("other", 1);
  EXPECT_THAT(this->store_->studies(), ElementsAre("caps", "other"));
  std::vector<std::string> names;
  while (const auto cell = this->store_->lease_cell("caps", "me", kLong)) {
    EXPECT_EQ(cell->settings, R"({"cap": 100})");
    EXPECT_EQ(cell->state, CellState::leased);
    EXPECT_EQ(cell->owner, "me");
    EXPECT_EQ(cell->attempts, 1);
    names.push_back(cell->name);
  }
  EXPECT_THAT(names, ElementsAre("cell2", "cell1", "cell0"));
  EXPECT_EQ(this->store_->cells("other").at(0).state, CellState::open);
}

TYPED_TEST(StoreStudy, AddingAgainKeepsWhatWasDone) {
  this->add("caps", 2);
  auto cell = *this->store_->lease_cell("caps", "me", kLong);
  cell.state = CellState::done;
  cell.run = RunId::random();
  cell.result = "{}";
  EXPECT_TRUE(this->store_->end_lease(cell));
  this->add("caps", 3);
  const auto cells = this->store_->cells("caps");
  ASSERT_EQ(cells.size(), 3U);
  const auto same = std::ranges::find(cells, cell.name, &StudyCell::name);
  EXPECT_EQ(*same, cell);
}

TYPED_TEST(StoreStudy, AnEndedLeaseIsAnybodys) {
  this->add("caps", 1);
  const auto first = *this->store_->lease_cell("caps", "dead", Seconds{0.05});
  EXPECT_FALSE(this->store_->lease_cell("caps", "me", kLong));
  std::this_thread::sleep_for(std::chrono::milliseconds{80});
  const auto second = this->store_->lease_cell("caps", "me", kLong);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->attempts, 2);
  EXPECT_FALSE(this->store_->renew_lease(first, kLong));
  auto late = first;
  late.state = CellState::done;
  EXPECT_FALSE(this->store_->end_lease(late));
  EXPECT_EQ(this->store_->cells("caps").at(0), *second);
}

TYPED_TEST(StoreStudy, ARenewedLeaseHolds) {
  this->add("caps", 1);
  const auto cell = *this->store_->lease_cell("caps", "me", Seconds{0.05});
  EXPECT_TRUE(this->store_->renew_lease(cell, kLong));
  std::this_thread::sleep_for(std::chrono::milliseconds{80});
  EXPECT_FALSE(this->store_->lease_cell("caps", "other", kLong));
}

TYPED_TEST(StoreStudy, FailuresStayUntilTheyAreOpenedAgain) {
  this->add("caps", 1);
  auto cell = *this->store_->lease_cell("caps", "me", kLong);
  cell.state = CellState::failed;
  cell.result = "out of memory";
  EXPECT_TRUE(this->store_->end_lease(cell));
  EXPECT_FALSE(this->store_->end_lease(cell));
  EXPECT_FALSE(this->store_->lease_cell("caps", "me", kLong));
  EXPECT_EQ(this->store_->cells("caps").at(0).result, "out of memory");
  EXPECT_TRUE(this->store_->reopen_cell("caps", cell.name));
  EXPECT_FALSE(this->store_->reopen_cell("caps", "none"));
  auto again = *this->store_->lease_cell("caps", "me", kLong);
  EXPECT_EQ(again.attempts, 2);
  again.state = CellState::open;  // given back
  EXPECT_TRUE(this->store_->end_lease(again));
  EXPECT_TRUE(this->store_->lease_cell("caps", "other", kLong));
  this->store_->remove_study("caps");
  EXPECT_THAT(this->store_->cells("caps"), IsEmpty());
}

// A process that takes cells until there are none and sends each one's number through the pipe.
[[noreturn]] void take_cells(const std::string& url, int out, int number) {
  try {
    const auto store = open_store(url);
    const std::string owner = "process " + std::to_string(number);
    while (auto cell = store->lease_cell("shared", owner, kLong)) {
      const auto position = static_cast<unsigned char>(cell->position);
      if (::write(out, &position, 1) != 1) ::_exit(2);
      cell->state = CellState::done;
      if (!store->end_lease(*cell)) ::_exit(3);
    }
  } catch (const std::exception&) {
    ::_exit(4);
  }
  ::_exit(0);
}

TYPED_TEST(StoreStudy, ManyProcessesNeverTakeOneCellTwice) {
  constexpr int kCells = 60;
  constexpr int kProcesses = 6;
  this->add("shared", kCells);
  const std::string url = this->backend_.url();
  this->store_.reset();  // a connection must not be used on both sides of a fork
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  for (int i = 0; i < kProcesses; ++i) {
    if (::fork() == 0) {
      ::close(ends[0]);
      take_cells(url, ends[1], i);
    }
  }
  ::close(ends[1]);
  std::vector<unsigned char> taken;
  unsigned char position = 0;
  while (::read(ends[0], &position, 1) == 1) taken.push_back(position);
  ::close(ends[0]);
  for (int i = 0; i < kProcesses; ++i) {
    int status = -1;
    ASSERT_GT(::wait(&status), 0);
    EXPECT_EQ(status, 0);
  }
  std::ranges::sort(taken);
  ASSERT_EQ(taken.size(), static_cast<std::size_t>(kCells));
  for (int i = 0; i < kCells; ++i) EXPECT_EQ(taken[static_cast<std::size_t>(i)], i + 1);
  this->store_ = open_store(url);
  for (const auto& cell : this->store_->cells("shared")) {
    EXPECT_EQ(cell.state, CellState::done);
    EXPECT_EQ(cell.attempts, 1);
  }
}

TYPED_TEST(StoreStudy, KeepsDocumentsByKindAndName) {
  Store& store = *this->store_;
  const std::string model{document_kind::kModel};
  EXPECT_FALSE(store.document(model, "a"));
  store.save_document({model, "b", R"({"v": 1})", {}});
  store.save_document({model, "a", "{}", {}});
  store.save_document({std::string{document_kind::kDeviceProfile}, "a", "profile", {}});
  store.save_document({model, "b", R"({"v": 2, "text": "Größe"})", {}});
  const auto models = store.documents(model);
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].name, "a");
  EXPECT_EQ(models[1].text, R"({"v": 2, "text": "Größe"})");
  EXPECT_GT(models[1].saved, UtcTime{std::chrono::hours{24 * 365 * 50}});
  EXPECT_EQ(open_store(this->backend_.url())->document(model, "b"), models[1]);
  EXPECT_TRUE(store.remove_document(model, "b"));
  EXPECT_FALSE(store.remove_document(model, "b"));
  EXPECT_EQ(store.document(document_kind::kDeviceProfile, "a")->text, "profile");
}

}  // namespace
}  // namespace erg
