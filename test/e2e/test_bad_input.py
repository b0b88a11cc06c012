# SPDX-License-Identifier: Apache-2.0
"""What sensors and other tools' logs may bring that is no good: counted, named, never a crash."""

import os
import pathlib
import threading
import time

from erg_case import ErgCase, NvmlCase, main

RANGE = "262143328850\n"


class FakePackage(ErgCase):
    """A package of RAPL that draws 50 W, and then does something else."""

    def setUp(self):
        super().setUp()
        self.environment["ERG_SYSFS_ROOT"] = str(self.folder / "sys")
        self.zone = self.add_zone("intel-rapl:0", b"package-0\n", b"1000\n")

    def add_zone(self, directory, name, energy):
        zone = self.folder / "sys/class/powercap" / directory
        zone.mkdir(parents=True)
        (zone / "name").write_bytes(name)
        (zone / "max_energy_range_uj").write_text(RANGE)
        (zone / "energy_uj").write_bytes(energy)
        return zone

    def run_with(self, story, seconds=1.2):
        """A run while `story(second)` gives the counter's text, every 5 ms."""
        counter = os.open(self.zone / "energy_uj", os.O_RDWR)
        stop = threading.Event()
        start = time.monotonic()

        def draw():
            while not stop.wait(0.005):
                # As a kernel's file changes: whole, and in place.
                os.pwrite(counter, story(time.monotonic() - start).ljust(24) + b"\n", 0)

        os.pwrite(counter, story(0).ljust(24) + b"\n", 0)
        thread = threading.Thread(target=draw)
        thread.start()
        try:
            return self.erg("run", "--name", "bad", "--", "sleep", str(seconds)).stderr
        finally:
            stop.set()
            thread.join()
            os.close(counter)

    @staticmethod
    def energy(second):
        return str(1000 + int(50e6 * second)).encode()

    def package(self):
        rows = self.json("energy", "bad", "--by", "device")["rows"]
        return next((row for row in rows if row["device"] == "cpu-0"), None)

    def test_text_that_is_no_number_is_counted_and_its_energy_comes_with_the_next(self):
        told = self.run_with(lambda t: b"abc" if 0.4 < t % 0.8 < 0.7 else self.energy(t), 1.5)
        self.assertRegex(told, r"cpu-0 energy: \d+ of \d+ reads malformed")
        self.assertGreater(self.package()["energy_j"], 20)

    def test_text_that_never_is_a_number_is_left_out_by_name(self):
        (self.zone / "energy_uj").write_text("abc\n")
        found = self.json("sensors")
        self.assertIn("shows no number", " ".join(note for note in map(str, found["missing"])))
        self.assertEqual(self.cpu(found)["provenance"], "modelled")

    @staticmethod
    def cpu(found):
        return next(one for one in found["channels"] if one["device"].startswith("cpu-") and one["unit"] == "J")

    def test_a_value_that_no_power_explains_is_a_reset_and_its_energy_unknown(self):
        told = self.run_with(lambda t: self.energy(t) if t < 0.5 else b"999999999999")
        self.assertIn("malformed", told)  # above its range
        told = self.run_with(lambda t: self.energy(t) if t < 0.5 else b"200000000000")
        self.assertRegex(told, r"cpu-0 energy: \d gaps? \((reset|unreadable)\)")
        row = self.package()
        self.assertTrue(row is None or row["energy_j"] is None or row["energy_j"] < 80, row)

    def test_a_counter_that_stands_still_is_no_zero(self):
        told = self.run_with(lambda t: b"1000", 0.6)
        self.assertIn("cpu-0 energy: stood still", told)
        told = self.run_with(lambda t: b"1000", 1.5)
        self.assertRegex(told, r"cpu-0 energy: \d+ gaps? \(unreadable\)")
        row = self.package()
        self.assertTrue(row is None or row["energy_j"] is None, row)

    def test_names_that_are_no_plain_text(self):
        self.add_zone("intel-rapl:1", b"pack\xff\xfeage-1\n", b"5000000000\n")
        notes = " ".join(self.json("sensors")["notes"])
        self.assertIn("intel-rapl:1/name is no plain text: taken for 'pack??age-1'", notes)
        self.assertIn("intel-rapl:1 (pack??age-1) is none of RAPL's domains: left out", notes)
        self.erg("run", "--", "true")


