// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "backends.h"
#include "erg/maintenance.h"
#include "erg/push_runs.h"
#include "random_run.h"
#include "store_contract.h"

namespace erg {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::named;
using testing::readings;
using testing::this_process;
using ::testing::ThrowsMessage;

template <class Backend>
class StoreBesides : public testing::OpenStore<Backend> {};

using Backends = ::testing::Types<ERG_STORE_BACKEND>;
TYPED_TEST_SUITE(StoreBesides, Backends);

TYPED_TEST(StoreBesides, FindsRuns) {
  Run old = testing::random_run(1);
  old.header.name = "alexnet";
  old.header.start = UtcTime{std::chrono::hours{1}};
  Run fresh = testing::random_run(2);
  fresh.header.name = "alexnet";
  fresh.header.start = UtcTime{std::chrono::hours{2}};
  EXPECT_THROW(this->store_->find("last"), StoreError);
  this->store_->save(fresh);
  this->store_->save(old);
  auto& store = *this->store_;
  EXPECT_EQ(store.list().at(0).id, fresh.header.id);
  EXPECT_EQ(store.find("last"), fresh.header.id);
  EXPECT_EQ(store.find("alexnet"), fresh.header.id);
  EXPECT_EQ(store.find(old.header.id.text()), old.header.id);
  EXPECT_EQ(store.find(old.header.id.text().substr(0, 4)), old.header.id);
  EXPECT_THAT([&] { store.find(old.header.id.text().substr(0, 3)); },
              ThrowsMessage<StoreError>(HasSubstr("no run")));
  EXPECT_THAT([&] { store.find("alxnet"); },
              ThrowsMessage<StoreError>(HasSubstr("did you mean 'alexnet'?")));
}

TYPED_TEST(StoreBesides, FindsAnExactNameBeforeTheBeginningOfAnId) {
  Run one = testing::random_run(1);
  Run two = testing::random_run(2);
  one.header.id = *RunId::parse("cafe1111-0000-4000-8000-000000000001");
  one.header.name = "other";
  two.header.id = *RunId::parse("abcd2222-0000-4000-8000-000000000002");
  two.header.name = "cafe";
  this->store_->save(one);
  this->store_->save(two);
  EXPECT_EQ(this->store_->find("cafe"), two.header.id);
  EXPECT_EQ(this->store_->find("cafe1"), one.header.id);
  EXPECT_EQ(this->store_->find(one.header.id.text()), one.header.id);
}

TYPED_TEST(StoreBesides, AsksForMoreOfAnAmbiguousId) {
  Run one = testing::random_run(1);
  Run two = testing::random_run(2);
  one.header.id = *RunId::parse("abcd1111-0000-4000-8000-000000000001");
  two.header.id = *RunId::parse("abcd2222-0000-4000-8000-000000000002");
  this->store_->save(one);
  this->store_->save(two);
  EXPECT_THAT([&] { this->store_->find("abcd"); },
              ThrowsMessage<StoreError>(AllOf(HasSubstr("2 runs"), HasSubstr("abcd1111"))));
  EXPECT_EQ(this->store_->find("ABCD2"), two.header.id);
}

// What the store next door needs.
std::string local_url(const testing::TempTree& folder) {
  return "sqlite:" + folder.path("local.db").string();
}

TYPED_TEST(StoreBesides, IsPushedToOnce) {
  const testing::TempTree folder;
  const auto local = open_store(local_url(folder));
  std::vector<Run> runs;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    runs.push_back(testing::random_run(seed));
    local->save(runs.back());
  }
  const auto running = local->begin(named("running"), this_process());
  const auto first = push_runs(local_url(folder), this->backend_.url());
  EXPECT_EQ(first.delivered.size(), 5U);
  EXPECT_THAT(first.still_running, ElementsAre(running->run()));
  const auto second = push_runs(local_url(folder), this->backend_.url());
  EXPECT_EQ(second.there_already.size(), 5U);
  EXPECT_THAT(second.delivered, IsEmpty());
  EXPECT_EQ(this->store_->list().size(), 5U);
  for (const auto& run : runs) {
    SCOPED_TRACE(run.header.id.text());
    testing::expect_same(run, this->store_->load(run.header.id));
    testing::expect_same(run, local->load(run.header.id));
  }
  EXPECT_EQ(local->list().size(), 6U);
  push_runs(local_url(folder), this->backend_.url(), {}, AfterPush::remove);
  EXPECT_EQ(local->list().size(), 1U);
}

TYPED_TEST(StoreBesides, IsPushedFrom) {
  const testing::TempTree folder;
  const Run run = testing::random_run(7);
  this->store_->save(run);
  push_runs(this->backend_.url(), local_url(folder), std::vector<RunId>{run.header.id});
  testing::expect_same(run, open_store(local_url(folder))->load(run.header.id));
  EXPECT_THROW(
      push_runs(this->backend_.url(), local_url(folder), std::vector<RunId>{RunId::random()}),
      StoreError);
  EXPECT_THROW(push_runs(this->backend_.url(), this->backend_.url()), StoreError);
}

TYPED_TEST(StoreBesides, ChecksAndVacuums) {
  std::uint64_t samples = 0;
  std::uint64_t spans = 0;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const Run run = testing::random_run(seed);
    this->store_->save(run);
    for (const auto& part : run.parts) {
      spans += part.spans.size();
      for (const auto& timeline : part.timelines) samples += timeline.size();
    }
  }
  const StoreCheck check = check_store(this->backend_.url());
  EXPECT_THAT(check.problems, IsEmpty());
  EXPECT_EQ(check.runs, 3U);
  EXPECT_EQ(check.samples, samples);
  EXPECT_EQ(check.spans, spans);
  for (const auto& run : this->store_->list()) this->store_->remove(run.id);
  const StoreVacuum vacuum = vacuum_store(this->backend_.url());
  EXPECT_LT(vacuum.after, vacuum.before);
  EXPECT_EQ(check_store(this->backend_.url()).samples, 0U);
  const StoreMigration migration = migrate_store(this->backend_.url());
  EXPECT_EQ(migration.before, migration.after);
}

TYPED_TEST(StoreBesides, IsOpenedByManyAtOnce) {
  std::vector<std::jthread> threads;
  std::atomic<int> opened = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      const auto store = open_store(this->backend_.url());
      store->save(testing::random_run(static_cast<std::uint64_t>(100 + i)));
      ++opened;
    });
  }
  threads.clear();
  EXPECT_EQ(opened, 4);
  EXPECT_EQ(this->store_->list().size(), 4U);
}

}  // namespace
}  // namespace erg
