// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <iosfwd>

#include "erg/run.h"

namespace erg {

// What a tidy table has a row of.
enum class TidyTable : std::uint8_t {
  runs,        // a run: run,name,status,start_utc,network,data,...,device,cap_w,time_s,energy_j
  samples,     // a reading: run,rank,device,channel,unit,time_s,value
  spans,       // a span: run,rank,span,parent,name,kind,pass,clock,device,begin_s,end_s
  epochs,      // run,epoch,train_loss,train_accuracy,test_loss,test_accuracy
  breakdowns,  // a row of a breakdown:
               // run,by,method,device,name,kind,pass,count,time_s,energy_j,...
};

// Times are seconds since the part's start, which the samples' header of the run tells in UTC
// (run_json.h has it exactly). Tables of several runs go one after another, the header once.
void write_tidy_header(TidyTable table, std::ostream& out);
void write_tidy_rows(TidyTable table, const Run& run, std::ostream& out);

// CodeCarbon's emissions.csv, so that what reads it goes on working. A run that came from such a
// file gives its own row back; another one `kg_per_kwh` times its energy.
void write_emissions_header(std::ostream& out);
void write_emissions_row(const Run& run, double kg_per_kwh, std::ostream& out);

}  // namespace erg
