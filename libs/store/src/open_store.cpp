// SPDX-License-Identifier: Apache-2.0
#include "erg/open_store.h"

#include <cstdlib>
#include <filesystem>

#include "connect.h"
#include "sql_store.h"

namespace erg {
namespace {

constexpr std::string_view kSqlite = "sqlite:";

std::filesystem::path data_folder() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::filesystem::path{value ? value : ""};
  };
  std::filesystem::path folder = variable("XDG_DATA_HOME");
  if (folder.empty()) {
    folder = variable("HOME");
    if (folder.empty()) {
      throw StoreError{"no place for the store: neither ERG_STORE, XDG_DATA_HOME nor HOME is set"};
    }
    folder = folder / ".local" / "share";
  }
  folder /= "erg";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw StoreError{"cannot make " + folder.string() + " for the store: " + error.message() +
                     ". Name another place with --store or ERG_STORE"};
  }
  return folder;
}

}  // namespace

std::unique_ptr<Store> open_store(std::string_view url) {
  if (store::names_postgres(url)) {
    return std::make_unique<store::SqlStore>(
        store::connector(url), [] { return store::connector(undelivered_store_url())(); });
  }
  return std::make_unique<store::SqlStore>(store::connector(url), [url = std::string{url}] {
    const std::string local = undelivered_store_url();
    if (local.ends_with(url)) throw StoreError{"no other store than " + url + " to go on in"};
    return store::connector(local)();
  });
}

std::string default_store_url() {
  const char* named = std::getenv("ERG_STORE");
  if (named && *named) return named;
  return std::string{kSqlite} + (data_folder() / "erg.db").string();
}

std::string undelivered_store_url() {
  return std::string{kSqlite} + (data_folder() / "undelivered.db").string();
}

namespace store {

bool names_postgres(std::string_view url) {
  return url.starts_with("postgresql://") || url.starts_with("postgres://");
}

Connect connector(std::string_view url) {
  if (names_postgres(url)) return [url = std::string{url}] { return connect_postgres(url); };
  const auto scheme = url.find("://");
  if (scheme != std::string_view::npos) {
    throw StoreError{"no store of kind '" + std::string{url.substr(0, scheme)} +
                     "': a store is sqlite:PATH or postgresql://..."};
  }
  if (url.starts_with(kSqlite)) url.remove_prefix(kSqlite.size());
  if (url.empty()) throw StoreError{"a store needs a path: sqlite:PATH or postgresql://..."};
  return [path = std::string{url}] { return connect_sqlite(path); };
}

}  // namespace store
}  // namespace erg
