# SPDX-License-Identifier: Apache-2.0
"""erg methods: one recording as every measuring method would have seen it."""

import json
import os
import pathlib
import re
import shutil

from erg_case import ErgCase, main


class MethodsOfARun(ErgCase):
    def test_see_one_run(self):
        self.erg("run", "--", "sleep", "0.5")
        for one in self.json("methods", "last"):
            self.assertLessEqual({"device", "reference", "reference_j", "rows"}, one.keys())
            for row in one["rows"]:
                error = row["energy_j"] / one["reference_j"] - 1
                self.assertAlmostEqual(row["error"], error, places=9)
        self.assert_one_line(self.erg("methods", status=2).stderr, "RUN", "--trace")

    def test_a_run_may_be_called_as_a_command_is(self):
        for name in ("carbon", "run", "methods", "runs"):
            self.erg("run", "--name", name, "--", "true")
            self.erg("methods", name)
            self.erg("energy", name)
            self.erg("runs", "show", name)
            self.assertEqual(self.json("runs", "list", "--where", f"name={name}")[0]["name"], name)


class Gaps(ErgCase):
    def test_a_total_without_a_device_says_so(self):
        log = self.folder / "pm.txt"
        sample = (
            "*** Sampled system activity (Sun Oct 22 14:38:0{} 2023 +0200) (1000ms elapsed) ***\n"
            "CPU Power: {} mW\nGPU Power: 100 mW\nANE Power: 0 mW\n"
            "Combined Power (CPU + GPU + ANE): 2100 mW\n"
        )
        log.write_text("Machine model: Mac\n" + "".join(sample.format(i, -2000) for i in range(4)))
        done = self.erg("import", "powermetrics", str(log), "--name", "lacking")
        self.assertIn("8.000 J more", done.stderr)
        notes = self.json("energy", "lacking")["notes"]
        self.assertTrue(any("cpu-0: no readings but gaps" in note for note in notes), notes)
        self.assertIn("note: cpu-0: no readings", self.erg("energy", "lacking", "--by", "device").stdout)
        found = self.json("methods", "lacking")
        self.assertTrue(any("cpu-0 is left out" in note for note in found[0]["notes"]))


