// SPDX-License-Identifier: Apache-2.0
#include "libpq.h"

#include <dlfcn.h>

#include <string>

#include "erg/store.h"

namespace erg::store {

const Libpq& Libpq::instance() {
  static const Libpq library;
  return library;
}

Libpq::Libpq() {
  // The name has been the same since PostgreSQL 8.2. Never closed: TLS keeps handlers in it.
  void* const handle = ::dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    throw StoreError{"the PostgreSQL client library cannot be loaded: " + std::string{::dlerror()} +
                     " (Debian's package libpq5)"};
  }
  const auto load = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(handle, name));
    if (!function) throw StoreError{"libpq.so.5 has no " + std::string{name}};
  };
  load(clear, "PQclear");
  load(connect, "PQconnectdbParams");
  load(error_message, "PQerrorMessage");
  load(exec, "PQexec");
  load(exec_params, "PQexecParams");
  load(exec_prepared, "PQexecPrepared");
  load(finish, "PQfinish");
  load(field_type, "PQftype");
  load(next_result, "PQgetResult");
  load(is_null, "PQgetisnull");
  load(length, "PQgetlength");
  load(value, "PQgetvalue");
  load(row_count, "PQntuples");
  load(prepare, "PQprepare");
  load(put_copy_data, "PQputCopyData");
  load(put_copy_end, "PQputCopyEnd");
  load(reset, "PQreset");
  load(error_field, "PQresultErrorField");
  load(result_status, "PQresultStatus");
  load(set_notice_processor, "PQsetNoticeProcessor");
  load(status, "PQstatus");
}

}  // namespace erg::store