class Library(NvmlCase):
    def test_that_is_none(self):
        self.environment["ERG_NVML_LIBRARY"] = "libm.so.6"
        missing = {one["source"]: one for one in self.json("sensors")["missing"]}
        self.assertIn("has no nvmlInit_v2", missing["NVML"]["reason"])
        self.assertTrue(missing["NVML"]["remedy"])
        self.erg("run", "--", "true")

    def test_functions_that_a_driver_lacks_or_forbids_are_named(self):
        self.set("ring_result=13", "gauge_result=4")
        found = self.json("sensors")
        missing = {one["source"].split(" of ")[0]: one for one in found["missing"]}
        self.assertIn("FUNCTION_NOT_FOUND", missing["NVML sample ring"]["reason"])
        self.assertIn("NO_PERMISSION", missing["NVML sm_clock"]["reason"])
        self.assertIn("sudo", missing["NVML sm_clock"]["remedy"])
        self.assertIn("power_instant", {one["name"] for one in found["channels"]})
        self.erg("run", "--name", "poor", "--", "sleep", "0.5")
        rows = self.json("energy", "poor", "--by", "device")["rows"]
        self.assertEqual(sum(row["device"].startswith("GPU-") for row in rows if row["energy_j"]), 2)

    def test_a_card_that_tells_no_energy_is_in_no_total_and_said_so(self):
        self.set(*(f"{name}_result=4" for name in ("ring", "instant", "average", "usage", "energy")))
        done = self.erg("run", "--", "sleep", "0.3")
        self.assertIn("tells neither power nor energy", done.stderr)
        remedies = {one["remedy"] for one in self.json("sensors")["missing"] if "NVML" in one["source"]}
        self.assertTrue(any("sudo" in remedy for remedy in remedies), remedies)

    def test_a_card_lost_during_a_run(self):
        with self.start("run", "--name", "lost", "--", "sleep", "3") as process:
            time.sleep(1.5)  # the ring is read every second
            self.set("lost=1")
            _, told = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0)
        self.assertRegex(told, r"power_ring: \d of \d reads device lost")
        self.assertRegex(told, r"1 gap \(device lost\)")
        self.assertEqual(self.json("runs", "list")[0]["status"], "finished")
        found = self.json("energy", "lost", "--by", "device")
        cards = [row for row in found["rows"] if row["name"].startswith("GPU-")]
        for row, watts in zip(cards, (200, 100), strict=True):  # while they were there
            self.assertAlmostEqual(row["power_w"], watts, delta=0.1 * watts)
            self.assertLess(row["time_s"], 2)
        total = found["total"]
        self.assertGreater(total["time_s"], 2.9)
        self.assertAlmostEqual(total["power_w"], sum(row["power_w"] for row in found["rows"]), places=6)
        self.assertIn("the energy of that time is not known", " ".join(found["notes"]))
        whole = self.json("energy", "lost", "--by", "run")
        for row in (whole["total"], whole["rows"][0]):
            self.assertAlmostEqual(row["power_w"], total["power_w"], delta=0.03 * total["power_w"])


class Powermetrics(ErgCase):
    SAMPLE = (
        "*** Sampled system activity (Sun Oct 22 14:38:{second:02} 2023 +0200) (1000.00ms elapsed) ***\n\n"
        "CPU Power: {cpu} mW\nGPU Power: 50 mW\nANE Power: 0 mW\n"
        "Combined Power (CPU + GPU + ANE): 899 mW\n\n"
    )

    def test_cut_absurd_and_stepping_back(self):
        text = "Machine model: Mac\xb2 caf\xe9\nOS version: 23A344\n\n"
        text += "".join(self.SAMPLE.format(second=8 + i, cpu=1000) for i in range(3))
        text += self.SAMPLE.format(second=11, cpu=99999999999)
        text += self.SAMPLE.format(second=1, cpu=1000)
        text += self.SAMPLE.format(second=13, cpu=1000)[:90]
        path = self.folder / "pm.txt"
        path.write_bytes(text.encode("latin-1"))
        told = self.erg("import", "powermetrics", str(path), "--name", "mac").stderr
        for name in ("power_absurd", "power_missing", "time_backwards", "samples_incomplete"):
            self.assertRegex(told, rf"1 x {name}\b", name)
        rows = self.json("energy", "mac", "--by", "device")["rows"]
        energy = {row["device"]: row["energy_j"] for row in rows}
        self.assertAlmostEqual(energy["gpu-0"], 5 * 0.05, places=6)


if __name__ == "__main__":
    main()