class Traces(ErgCase):
    def setUp(self):
        super().setUp()
        self.data = pathlib.Path(os.environ.get("ERG_SHARED_DATA", "nowhere"))
        if not self.data.is_dir():
            self.skipTest("the shared data are not here")

    def test_the_laptop_of_the_study(self):
        trace = str(self.data / "thesis/3060_linux")
        found = self.json("methods", "--trace", trace)
        self.assertAlmostEqual(found["reference_j"] / 3.6e6, 0.032767, delta=1e-5)
        carbon = [row for row in found["rows"] if "CodeCarbon" in row["method"]]
        self.assertEqual(len(carbon), 4)
        for row in carbon:
            self.assertGreater(row["energy_j"] / 3.6e6, 0.0587)
            self.assertLess(row["energy_j"] / 3.6e6, 0.0593)
            self.assertAlmostEqual(row["error"], row["energy_j"] / found["reference_j"] - 1)
        self.assertIn("nominal power", found["reasons"][0])
        self.assertIn("reason: ", self.erg("methods", "--trace", trace).stdout)

    def test_the_same_from_stored_runs(self):
        folder = self.data / "thesis/3060_linux"
        self.erg("import", "nvidia-smi", str(folder / "gpu_power_usage.csv"), "--name", "smi")
        self.erg("import", "codecarbon", str(folder / "emissions.csv"), "--name", "estimate")
        found = self.json("methods", "smi", "estimate")[0]
        self.assertAlmostEqual(found["reference_j"] / 3.6e6, 0.032767, delta=1e-5)
        self.assertTrue(found["reasons"])

    def test_traces_beside_a_meter(self):
        traces = self.data / "power_traces"
        first, second = traces / "5050_3090", traces / "Transient_Response_3090_TR"
        for folder in (first, second, traces / "Transient_Response_A5000_TR"):
            found = self.json("methods", "--trace", str(folder))
            self.assertLessEqual({"reference_j", "rows", "warnings"}, found.keys())
            self.assertIn("meter", found["reference"])
            self.assertEqual(found["warnings"], [])
            self.assertLess(min(abs(row["error"]) for row in found["rows"]), 0.08)
        found = self.json("methods", "--trace", str(first), "--gain-from", str(second))
        corrected = [row for row in found["rows"] if "gain" in row["method"]]
        self.assertLess(min(abs(row["error"]) for row in corrected), 0.015)

    def test_the_loads_of_a_trace(self):
        traces = self.data / "power_traces"
        for name in ("Transient_Response_3090_TR", "Transient_Response_A5000_TR"):
            loads = self.json("methods", "--trace", str(traces / name))["loads"]
            instant = [load for load in loads if load["method"].startswith("power_instant")]
            self.assertEqual([load["load"] for load in instant], ["load a", "load b"])
            for load in instant:  # seconds of one load, windows of a tenth
                self.assertLess(abs(load["regression_error"]), 0.03)
            average = [load for load in loads if load["method"].startswith("power_average")]
            self.assertGreater(average[1]["timeline_error"], 0.15)
        # A wave of 100 ms through a window of 100 ms: no reading tells its halves apart.
        loads = self.json("methods", "--trace", str(traces / "5050_3090"))["loads"]
        self.assertEqual({load["regression_w"] for load in loads}, {None})
        self.assertGreater(min(abs(load["timeline_error"]) for load in loads), 0.25)

    def copy(self):
        trace = self.folder / "t"
        shutil.rmtree(trace, ignore_errors=True)
        shutil.copytree(self.data / "power_traces/5050_3090", trace, copy_function=shutil.copyfile)
        return trace

    def warned(self, trace, status):
        """Names and files of the warnings on stderr."""
        done = self.erg("methods", "--trace", str(trace), "--json", status=status)
        if status == 0:
            json.loads(done.stdout)
        return {
            (words[2], pathlib.Path(words[0]).name)
            for words in re.findall(r"(?m)^erg: warning: (\S+): (\d+) x (\w+): ", done.stderr)
        }

    def test_a_file_that_is_missing_or_short_is_named(self):
        for name, status in {
            "PMD_data.bin": 0,
            "timestamps.csv": 0,
            "PMD_start_ts.txt": 1,
            "gpudata.csv": 1,
        }.items():
            with self.subTest(missing=name):
                trace = self.copy()
                (trace / name).unlink()
                self.assertIn(("file_missing", name), self.warned(trace, status))
        for name, share, status in (
            ("PMD_data.bin", 0, 0),
            ("PMD_data.bin", 0.5, 0),
            ("PMD_data.bin", 0.8, 0),
            ("gpudata.csv", 0.5, 0),
            ("timestamps.csv", 0, 0),
        ):
            with self.subTest(short=name, share=share):
                trace = self.copy()
                whole = (trace / name).read_bytes()
                (trace / name).write_bytes(whole[: int(share * len(whole))])
                self.assertIn(("file_short", name), self.warned(trace, status))

    def test_what_is_malformed_or_absurd_is_counted(self):
        trace = self.copy()
        rows = (trace / "gpudata.csv").read_text().splitlines()
        for place, watts in ((50, "99999999"), (60, "[N/A]")):
            cells = rows[place].split(", ")
            cells[-1] = watts
            rows[place] = ", ".join(cells)
        rows[70] = "caf\udce9 \udcff"
        rows[80] = rows[75]  # the clock stepped back
        (trace / "gpudata.csv").write_bytes("\n".join(rows).encode(errors="surrogateescape"))
        (trace / "PMD_start_ts.txt").write_bytes((trace / "PMD_start_ts.txt").read_bytes() + b"\nx\n")
        names = {name for name, _ in self.warned(trace, 0)}
        self.assertLessEqual(
            {"power_absurd", "cells_missing", "rows_malformed", "time_backwards", "stamps_malformed"}, names
        )

    def edit_log(self, trace, edit):
        path = trace / "gpudata.csv"
        rows = path.read_text().splitlines()
        edit(rows)
        path.write_text("\n".join(rows) + "\n")

    def compared(self, trace):
        done = self.erg("methods", "--trace", str(trace), "--json")
        return json.loads(done.stdout)

    def test_one_stamp_of_another_year_changes_nothing(self):
        whole = self.compared(self.copy())
        trace = self.copy()

        def edit(rows):
            rows[100] = rows[100].replace("2023/", "2033/")

        self.edit_log(trace, edit)
        found = self.compared(trace)
        self.assertEqual([one["name"] for one in found["warnings"]], ["time_absurd"])
        for row, before in zip(found["rows"], whole["rows"]):
            self.assertAlmostEqual(row["error"], before["error"], delta=0.005)

    def test_a_hole_in_a_log_is_not_compared(self):
        whole = self.compared(self.copy())
        trace = self.copy()

        def edit(rows):
            del rows[500:1000]

        self.edit_log(trace, edit)
        found = self.compared(trace)
        self.assertEqual([one["name"] for one in found["warnings"]], ["time_lost"])
        self.assertLess(found["time_s"], whole["time_s"] - 3)
        self.assertIn("gaps", found["notes"][0])

    def test_an_empty_meter_is_none(self):
        trace = self.copy()
        (trace / "PMD_data.bin").write_bytes(b"")
        found = self.compared(trace)
        details = {one["name"]: one["detail"] for one in found["warnings"]}
        self.assertIn("judged by the log alone", details["meter_empty"])

    def test_what_cannot_be_compared_is_named_first(self):
        trace = self.copy()
        (trace / "PMD_start_ts.txt").write_text("soon\n")
        self.assertIn(("stamps_malformed", "PMD_start_ts.txt"), self.warned(trace, 1))
        trace = self.copy()
        (trace / "gpudata.csv").write_text("timestamp, power.draw [W]\n")
        self.assertIn(("file_short", "gpudata.csv"), self.warned(trace, 1))

    def test_devices_of_a_laptop_are_kept_apart(self):
        trace = str(self.data / "thesis/m1")
        found = self.json("methods", "--trace", trace)
        devices = found["devices"]
        self.assertEqual(found["reference_j"], devices[0]["reference_j"])
        names = [one["device"] for one in devices]
        self.assertEqual(names[:2], ["MacBookPro17,1 gpu", "MacBookPro17,1 ane"])
        self.assertEqual(len(set(names)), len(names))
        for one in devices[:2]:  # training and rest
            self.assertEqual(len(one["rows"]), 1)
            self.assertIn("different times", one["notes"][0])
        self.assertAlmostEqual(devices[0]["reference_j"], 3553, delta=1)

    def test_series_of_different_times_are_refused(self):
        trace = self.copy()
        (trace / "PMD_start_ts.txt").write_text("1688840857\n")
        self.assertIn(("file_short", "PMD_data.bin"), self.warned(trace, 1))

    def test_a_folder_that_is_no_trace(self):
        done = self.erg("methods", "--trace", str(self.folder), status=1)
        self.assert_one_line(done.stderr, "PMD_data.bin")
        self.erg("methods", status=2)


if __name__ == "__main__":
    main()
