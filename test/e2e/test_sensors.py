# SPDX-License-Identifier: Apache-2.0
"""Sensors as the program sees them: a fake NVML library, a fake /sys."""

import os
import subprocess
import threading
import time
import unittest

from erg_case import ErgCase, main


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


class FakeRapl(ErgCase):
    """One package that draws 50 W."""

    WATTS = 50

    def setUp(self):
        super().setUp()
        self.zone = self.folder / "sys/class/powercap/intel-rapl:0"
        self.zone.mkdir(parents=True)
        (self.zone / "name").write_text("package-0\n")
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

    def test_a_run_measures_it(self):
        self.erg("run", "--", "sleep", "1")
        energy = self.json("energy", "last", "--by", "device")
        package = next(row for row in energy["rows"] if row["name"] == "cpu-0" or row["device"] == "cpu-0")
        self.assertEqual(package["provenance"], "measured")
        self.assertAlmostEqual(package["energy_j"], self.WATTS, delta=0.1 * self.WATTS)
        self.assertAlmostEqual(package["power_w"], self.WATTS, delta=0.05 * self.WATTS)

    def test_check_finds_its_power(self):
        found = self.json("sensors", "check", "--scale", "0.2")
        package = next(one for one in found["channels"] if one["device"] == "cpu-0")
        for key in ("idle_cold_w", "load_w", "idle_hot_w"):
            self.assertAlmostEqual(package[key], self.WATTS, delta=0.1 * self.WATTS)
        self.assertGreater(package["read_cost_s"], 0)

    def test_watch_shows_it(self):
        out = self.erg("watch", "--rate", "5", "--for", "1.5").stdout
        self.assertRegex(out, r"cpu-0 (4[5-9]|5[0-5])\.\d+ W")


@unittest.skipUnless(os.environ.get("ERG_TEST_NVML"), "no fake NVML was built")
class FakeNvml(ErgCase):
    """Two cards: 200 W and 100 W, all the time."""

    def setUp(self):
        super().setUp()
        self.environment["ERG_NVML_LIBRARY"] = os.environ["ERG_TEST_NVML"]
        self.environment["ERG_FAKE_NVML_STATE"] = str(self.folder / "nvml")
        self.set()

    def set(self, *assignments):
        subprocess.run(
            [os.environ["ERG_TEST_NVML_STATE"], str(self.folder / "nvml"), *assignments], check=True
        )

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

    def test_caps_are_shown_set_and_reset(self):
        cards = self.json("cap", "show")
        self.assertEqual([card["limit_w"] for card in cards], [700, 300])
        self.erg("cap", "set", "400", "--device", cards[0]["device"])
        self.assertEqual(self.json("cap", "show")[0]["limit_w"], 400)
        self.erg("cap", "reset")
        self.assertEqual(self.json("cap", "show")[0]["limit_w"], 700)

    def test_a_limit_that_is_refused_is_said(self):
        done = self.erg("cap", "set", "5", "--device", "0", status=1)
        self.assert_one_line(done.stderr, "200")
        self.set("set_result=4")  # NVML_ERROR_NO_PERMISSION
        done = self.erg("cap", "set", "400", "--device", "0", status=1)
        self.assert_one_line(done.stderr, "root")
        self.assertEqual(self.json("cap", "show")[0]["limit_w"], 700)


if __name__ == "__main__":
    main()
