# SPDX-License-Identifier: Apache-2.0
"""Import, export and the store as a user meets them, with good and with bad input."""

import csv
import io
import json
import math
import os
import pathlib
import random
import resource
import signal
import sqlite3
import threading

import erg_case


class Database(erg_case.ErgCase):
    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def power(self, name="power.csv", rows=300, begin=1700000000.0, watts=100):
        lines = [f"{begin + i / 10:.1f},{watts + i % 7}" for i in range(rows)]
        return self.write(name, "timestamp,power_in_watts\n" + "\n".join(lines) + "\n")

    def imported(self, *arguments, status=0):
        return self.erg("import", *arguments, status=status).stderr

    def counted(self):
        return len(self.json("runs", "list")) if self.database.exists() else 0

    # Export

    def three_runs(self):
        for i, cap in enumerate((100, 160, 320)):
            self.imported("csv", self.power(f"run{i}.csv", watts=cap - 20), "--name", f"run{i}")
            self.erg("runs", "tag", f"run{i}", f"cap={cap}", "room=lab, 'three'")

    def test_a_round_trip_is_the_identity(self):
        self.three_runs()
        self.erg("run", "--name", "live", "--", "true")
        whole = self.folder / "all.jsonl"
        self.erg("export", "json", "-o", str(whole))
        other = f"sqlite:{self.folder / 'other.db'}"
        self.assertIn("4 runs imported", self.erg("--store", other, "import", "json", str(whole)).stderr)
        self.assertIn("4 there already", self.erg("--store", other, "import", "json", str(whole)).stderr)
        back = self.erg("--store", other, "export", "--format", "json", "--all").stdout
        self.assertEqual(back, whole.read_text())
        self.assertEqual(self.json("runs", "list"), json.loads(self.erg("--store", other, "runs", "list", "--json").stdout))

    def test_a_cut_or_damaged_json_file_changes_nothing(self):
        self.three_runs()
        text = self.erg("export", "json").stdout
        other = f"sqlite:{self.folder / 'other.db'}"
        for bad in (text[: len(text) * 2 // 3], text.replace('"end"', '"ende"', 1), "no json\n"):
            path = self.write("bad.jsonl", bad)
            done = self.erg("--store", other, "import", "json", path, status=1)
            self.assert_one_line(done.stderr, "bad.jsonl")
            self.assertEqual(self.erg("--store", other, "runs", "list", "--json").stdout.strip(), "[]")

    def test_tidy_tables_by_run_by_query_and_whole(self):
        self.three_runs()
        one = list(csv.DictReader(io.StringIO(self.erg("export", "csv", "run1").stdout)))
        self.assertEqual(len(one), 300)
        self.assertEqual([float(row["value"]) for row in one[:3]], [140, 141, 142])
        self.assertAlmostEqual(float(one[299]["time_s"]) - float(one[0]["time_s"]), 29.9, 9)
        some = self.erg("export", "csv", "--table", "runs", "--where", "cap<200").stdout
        self.assertEqual([row["name"] for row in csv.DictReader(io.StringIO(some))], ["run0", "run1"])
        tables = self.folder / "tables"
        self.erg("export", "csv", "-o", f"{tables}/")
        self.assertEqual({path.name for path in tables.iterdir()},
                         {"samples.csv", "spans.csv", "epochs.csv", "breakdowns.csv", "runs.csv"})
        self.assertEqual(len((tables / "samples.csv").read_text().splitlines()), 901)

    def test_emissions_for_codecarbons_users(self):
        self.three_runs()
        path = self.folder / "emissions.csv"
        self.erg("export", "codecarbon", "--kg-per-kwh", "0.5", "-o", str(path))
        rows = list(csv.DictReader(path.open()))
        self.assertEqual(len(rows), 3)
        energy = {run["name"]: run["energy_j"] for run in self.json("runs", "list")}
        for row in rows:
            kwh = energy[row["project_name"]] / 3.6e6
            self.assertTrue(math.isclose(float(row["energy_consumed"]), kwh, rel_tol=1e-6))
            self.assertTrue(math.isclose(float(row["emissions"]), kwh / 2, rel_tol=1e-6))
        other = f"sqlite:{self.folder / 'other.db'}"
        self.erg("--store", other, "import", "codecarbon", str(path))
        again = self.erg("--store", other, "export", "codecarbon").stdout
        self.assertEqual(sorted(again.splitlines()), sorted(path.read_text().splitlines()))

    def test_export_says_what_is_wrong(self):
        self.three_runs()
        self.assert_one_line(self.erg("export", "jsn", status=2).stderr, "jsn", "json")
        self.assert_one_line(self.erg("export", "json", "nobody", status=1).stderr, "nobody")
        self.assert_one_line(self.erg("export", "json", "run1", "--where", "cap=1", status=2).stderr, "--where")
        missing = str(self.folder / "no" / "where.csv")
        self.assert_one_line(self.erg("export", "csv", "-o", missing, status=1).stderr, "where.csv")
        self.assert_one_line(self.erg("export", "csv", "-o", "/dev/full", status=1).stderr, "/dev/full")

    # Looking at it

    def test_filters_sorting_and_columns(self):
        self.three_runs()
        names = lambda *words: [run["name"] for run in self.json("runs", "list", *words)]
        self.assertEqual(names("--where", "cap<200", "--sort", "cap"), ["run0", "run1"])
        self.assertEqual(names("--where", "cap>=160 and name!=run2"), ["run1"])
        self.assertEqual(names("--sort=-energy_j"), ["run2", "run1", "run0"])
        self.assertEqual(names("--where", "room=\"lab, 'three'\"", "--limit", "1", "--sort", "name"), ["run0"])
        table = self.erg("runs", "list", "--columns", "name,cap,energy_j", "--sort", "cap").stdout
        self.assertEqual(table.splitlines()[0].split(), ["name", "cap", "energy_j"])
        self.assertEqual(table.splitlines()[1].split()[:2], ["run0", "100"])
        for words in (("--where", "netwrk=a"), ("--sort", "enrgy_j"), ("--columns", "nam")):
            self.assert_one_line(self.erg("runs", "list", *words, status=2).stderr, words[1].split("=")[0])
        self.erg("runs", "remove", "run0", "nobody", status=1)
        self.assertEqual(self.counted(), 3)
        self.erg("runs", "remove", "run0", "run1")
        self.assertEqual(self.counted(), 1)

    # Bad input

    def test_bad_files_are_named_and_change_nothing(self):
        for name, text in {
            "empty.csv": "",
            "header.csv": "timestamp,power_in_watts\n",
            "columns.csv": "when,watts\n1,2\n",
            "binary.csv": "\0\1\2" * 100,
        }.items():
            with self.subTest(name):
                self.assertIn(name, self.imported("csv", self.write(name, text), status=1))
                self.assertEqual(self.counted(), 0)
        self.assert_one_line(self.imported("csv", str(self.folder / "not-there"), status=1), "not-there")
        self.assert_one_line(self.imported("thesis", str(self.folder / "not-there"), status=1), "not-there")

    def test_bad_rows_are_counted_and_passed_over(self):
        rows = ["timestamp,power_in_watts", "1700000000.0,100", "1700000001.0,nan",
                "1700000002.0,inf", "1700000003.0,", "-5,100", "1700000004.0,12 W", "x,y",
                "1700000005.0,200", "1700000004.5,150", "1700000006.0,100", "1700000007.0,1"]
        said = self.imported("csv", self.write("odd.csv", "\n".join(rows)[:-2]))
        self.assertIn("1 runs imported", said)
        self.assertIn("odd.csv", said)
        export = self.erg("export", "csv").stdout
        values = [row["value"] for row in csv.DictReader(io.StringIO(export))]
        self.assertNotIn("nan", export.lower())
        self.assertNotIn("inf", export.lower())
        self.assertGreaterEqual(len(values), 3)
        self.assertIn("sound", self.erg("db", "check").stdout)

    def test_a_header_that_comes_twice(self):
        one = "timestamp,power_in_watts\n" + "".join(f"{1700000000 + i},100\n" for i in range(20))
        two = "timestamp,power_in_watts\n" + "".join(f"{1700009000 + i},100\n" for i in range(20))
        said = self.imported("csv", self.write("twice.csv", one + two))
        self.assertIn("1 runs imported", said)
        self.assertIn("sound", self.erg("db", "check").stdout)

    def test_wrong_units_are_refused(self):
        path = self.power()
        self.assertIn("mV", self.imported("csv", path, "--power-unit", "mV", status=2))
        smi = self.write("smi.csv", "timestamp, power.draw [mA]\n2023/07/08 19:28:27.236, 77.27 mA\n")
        self.imported("nvidia-smi", smi, status=1)
        self.assertEqual(self.counted(), 0)

    def test_a_folder_without_its_arrays(self):
        folder = self.folder / "3080" / "ModelsData" / "alexnet" / "E5_B128_R0_SR2" / "fashion_mnist"
        folder.mkdir(parents=True)
        (folder / "epoch.npy").write_bytes(b"\x93NUMPY\x01\x00 cut")
        (folder / "energy_consumption_file.csv").write_text("timestamp,power_in_watts\n1,2\n")
        done = self.erg("import", "thesis", str(folder), status=None)
        self.assertIn("epoch.npy", done.stderr)
        for run in self.json("runs", "list"):
            self.assertEqual(run["status"], "finished")

    def test_an_endless_line_takes_little_memory(self):
        pipe = self.folder / "pipe.csv"
        os.mkfifo(pipe)

        def feed():
            try:
                with pipe.open("wb") as out:
                    out.write(b"timestamp,power_in_watts\n1,1\n")
                    for _ in range(300):
                        out.write(b"7" * (1 << 20))
            except BrokenPipeError:
                pass

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        done = self.erg("import", "csv", str(pipe), status=None)
        feeder.join(20)
        self.assertIn("pipe.csv", done.stderr)
        self.assertEqual(self.counted(), done.returncode == 0)
        if b"__asan_init" not in pathlib.Path(self.program).read_bytes():  # it keeps what is freed
            kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
            self.assertLess(kib, 200 * 1024)

    def test_a_database_that_another_writes(self):
        self.imported("csv", self.power("first.csv"))
        other = sqlite3.connect(self.database, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        said = self.imported("csv", self.power("second.csv", watts=50), status=1)
        self.assertIn("locked", said)
        self.assertEqual(len(self.json("runs", "list")), 1)  # reading goes on
        other.execute("ROLLBACK")
        self.assertIn("1 runs imported", self.imported("csv", str(self.folder / "second.csv")))

    def test_the_end_of_a_run_that_the_store_refuses(self):
        process = self.start("run", "--name", "busy", "--", "sleep", "1.5")
        self.wait_for(lambda: self.database.exists() and self.counted())
        other = sqlite3.connect(self.database, isolation_level=None, timeout=5)
        other.execute("BEGIN IMMEDIATE")
        self.addCleanup(process.kill)
        said = process.communicate(timeout=60)[1]
        other.execute("ROLLBACK")
        self.assertIn("erg runs push", said)
        self.assertIn("1 delivered", self.erg("runs", "push").stderr)
        self.assertEqual(self.json("runs", "list")[0]["status"], "finished")
        self.assertIn("sound", self.erg("db", "check").stdout)

    def test_a_full_disk(self):
        self.imported("csv", self.power("first.csv"))
        before = self.erg("export", "json").stdout
        dice = random.Random(1)
        lines = (f"{1700000000 + i / 50:.2f},{dice.uniform(50, 400):.6f}" for i in range(200_000))
        big = self.write("big.csv", "timestamp,power_in_watts\n" + "\n".join(lines))

        def small_disk():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write that is refused, as on a full disk
            resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))

        done = self.erg("import", "csv", big, status=1, preexec_fn=small_disk)
        self.assertIn("disk", done.stderr)
        self.assertIn("sound", self.erg("db", "check").stdout)
        self.assertEqual(self.erg("export", "json").stdout, before)
        self.assertIn("1 runs imported", self.imported("csv", big))

    def test_what_is_no_database(self):
        self.database.write_text("this is no database, but long enough to look at" * 50)
        self.assert_one_line(self.erg("runs", "list", status=1).stderr, "no")
        self.assertTrue(self.database.read_text().startswith("this is no database"))


if __name__ == "__main__":
    erg_case.main()
