# SPDX-License-Identifier: Apache-2.0
"""Stored runs through the whole program once more."""

import os
import pathlib
import re

from erg_case import ErgCase, main


class Replay(ErgCase):
    def setUp(self):
        super().setUp()
        rows = [f"{1000 + 0.1 * i:.1f},{100 if i < 5 else 200}" for i in range(16)]
        (self.folder / "power.csv").write_text("timestamp,power_in_watts\n" + "\n".join(rows) + "\n")
        self.erg("import", "csv", "power.csv", "--name", "plain")

    def test_a_stored_run_gives_the_same_joules(self):
        before = self.json("energy", "plain", "--by", "run")
        self.erg("run", "--replay", "plain", "--name", "again")
        after = self.json("energy", "again", "--by", "run")
        for key in ("energy_j", "energy_u_j", "time_s", "provenance"):
            self.assertEqual(after["total"][key], before["total"][key], key)
        shown = self.json("runs", "show", "again")
        self.assertEqual(shown["environment"]["tags"]["replay_of"], before["run"])
        self.assertEqual(
            self.json("methods", "again")[0]["reference_j"], self.json("methods", "plain")[0]["reference_j"]
        )

    def test_under_a_command_it_is_what_the_sensors_say(self):
        self.erg("run", "--replay", "plain", "--name", "under", "--", "sleep", "0.9")
        total = self.json("energy", "under", "--by", "device")["rows"][0]
        self.assertGreater(total["power_w"], 100)
        self.assertLess(total["power_w"], 200)

    def test_watch_shows_it(self):
        out = self.erg("watch", "--replay", "plain", "--rate", "10", "--for", "1.2").stdout
        watts = [float(word) for word in re.findall(r" (\d+(?:\.\d+)?) W", out)]
        self.assertEqual({100.0, 200.0}, set(watts))

    def test_a_run_without_readings_cannot_be_replayed(self):
        self.environment["ERG_SYSFS_ROOT"] = self.environment["ERG_PROC_ROOT"] = str(self.folder / "none")
        self.erg("run", "--name", "bare", "--", "true")
        done = self.erg("run", "--replay", "bare", status=1)
        self.assert_one_line(done.stderr, "bare", "no readings")

    def test_phases_of_a_training_of_the_study(self):
        folder = pathlib.Path(os.environ.get("ERG_SHARED_DATA", "nowhere")) / "thesis/m1"
        if not folder.is_dir():
            self.skipTest("the shared data are not here")
        log = (folder / "pm_idle_final.txt").read_text(errors="replace").split("*** Sampled")
        (self.folder / "pm.txt").write_text("*** Sampled".join(log[:4]))
        self.erg("import", "powermetrics", "pm.txt", "--name", "mac")
        self.erg("run", "--replay", "mac", "--name", "again")
        before, after = (self.json("energy", name, "--by", "device")["rows"] for name in ("mac", "again"))
        self.assertEqual(
            [(row["device"], row["energy_j"]) for row in after],
            [(row["device"], row["energy_j"]) for row in before],
        )


if __name__ == "__main__":
    main()
