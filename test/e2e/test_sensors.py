# SPDX-License-Identifier: Apache-2.0
"""Sensors as the program sees them: a fake NVML library, a fake /sys."""

import json
import os
import re
import shutil
import threading
import time
import unittest

from erg_case import ErgCase, NvmlCase, main


class NoSensor(ErgCase):
    def test_what_is_missing_is_said_with_a_way_out(self):
        sensors = self.json("sensors")
        self.assertLessEqual({"devices", "channels", "missing", "notes"}, sensors.keys())
        for source in sensors["missing"]:
            self.assertTrue(source["reason"])
        text = self.erg("sensors").stdout
        self.assertIn("how", text)

    def test_a_machine_without_any_has_times(self):
        self.environment["ERG_SYSFS_ROOT"] = str(self.folder / "nothing")
        self.environment["ERG_PROC_ROOT"] = str(self.folder / "nothing")
        self.erg("run", "--", "sleep", "0.2")
        run = self.json("runs", "list")[0]
        self.assertEqual(run["status"], "finished")
        self.assertIsNone(run["energy_j"])
        self.assertGreater(run["time_s"], 0.19)
        self.assertIn("no energy", self.erg("runs", "show", "last").stdout)


class FakeZone(ErgCase):
    """One zone of RAPL that draws 50 W."""

    WATTS = 50
    NAME = ""

    def setUp(self):
        super().setUp()
        self.zone = self.folder / "sys/class/powercap/intel-rapl:0"
        self.zone.mkdir(parents=True)
        (self.zone / "name").write_text(self.NAME + "\n")
        (self.zone / "max_energy_range_uj").write_text("262143328850\n")
        self.environment["ERG_SYSFS_ROOT"] = str(self.folder / "sys")
        self.stop = threading.Event()
        self.start_time = time.monotonic()
        self.counter = os.open(self.zone / "energy_uj", os.O_RDWR | os.O_CREAT)
        self.addCleanup(os.close, self.counter)
        self.count()
        self.thread = threading.Thread(target=self.draw)
        self.thread.start()
        self.addCleanup(self.thread.join)
        self.addCleanup(self.stop.set)

    def count(self):
        energy = int(1e6 * self.WATTS * (time.monotonic() - self.start_time)) + 123456
        os.pwrite(self.counter, f"{energy}\n".encode(), 0)  # in place, as a kernel's file changes

    def draw(self):
        while not self.stop.wait(0.005):
            self.count()

    def assert_near(self, watts):
        self.assertIsNotNone(watts)
        self.assertGreater(watts, 0.4 * self.WATTS)
        self.assertLess(watts, 1.8 * self.WATTS)


