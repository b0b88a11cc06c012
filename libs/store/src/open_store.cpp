// SPDX-License-Identifier: Apache-2.0
#include "erg/open_store.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "connect.h"
#include "erg/suggest.h"
#include "sql_store.h"

namespace erg {
namespace {

constexpr std::string_view kSqlite = "sqlite:";
constexpr std::string_view kForms = "a store is sqlite:PATH, a bare PATH or postgresql://...";

// What stands before the first colon, where that can be no part of a path: letters alone.
std::string_view scheme_of(std::string_view url) {
  const auto colon = url.find(':');
  if (colon == std::string_view::npos) return {};
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto scheme = url.substr(0, colon);
  return std::ranges::all_of(scheme, letter) ? scheme : std::string_view{};
}

[[noreturn]] void refuse_scheme(std::string_view scheme) {
  constexpr std::string_view kSchemes[] = {"sqlite", "postgresql"};
  std::string text =
      "no store of kind '" + std::string{scheme} + "'" + suggestion(scheme, kSchemes);
  if (scheme == "postgresql" || scheme == "postgres")
    text = "a server is " + std::string{scheme} + "://HOST/DATABASE";
  throw StoreError{text + ": " + std::string{kForms} +
                   "; a file of such a name is sqlite:" + std::string{scheme} + ":..."};
}

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
  const auto scheme = scheme_of(url);
  if (!scheme.empty() && scheme != "sqlite") refuse_scheme(scheme);
  if (url.starts_with(kSqlite)) url.remove_prefix(kSqlite.size());
  if (url.empty()) throw StoreError{"a store needs a path: sqlite:PATH or postgresql://..."};
  return [path = std::string{url}] { return connect_sqlite(path); };
}

}  // namespace store
}  // namespace erg
