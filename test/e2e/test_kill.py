# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the whole process group at random moments of a run, an import, a migration and a push:
the database opens, passes its check and goes on. ERG_KILLS says how many moments."""

import os
import random
import re
import shutil
import signal
import sqlite3
import time

import erg_case

KILLS = int(os.environ.get("ERG_KILLS", "40"))


class Kill(erg_case.ErgCase):
    def setUp(self):
        super().setUp()
        self.random = random.Random(20260101)
        self.moments = max(1, KILLS // 4)
        self.hits = 0

    def kill_during(self, longest_s, *arguments):
        """Whether the program was still at work when it was killed."""
        process = self.start(*arguments, start_new_session=True)
        time.sleep(self.random.uniform(0.0, longest_s))
        alive = process.poll() is None
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.communicate()
        self.hits += alive
        return alive

    def assert_sound(self):
        if self.database.exists() and self.database.stat().st_size > 0:
            self.assertIn("sound", self.erg("db", "check").stdout)

    def time_of(self, *arguments):
        begin = time.monotonic()
        self.erg(*arguments)
        return time.monotonic() - begin

    def write_power(self, name, rows):
        path = self.folder / name
        with path.open("w") as out:
            out.write("timestamp,power_in_watts\n")
            for i in range(rows):
                out.write(f"{1700000000 + i / 50:.3f},{100 + i * 7919 % 101}.5\n")
        return path

    def test_a_run(self):
        whole = self.time_of("run", "--", "true")
        for _ in range(self.moments):
            self.kill_during(whole + 0.3, "run", "--", "sleep", "5")
            self.assert_sound()
        runs = self.json("runs", "list")
        for run in runs[:-1]:
            self.assertEqual(run["status"], "interrupted")
        self.erg("run", "--name", "after", "--", "true")
        self.assertEqual(self.json("runs", "list", "--where", "name=after")[0]["status"], "finished")
        self.assertGreater(self.hits, self.moments // 10)  # the length of the work varies

    def test_an_import(self):
        path = self.write_power("power.csv", 60_000)
        whole = self.time_of("import", "csv", str(path))
        self.erg("runs", "remove", "last")
        for _ in range(self.moments):
            self.kill_during(1.2 * whole, "import", "csv", str(path))
            self.assert_sound()
            runs = self.json("runs", "list") if self.database.exists() else []
            if runs:  # all of it, then, or nothing
                self.assertEqual(runs[0]["status"], "finished")
                self.assertIsNotNone(runs[0]["energy_j"])
                self.erg("runs", "remove", "last")
        self.assertIn("1 runs imported", self.erg("import", "csv", str(path)).stderr)
        self.assertIn("1 there already", self.erg("import", "csv", str(path)).stderr)
        self.assertGreater(self.hits, self.moments // 10)  # the length of the work varies

    def make_old(self):
        """Brings the database back to its first version."""
        database = sqlite3.connect(self.database)
        views = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
        for view in views:
            database.execute(f"DROP VIEW {view}")
        for table in ("words", "documents", "study_cells"):
            database.execute(f"DROP TABLE {table}")
        database.execute("UPDATE erg_schema SET version = 1")
        database.commit()
        database.close()

    def test_a_migration(self):
        self.erg("run", "--", "true")
        self.make_old()
        old = self.folder / "old.db"
        shutil.copy(self.database, old)
        whole = self.time_of("db", "migrate")
        versions = set()
        for _ in range(self.moments):
            for leftover in self.folder.glob("erg.db*"):
                leftover.unlink()
            shutil.copy(old, self.database)
            self.kill_during(1.2 * whole, "db", "migrate")
            database = sqlite3.connect(self.database)
            versions.add(database.execute("SELECT version FROM erg_schema").fetchone()[0])
            database.close()
            self.assert_sound()  # opening goes on with it
            self.assertEqual(len(self.json("runs", "list")), 1)
        newest = int(re.search(r"schema (\d+), up to date", self.erg("db", "migrate").stdout)[1])
        self.assertLessEqual(versions, {1, newest})
        self.assertGreater(self.hits, self.moments // 10)  # the length of the work varies

    def test_a_push(self):
        local = f"sqlite:{self.folder / 'local.db'}"
        for i in range(3):
            path = self.write_power(f"power{i}.csv", 20_000 + i)
            self.erg("--store", local, "import", "csv", str(path), "--name", f"power{i}")
        push = ("runs", "push", "--from", local)
        whole = self.time_of(*push)
        self.erg("runs", "remove", "power0", "power1", "power2")
        for _ in range(self.moments):
            self.kill_during(1.2 * whole, *push)
            self.assert_sound()
            for run in self.json("runs", "list") if self.database.exists() else []:
                self.assertEqual(run["status"], "finished")
            if len(self.json("runs", "list")) == 3:
                self.erg("runs", "remove", "power0", "power1", "power2")
        self.erg(*push)
        self.assertIn("0 delivered", self.erg(*push).stderr)
        self.assertEqual(len(self.json("runs", "list")), 3)
        here = self.erg("export", "json").stdout
        self.assertEqual(here, self.erg("--store", local, "export", "json").stdout)
        self.assertGreater(self.hits, self.moments // 10)  # the length of the work varies


if __name__ == "__main__":
    erg_case.main()