class FakeRapl(FakeZone):
    NAME = "package-0"

    def test_a_run_measures_it(self):
        self.erg("run", "--", "sleep", "1")
        energy = self.json("energy", "last", "--by", "device")
        package = next(row for row in energy["rows"] if row["name"] == "cpu-0" or row["device"] == "cpu-0")
        self.assertEqual(package["provenance"], "measured")
        # The counter is written by a thread that a busy machine lets wait: only its size is judged.
        self.assert_near(package["power_w"])
        self.assertAlmostEqual(
            package["energy_j"], package["power_w"] * package["time_s"], delta=1e-6 * package["energy_j"]
        )

    def test_check_finds_its_power(self):
        found = self.json("sensors", "check", "--scale", "0.2")
        package = next(one for one in found["channels"] if one["device"] == "cpu-0")
        for key in ("idle_cold_w", "load_w", "idle_hot_w"):
            self.assert_near(package[key])
        self.assertGreater(package["read_cost_s"], 0)

    def test_check_is_stored_and_runs_refer_to_it(self):
        self.erg("run", "--name", "before", "--", "sleep", "1")
        before = self.json("runs", "show", "before")["dynamic"]
        cpu = next(one for one in before["devices"] if one["device"] == "cpu-0")
        self.assertIsNone(cpu["energy_j"])
        self.assertIn("erg sensors check", self.erg("runs", "show", "before").stdout)

        check = self.erg("sensors", "check", "--scale", "0.2", "--json")
        self.assertIn("profile of cpu-0 stored", check.stderr)
        package = next(one for one in json.loads(check.stdout)["channels"] if one["device"] == "cpu-0")
        done = self.erg("run", "--name", "after", "--", "sleep", "1")
        self.assertIn("above idle", done.stderr)
        energy = self.json("energy", "after", "--by", "device")
        cpu = next(one for one in energy["dynamic"]["devices"] if one["device"] == "cpu-0")
        self.assertAlmostEqual(cpu["idle_power_w"], package["idle_cold_w"], delta=0.01)
        self.assertIn("profile of 20", cpu["method"])
        row = next(one for one in energy["rows"] if one["name"] == "cpu-0")
        self.assertAlmostEqual(
            cpu["energy_j"], row["energy_j"] - cpu["idle_power_w"] * row["time_s"], delta=1e-6 * row["energy_j"]
        )
        self.assertGreater(energy["total"]["energy_j"], energy["dynamic"]["energy_j"])
        self.assertIn("above idle", self.erg("energy", "after").stdout)
        self.assertIn("above idle", self.erg("runs", "show", "after").stdout)

    def test_watch_shows_it(self):
        out = self.erg("watch", "--rate", "5", "--for", "1.5").stdout
        watts = sorted(float(word) for word in re.findall(r"cpu-0 (\d+(?:\.\d+)?) W", out))
        self.assertTrue(watts, out)
        self.assert_near(watts[len(watts) // 2])

    def test_the_platform_is_a_board_that_is_never_added_to_its_package(self):
        self.add_platform()
        sensors = self.json("sensors")
        kinds = {device["id"]: device["kind"] for device in sensors["devices"]}
        self.assertEqual((kinds["board-0"], kinds["cpu-0"]), ("board", "cpu"))
        self.assertIn("psys", self.erg("sensors").stdout)
        self.erg("run", "--", "sleep", "1")
        energy = self.json("energy", "last", "--by", "device")
        self.assertNotIn("board-0", [row["name"] for row in energy["rows"]])
        self.assertTrue(any("board-0 holds the other" in note for note in energy["notes"]), energy["notes"])

    def add_platform(self):
        psys = self.folder / "sys/class/powercap/intel-rapl:1"
        psys.mkdir()
        (psys / "name").write_text("psys\n")
        (psys / "max_energy_range_uj").write_text("262143328850\n")
        (psys / "energy_uj").symlink_to(self.zone / "energy_uj")


class FakePlatform(FakeZone):
    NAME = "psys"

    def test_a_run_measures_it(self):
        sensors = self.json("sensors")
        self.assertEqual([(d["id"], d["kind"]) for d in sensors["devices"]], [("board-0", "board")])
        self.assertNotIn("no readable RAPL zone", self.erg("sensors").stdout)
        self.erg("run", "--", "sleep", "1")
        energy = self.json("energy", "last", "--by", "device")
        self.assertEqual([row["name"] for row in energy["rows"]], ["board-0"])
        self.assertEqual(energy["rows"][0]["provenance"], "measured")
        self.assert_near(energy["rows"][0]["power_w"])
        self.assertEqual(energy["total"]["energy_j"], energy["rows"][0]["energy_j"])


@unittest.skipUnless(os.environ.get("ERG_TEST_NVML"), "no fake NVML was built")
class FakeNvml(NvmlCase):
    def test_a_run_measures_both_cards(self):
        self.erg("run", "--", "sleep", "2")
        rows = self.json("energy", "last", "--by", "device")["rows"]
        gpus = [row for row in rows if (row["device"] or row["name"]).startswith("GPU-")]
        self.assertEqual(len(gpus), 2)
        for row, watts in zip(gpus, (200, 100)):
            self.assertEqual(row["provenance"], "measured")
            self.assertAlmostEqual(row["power_w"], watts, delta=0.02 * watts)
        self.assertIn("H100", self.json("runs", "list")[0]["device"])

    def test_only_the_cards_that_are_visible_count(self):
        self.environment["CUDA_VISIBLE_DEVICES"] = "1"
        devices = [d for d in self.json("sensors")["devices"] if d["kind"] == "gpu"]
        self.assertEqual([device["id"][:5] for device in devices], ["GPU-1"])
        devices = [d for d in self.json("sensors", "--all-gpus")["devices"] if d["kind"] == "gpu"]
        self.assertEqual(len(devices), 2)

    def test_a_library_that_fails_is_named_in_words(self):
        self.set("init_result=9")  # NVML_ERROR_DRIVER_NOT_LOADED
        sensors = self.json("sensors")
        reasons = {source["source"]: source["reason"] for source in sensors["missing"]}
        self.assertIn("driver", reasons["NVML"].lower())
        self.assertEqual([d for d in sensors["devices"] if d["kind"] == "gpu"], [])
        self.erg("run", "--", "true")

    def test_how_it_is_measured_is_no_warning(self):
        done = self.erg("run", "--", "sleep", "0.2")
        self.assertNotIn("warning", done.stderr)
        self.assertNotIn("sample ring", done.stderr)
        self.assertIn("sample ring", self.erg("runs", "show", "last").stdout)
        self.assertIn("sample ring", self.erg("sensors").stdout)


@unittest.skipUnless(os.environ.get("ERG_TEST_NVML"), "no fake NVML was built")
class CheckWithCards(NvmlCase):
    """A program of the test's own stands for erg-train."""

    def setUp(self):
        super().setUp()
        alone = self.folder / "alone" / "erg"
        alone.parent.mkdir()
        shutil.copy(self.program, alone)
        self.program = str(alone)

    def check(self, stand_in):
        train = self.folder / "alone" / "erg-train"
        train.write_text("#!/usr/bin/env python3\n" + stand_in)
        train.chmod(0o755)
        start = time.monotonic()
        check = self.json("sensors", "check", "--scale", "0.1")
        # 0.1 of the time but for the square waves, of which there are three periods at least.
        self.assertLess(time.monotonic() - start, 20)
        return check

    def test_cards_that_are_not_ready_in_time_are_seen_at_rest(self):
        check = self.check("import time\ntime.sleep(600)\n")
        self.assertIn("not ready in time", " ".join(check["warnings"]))
        card = next(one for one in check["channels"] if one["device"].startswith("GPU-0"))
        self.assertAlmostEqual(card["idle_cold_w"], 200, delta=4)
        self.assertIsNone(card["load_w"])

    def test_cards_are_loaded_where_they_can_be(self):
        check = self.check(
            "import os\nos.write(1, b'ready\\n')\n"
            "while word := os.read(0, 1):\n    os.write(1, word + b'\\n')\n"
        )
        self.assertNotIn("at rest only", " ".join(check["warnings"]))
        card = next(one for one in check["channels"] if one["device"].startswith("GPU-0"))
        self.assertAlmostEqual(card["load_w"], 200, delta=4)
        self.assertLess(abs(card["disagreement"] or 0), 0.02)


if __name__ == "__main__":
    main()
