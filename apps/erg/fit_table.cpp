// SPDX-License-Identifier: Apache-2.0
#include "fit_table.h"

#include "number_checks.h"
#include "run_filter.h"

namespace erg {

void add_table_options(CLI::App& app, TableOptions& table) {
  app.add_option("--csv", table.csv, "A table instead of stored runs; - is standard input")
      ->type_name("FILE");
  app.add_option("--with", table.more,
                 "Another table of the same columns, of another data set; may be given again")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option(
      "--where", table.where,
      "Only runs that match: FIELD=VALUE, joined by 'and'. Fields: " + run_fields() + ", or a tag");
  app.add_option("--columns", table.columns,
                 "What columns of the table are: network, energy, time, macs, parameters, batch, "
                 "images, device or a feature, =COLUMN, or A*B, A/B of two")
      ->type_name("ROLE=COLUMN")
      ->delimiter(',');
  app.add_option("--network", table.network, "Of which network a table is that names none");
  app.add_option("--names", table.names,
                 "Which networks the table's names are: 'study', or a CSV file of two columns")
      ->type_name("MAP");
  app.add_option("--of", table.unit, "Of what energy and time are: step, epoch, run")
      ->check(CLI::IsMember({"step", "epoch", "run"}))
      ->capture_default_str();
  app.add_flag("--each-epoch", table.each_epoch, "A row for each epoch of a run");
  app.add_option("--energy-unit", table.energy_unit, "Of the table: J, kJ, Wh, kWh, mJ");
  app.add_option("--time-unit", table.time_unit, "Of the table: s, ms, min, h");
  app.add_option("--device", table.device, "On which device the table was measured");
  app.add_option("--precision", table.precision, "At which precision");
  app.add_option("--input", table.input, "Of which input the table's networks were")
      ->type_name("CxHxW");
  app.add_option("--classes", table.classes, "Their outputs")->check(more_than(0));
  app.add_option("--batch", table.batch, "Images a step, of a table")->check(more_than(0));
  app.add_option("--images", table.images, "Images of a unit (an epoch)")->check(more_than(0));
}

}  // namespace erg
