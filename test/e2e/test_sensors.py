# SPDX-License-Identifier: Apache-2.0
"""Sensors as the program sees them: a fake NVML library, a fake /sys."""

import json
import os
import pathlib
import re
import shutil
import signal
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
        # The counter is written by a thread that a busy machine lets wait: only its size is judged.
        self.assert_near(package["power_w"])
        self.assertAlmostEqual(
            package["energy_j"], package["power_w"] * package["time_s"], delta=1e-6 * package["energy_j"]
        )

    def assert_near(self, watts):
        self.assertIsNotNone(watts)
        self.assertGreater(watts, 0.4 * self.WATTS)
        self.assertLess(watts, 1.8 * self.WATTS)

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


class NvmlCase(ErgCase):
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


    def test_how_it_is_measured_is_no_warning(self):
        done = self.erg("run", "--", "sleep", "0.2")
        self.assertNotIn("warning", done.stderr)
        self.assertNotIn("sample ring", done.stderr)
        self.assertIn("sample ring", self.erg("runs", "show", "last").stdout)
        self.assertIn("sample ring", self.erg("sensors").stdout)


@unittest.skipUnless(os.environ.get("ERG_TEST_HOLD_LIMIT"), "no holder of limits was built")
class HeldLimit(NvmlCase):
    """A program that holds card 0 at 400 W, found at 700 W."""

    def setUp(self):
        super().setUp()
        self.holder = subprocess.Popen(
            [os.environ["ERG_TEST_HOLD_LIMIT"], "0", "400"],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.holder.stdout.close)
        self.addCleanup(self.holder.stdin.close)
        self.addCleanup(self.holder.wait)
        self.addCleanup(self.holder.kill)
        self.assertEqual(self.holder.stdout.readline(), "held\n")
        self.assertEqual(self.limit(), 400)

    def limit(self):
        return self.json("cap", "show")[0]["limit_w"]

    def guard(self):
        """Its fork, which is nobody's child: the other process with this test's own environment."""
        mine = str(self.folder).encode()
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                environment = pathlib.Path("/proc", process, "environ").read_bytes()
                program = os.readlink(f"/proc/{process}/exe")
            except OSError:
                continue
            if mine in environment and "hold_limit" in program and int(process) != self.holder.pid:
                return int(process)
        self.fail("there is no guard")

    def given_back(self):
        # By the guard alone: no erg is asked, which would heal.
        return self.wait_for(lambda: not self.journals())

    def journals(self):
        return list((self.folder / "state").rglob("*.limit"))

    def test_its_end_gives_back(self):
        self.assertTrue(self.journals())
        self.holder.stdin.close()
        self.assertEqual(self.holder.wait(timeout=20), 0)
        self.given_back()
        self.assertEqual(self.limit(), 700)

    def test_ctrl_c_sigterm_and_kill_give_back_by_the_guard(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(signal=number.name):
                if self.holder.poll() is not None:
                    self.holder.stdout.close()
                    self.holder.stdin.close()
                    self.setUp()
                self.holder.send_signal(number)
                self.holder.wait(timeout=20)
                self.given_back()
                self.assertEqual(self.limit(), 700)

    def test_both_killed_the_next_erg_of_any_command_heals(self):
        for command in (["runs", "list"], ["cap", "show"], ["--version"], ["train", "--help"]):
            with self.subTest(command=command):
                if self.holder.poll() is not None:
                    self.holder.stdout.close()
                    self.holder.stdin.close()
                    self.setUp()
                guard = self.guard()
                os.kill(guard, signal.SIGKILL)
                self.holder.send_signal(signal.SIGKILL)
                self.holder.wait(timeout=20)
                self.wait_for(lambda: self.is_gone(guard))
                self.assertTrue(self.journals())
                done = self.erg(*command, status=None)
                self.assertIn("given back", done.stderr)
                self.assertEqual(self.journals(), [])
                self.assertEqual(self.limit(), 700)

    @staticmethod
    def is_gone(process):
        try:
            with open(f"/proc/{process}/stat") as file:
                return file.read().rsplit(")", 1)[1].split()[0] in "ZX"
        except OSError:
            return True

    def test_one_holder_a_card(self):
        done = self.erg("cap", "set", "300", "--device", "0", status=1)
        self.assert_one_line(done.stderr, "another erg holds")
        self.assertEqual(self.limit(), 400)
        self.erg("cap", "set", "250", "--device", "1")


class Methods(ErgCase):
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
            self.assertLessEqual({"reference_j", "rows"}, found.keys())
            self.assertLess(min(abs(row["error"]) for row in found["rows"]), 0.08)
        found = self.json("methods", "--trace", str(first), "--gain-from", str(second))
        corrected = [row for row in found["rows"] if "gain" in row["method"]]
        self.assertLess(min(abs(row["error"]) for row in corrected), 0.015)

    def test_a_folder_that_is_no_trace(self):
        done = self.erg("methods", "--trace", str(self.folder), status=1)
        self.assert_one_line(done.stderr, "PMD_data.bin")
        self.erg("methods", status=2)
        trace = self.folder / "t"
        shutil.copytree(self.data / "power_traces/5050_3090", trace)
        (trace / "PMD_start_ts.txt").unlink()
        done = self.erg("methods", "--trace", str(trace), status=1)
        self.assertIn("PMD_start_ts.txt", done.stderr)


if __name__ == "__main__":
    main()
