// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libpq-fe.h>

namespace erg::store {

// The PostgreSQL client library. It is loaded by the first connection, not with the program: it
// brings Kerberos, LDAP and TLS along, half of what `erg --version` would take.
struct Libpq {
  // Loaded once, for all threads. Throws StoreError where the library is not there.
  static const Libpq& instance();

  decltype(&PQclear) clear = nullptr;
  decltype(&PQconnectdbParams) connect = nullptr;
  decltype(&PQerrorMessage) error_message = nullptr;
  decltype(&PQexec) exec = nullptr;
  decltype(&PQexecParams) exec_params = nullptr;
  decltype(&PQexecPrepared) exec_prepared = nullptr;
  decltype(&PQfinish) finish = nullptr;
  decltype(&PQftype) field_type = nullptr;
  decltype(&PQgetResult) next_result = nullptr;
  decltype(&PQgetisnull) is_null = nullptr;
  decltype(&PQgetlength) length = nullptr;
  decltype(&PQgetvalue) value = nullptr;
  decltype(&PQntuples) row_count = nullptr;
  decltype(&PQprepare) prepare = nullptr;
  decltype(&PQputCopyData) put_copy_data = nullptr;
  decltype(&PQputCopyEnd) put_copy_end = nullptr;
  decltype(&PQreset) reset = nullptr;
  decltype(&PQresultErrorField) error_field = nullptr;
  decltype(&PQresultStatus) result_status = nullptr;
  decltype(&PQsetNoticeProcessor) set_notice_processor = nullptr;
  decltype(&PQstatus) status = nullptr;

 private:
  Libpq();
};

}  // namespace erg::store
