// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "backends.h"
#include "connect.h"
#include "erg/maintenance.h"
#include "erg/push_runs.h"

namespace erg {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::named;
using ::testing::Not;
using testing::readings;
using testing::this_process;
using ::testing::ThrowsMessage;

class PostgresFallback : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto missing = server_.missing()) GTEST_SKIP() << *missing;
    ::setenv("XDG_DATA_HOME", folder_.root().c_str(), 1);
    store_ = open_store(server_.url());
  }
  void TearDown() override { ::unsetenv("XDG_DATA_HOME"); }

  // What a server that is shut down does to the writers; the store's own connection is left alone.
  void cut_writers() {
    store::connect_postgres(server_.url())
        ->script(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'erg' "
            "AND pid <> pg_backend_pid()");
  }

  void add_step(std::int64_t second) {
    Span span;
    span.name = spans_.intern("step " + std::to_string(second));
    span.interval = testing::between(static_cast<double>(second), static_cast<double>(second) + 1);
    spans_.append(span);
  }

  testing::PostgresBackend server_;
  testing::TempTree folder_;
  std::unique_ptr<Store> store_;
  SpanTable spans_;
};

TEST_F(PostgresFallback, GoesOnLocallyAndIsDeliveredOnce) {
  auto writer = store_->begin(named("cut off"), this_process());
  const RunId id = writer->run();
  add_step(0);
  writer->append_spans(spans_, 0);
  writer->append_samples(0, readings(0, 10));
  writer->append_note("before");
  writer->append_epoch({0, 1.0, {}, {}, {}});
  writer->heartbeat();

  cut_writers();
  add_step(1);
  writer->append_spans(spans_, 1);
  writer->append_samples(0, readings(1, 10));
  EXPECT_THAT([&] { writer->heartbeat(); },
              ThrowsMessage<StoreError>(AllOf(HasSubstr("undelivered.db"), HasSubstr("push"))));
  writer->append_samples(0, readings(2, 900));  // into the next minute
  writer->append_epoch({1, 0.5, {}, {}, {}});
  writer->heartbeat();  // says nothing more: it is safe

  const std::string local = undelivered_store_url();
  EXPECT_THAT(push_runs(local, server_.url()).still_running, ElementsAre(id));
  writer->finish(RunStatus::finished, 0, {9, 0, 0, Seconds{1}});
  EXPECT_THAT([&] { open_store(local)->load(id); },
              ThrowsMessage<StoreError>(HasSubstr("erg runs push")));

  EXPECT_THAT(push_runs(local, server_.url()).delivered, ElementsAre(id));
  EXPECT_THAT(push_runs(local, server_.url(), {}, AfterPush::remove).delivered, ElementsAre(id));
  EXPECT_THAT(open_store(local)->list(), IsEmpty());
  const erg::Run run = open_store(server_.url())->load(id);
  EXPECT_EQ(run.status, RunStatus::finished);
  EXPECT_EQ(run.parts.at(0).timelines[0].size(), 920U);
  EXPECT_EQ(run.parts[0].timelines[0].covered()->end, testing::at(91.9));
  EXPECT_EQ(run.parts[0].spans.size(), 2U);
  EXPECT_EQ(run.epochs.size(), 2U);
  EXPECT_EQ(run.parts[0].cost.reads, 9U);
  EXPECT_THAT(run.parts[0].notes, ElementsAre("before", HasSubstr("lost the server")));
  EXPECT_THAT(check_store(server_.url()).problems, IsEmpty());
}

TEST_F(PostgresFallback, DeliversNoRestWithoutItsBeginning) {
  const auto writer = store_->begin(named("cut off"), this_process());
  cut_writers();
  writer->append_samples(0, readings(0, 10));
  EXPECT_THROW(writer->finish(RunStatus::finished, 0, {}), StoreError);
  const testing::PostgresBackend elsewhere;
  EXPECT_THAT(push_runs(undelivered_store_url(), elsewhere.url()).without_beginning,
              ElementsAre(writer->run()));
  EXPECT_THAT(push_runs(undelivered_store_url(), server_.url()).delivered,
              ElementsAre(writer->run()));
}

TEST_F(PostgresFallback, SaysWhereAServerIsNotWithoutThePassword) {
  EXPECT_THAT([] { open_store("postgresql://me:secret@127.0.0.1:1/db"); },
              ThrowsMessage<StoreError>(
                  AllOf(HasSubstr("postgresql://me@127.0.0.1:1/db"), Not(HasSubstr("secret")))));
}

TEST_F(PostgresFallback, TheStoreComesBackByItself) {
  store_->list();
  cut_writers();
  EXPECT_THROW(store_->list(), StoreError);
  EXPECT_THAT(store_->list(), IsEmpty());
}

}  // namespace
}  // namespace erg
