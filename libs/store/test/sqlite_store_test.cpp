// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "backends.h"
#include "connect.h"
#include "erg/maintenance.h"
#include "migration_texts.h"
#include "random_run.h"

namespace erg {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::named;
using testing::readings;
using testing::this_process;
using ::testing::ThrowsMessage;

class SqliteStore : public ::testing::Test {
 protected:
  std::string file(const std::string& name = "runs.db") const {
    return folder_.path(name).string();
  }
  auto opening(const std::string& url) const {
    return [url] { open_store(url); };
  }

  testing::TempTree folder_;
};

TEST_F(SqliteStore, TakesABarePath) {
  EXPECT_EQ(open_store(file())->url(), "sqlite:" + file());
  EXPECT_EQ(open_store("sqlite:" + file())->url(), "sqlite:" + file());
}

TEST_F(SqliteStore, SaysWhatCannotBeOpened) {
  EXPECT_THAT(opening(file("no/folder/runs.db")),
              ThrowsMessage<StoreError>(AllOf(HasSubstr("no/folder"), HasSubstr("folder there"))));
  folder_.write("text.db",
                "These are no pages of a database, but a letter to whom it may concern.\n"
                "It goes on for longer than a header.\n");
  EXPECT_THAT(opening(file("text.db")), ThrowsMessage<StoreError>(HasSubstr("is not a database")));
  EXPECT_THAT(opening("mysql://host/db"), ThrowsMessage<StoreError>(HasSubstr("mysql")));
  EXPECT_THAT(opening("sqlite:"), ThrowsMessage<StoreError>(HasSubstr("needs a path")));
}

TEST_F(SqliteStore, LeavesTheDatabaseOfAnotherProgramAlone) {
  store::connect_sqlite(file())->script("CREATE TABLE bookmarks (url TEXT)");
  EXPECT_THAT(opening(file()), ThrowsMessage<StoreError>(HasSubstr("another program")));
}

TEST_F(SqliteStore, RefusesANewerSchema) {
  open_store(file());
  store::connect_sqlite(file())->script("UPDATE erg_schema SET version = 4711");
  EXPECT_THAT(opening(file()),
              ThrowsMessage<StoreError>(AllOf(HasSubstr("4711"), HasSubstr("newer erg"))));
}

TEST_F(SqliteStore, MigratesFromEachOlderVersion) {
  const int newest = store::newest_schema_version(store::Dialect::sqlite);
  ASSERT_GE(newest, 2);
  for (int version = 1; version < newest; ++version) {
    SCOPED_TRACE(version);
    const std::string path = file("v" + std::to_string(version) + ".db");
    store::migrate(*store::connect_sqlite(path), version);
    const StoreMigration migration = migrate_store(path);
    EXPECT_EQ(migration.before, version);
    EXPECT_EQ(migration.after, newest);
    const erg::Run run = testing::random_run(1);
    const auto store = open_store(path);
    store->save(run);
    testing::expect_same(run, store->load(run.header.id));
    store::connect_sqlite(path)->query("SELECT count(*) FROM runs_overview", {},
                                       [](const store::Row& row) { EXPECT_EQ(row.integer(0), 1); });
  }
}

TEST_F(SqliteStore, AMigrationThatFailsLeavesTheVersionBefore) {
  const auto connection = store::connect_sqlite(file());
  store::migrate(*connection, 1);
  connection->script("CREATE TABLE words (clashes INTEGER)");  // with a table of version 2
  EXPECT_THROW(open_store(file()), StoreError);
  EXPECT_EQ(store::schema_version(*connection), 1);
}

TEST_F(SqliteStore, WaitsNoLongerThanAHeartbeatMay) {
  const auto store = open_store(file());
  const auto writer = store->begin(named("live"), this_process());
  writer->append_samples(0, readings(0, 10));
  const auto other = store::connect_sqlite(file());
  other->begin_write();
  EXPECT_THAT([&] { writer->heartbeat(); }, ThrowsMessage<StoreError>(HasSubstr("locked")));
  writer->append_samples(0, readings(1, 10));
  EXPECT_THROW(writer->heartbeat(), StoreError);
  other->rollback();
  writer->append_samples(0, readings(2, 10));
  writer->heartbeat();
  EXPECT_EQ(store->load(writer->run()).parts[0].timelines[0].size(), 30U);
}

TEST_F(SqliteStore, KeepsTheBufferOfAFullDiskForLater) {
  const std::string disk = file("disk");
  std::filesystem::create_directory(disk);
  const std::string mount = "mount -t tmpfs -o size=1m erg-test " + disk + " 2>/dev/null";
  if (std::system(mount.c_str()) != 0) GTEST_SKIP() << "cannot mount a small disk: needs root";
  const std::string filler = disk + "/filler";
  {
    const auto store = open_store(disk + "/runs.db");
    const auto writer = store->begin(named("live"), this_process());
    std::ofstream{filler} << std::string(1 << 20, 'x');
    SpanTable spans;
    const NameId name = spans.intern("step");
    int failed = 0;
    for (int second = 0; second < 100; ++second) {
      writer->append_samples(0, readings(second, 10));
      const auto first = static_cast<SpanIndex>(spans.size());
      for (int i = 0; i < 2000; ++i) {
        Span span;
        span.name = name;
        const auto begin = Timestamp{Nanoseconds{(second * 7919 + i * 104729) % 1000003}};
        span.interval = {begin, begin + Nanoseconds{i * i}};
        spans.append(span);
      }
      writer->append_spans(spans, first);
      try {
        writer->heartbeat();
      } catch (const StoreError& error) {
        EXPECT_THAT(error.what(), HasSubstr("space"));
        if (++failed == 3) break;
      }
    }
    EXPECT_EQ(failed, 3);
    std::filesystem::remove(filler);
    writer->finish(RunStatus::finished, 0, {});
    const erg::Run run = store->load(writer->run());
    EXPECT_EQ(run.parts[0].spans.size(), spans.size());
    EXPECT_EQ(run.parts[0].timelines[0].size() % 10, 0U);
    EXPECT_THAT(check_store(store->url()).problems, IsEmpty());
  }
  EXPECT_EQ(std::system(("umount " + disk).c_str()), 0);
}

TEST_F(SqliteStore, CheckFindsADamagedChunk) {
  const auto store = open_store(file());
  store->begin(named("live"), this_process())->append_samples(0, readings(0, 900));
  store::connect_sqlite(file())->script(
      "UPDATE chunks SET data = substr(data, 1, 20) WHERE minute = 0");
  EXPECT_EQ(check_store(file()).problems.size(), 1U);
  EXPECT_THAT([&] { store->load(store->find("live")); },
              ThrowsMessage<StoreError>(HasSubstr("damaged")));
  EXPECT_THROW(check_store(file("nothing.db")), StoreError);
  EXPECT_FALSE(std::filesystem::exists(file("nothing.db")));
}

TEST_F(SqliteStore, DefaultIsNamedByTheEnvironment) {
  ::setenv("ERG_STORE", "sqlite:/somewhere/else.db", 1);
  EXPECT_EQ(default_store_url(), "sqlite:/somewhere/else.db");
  ::unsetenv("ERG_STORE");
  ::setenv("XDG_DATA_HOME", folder_.root().c_str(), 1);
  EXPECT_EQ(default_store_url(), "sqlite:" + file("erg/erg.db"));
  EXPECT_TRUE(std::filesystem::is_directory(file("erg")));
  folder_.write("in_the_way/erg", "a file");
  ::setenv("XDG_DATA_HOME", file("in_the_way").c_str(), 1);
  EXPECT_THAT([] { default_store_url(); }, ThrowsMessage<StoreError>(HasSubstr("ERG_STORE")));
  ::unsetenv("XDG_DATA_HOME");
}

TEST_F(SqliteStore, WordsOfViewsAreThoseOfTheProgram) {
  open_store(file());
  const auto connection = store::connect_sqlite(file());
  const auto word = [&](const std::string& list, std::int64_t value) {
    std::string found;
    connection->query("SELECT word FROM words WHERE list = $1 AND value = $2", {list, value},
                      [&](const store::Row& row) { found = row.text(0); });
    return found;
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(word("provenance", i), to_string(Provenance(i)));
  for (int i = 1; i < 4; ++i) EXPECT_EQ(word("status", i), to_string(RunStatus(i)));
  for (int i = 1; i < 3; ++i) EXPECT_EQ(word("pass", i), to_string(Pass(i)));
}

TEST(SqliteUrl, LosesItsPassword) {
  EXPECT_EQ(without_password("postgresql://me:secret@host:5432/db"),
            "postgresql://me@host:5432/db");
  EXPECT_EQ(without_password("postgresql://me:p@ss@host/db"), "postgresql://me@host/db");
  EXPECT_EQ(without_password("postgresql://host/db?password=secret&sslmode=require"),
            "postgresql://host/db?sslmode=require");
  EXPECT_EQ(without_password("postgresql://host:5432/db"), "postgresql://host:5432/db");
  EXPECT_EQ(without_password("sqlite:/a:b@c"), "sqlite:/a:b@c");
}

}  // namespace
}  // namespace erg
