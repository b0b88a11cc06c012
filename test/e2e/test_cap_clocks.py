# SPDX-License-Identifier: Apache-2.0
"""Locks of the SM clock by the commands of power caps: for cards whose power has no limit."""

import os
import signal
import unittest

from cap_case import SWEEP, CapCase
from erg_case import main

MHZ = 1e6


@unittest.skipUnless(os.environ.get("ERG_TEST_NVML"), "no fake NVML was built")
class Clocks(CapCase):
    def journals(self):
        return list((self.folder / "state").rglob("*.clock"))

    def guards(self, sweep):
        """Forks of the sweep that lead a session of their own."""
        found = []
        for process in map(int, filter(str.isdigit, os.listdir("/proc"))):
            try:
                with open(f"/proc/{process}/environ", "rb") as file:
                    mine = str(self.folder).encode() in file.read()
                if mine and process != sweep.pid and os.getsid(process) != os.getsid(0):
                    found.append(process)
            except OSError:
                continue
        return found

    def test_show_set_and_reset(self):
        card = self.json("cap", "show")[0]
        self.assertEqual(card["sm_clock_hz"], 1980 * MHZ)
        self.assertEqual((card["min_clock_hz"], card["max_clock_hz"]), (210 * MHZ, 1980 * MHZ))
        self.erg("cap", "set", "--clock", "1200", "--device", "0")
        self.assertEqual(self.clock_hz(), 1200 * MHZ)
        self.assertEqual(self.json("cap", "show")[1]["sm_clock_hz"], 1980 * MHZ)
        self.assertIn("210 to 1980 MHz", self.erg("cap", "show").stdout)
        self.erg("cap", "reset", "--device", "0")
        self.assertEqual(self.clock_hz(), 1980 * MHZ)
        self.erg("cap", "set", "--clock", "1200", "--device", "0")
        self.erg("cap", "reset", "--clock")
        self.assertEqual(self.clock_hz(), 1980 * MHZ)

    def test_a_sweep_of_clocks_is_chosen_from_as_one_of_caps(self):
        result, _ = self.sweep(
            "--name", "c", "--clocks", "600,1200,1800", "--repeats", "1", "--", "sleep", "0.3"
        )
        self.assertEqual([row["clock_hz"] for row in result["rows"]], [600e6, 1200e6, 1800e6])
        self.assertEqual([row["sm_clock_hz"] for row in result["rows"]], [600e6, 1200e6, 1800e6])
        self.assertTrue(all(row["binds"] and not row["exceeded"] for row in result["rows"]))
        power = [row["power_w"] for row in result["rows"]]
        self.assertEqual(power, sorted(power))
        self.assertEqual(self.clock_hz(), 1980 * MHZ)
        self.assertEqual(self.journals(), [])
        run = self.json("runs", "list")[0]
        self.assertIn(run["tags"]["sm_clock_mhz"], ("600", "1200", "1800"))

        chosen = self.json("cap", "choose", "c")
        self.assertEqual(chosen["clock_hz"], 600e6)
        self.assertNotIn("cap_w", chosen)
        self.assertIn("600 MHz", self.erg("cap", "choose", "c").stdout)
        verified = self.json("cap", "choose", "c", "--verify", "--device", "0")["verified"]
        self.assertLess(abs(verified["energy_error"]), 0.3)
        self.assertEqual(self.clock_hz(), 1980 * MHZ)
        self.assertEqual(self.json("cap", "savings", "c")[0]["least"]["clock_hz"], 600e6)
        options = ("--method", "physical", "--save", "clocks", "--caps", "900")
        row = self.json("cap", "budget", "c", "--kwh", "1", *options)["rows"][0]
        self.assertEqual(row["clock_hz"], 900e6)
        again = self.json("cap", "budget", "--model", "clocks", "--kwh", "1", "--caps", "900")
        self.assertEqual(again["rows"][0]["epochs"], row["epochs"])
        done = self.erg(*SWEEP, "--name", "c", "--caps", "300,400", "--", "true", status=2)
        self.assertIn("clocks", done.stderr)

    def test_where_power_has_no_limit_clocks_are_locked_unasked(self):
        self.set("limit_result=3")  # NVML_ERROR_NOT_SUPPORTED
        self.assertIsNone(self.json("cap", "show")[0]["limit_w"])
        options = ("--name", "n", "--count", "3", "--repeats", "1", "--", "sleep", "0.2")
        result, words = self.sweep(*options)
        self.assertIn("SM clock is locked instead", words)
        self.assertEqual([row["clock_hz"] for row in result["rows"]], [210e6, 1095e6, 1980e6])
        done = self.erg(*SWEEP, "--caps", "300", "--", "true", status=1)
        self.assert_one_line(done.stderr, "--clocks")

    def test_where_a_limit_cannot_be_set_the_way_out_is_said(self):
        self.set("set_result=3")
        done = self.erg(*SWEEP, "--caps", "300", "--", "true", status=1)
        self.assert_one_line(done.stderr, "NOT_SUPPORTED", "--clocks")

    def test_run_with_a_locked_clock(self):
        self.erg("run", "--clock", "1200", "--cap-device", "0", "--", "sleep", "0.3")
        self.assertEqual(self.json("runs", "list")[0]["tags"]["sm_clock_mhz"], "1200")
        self.assertEqual(self.clock_hz(), 1980 * MHZ)
        self.erg("run", "--clock", "1200", "--cap", "300", "--", "true", status=2)

    def test_a_card_that_ignores_the_lock_is_told(self):
        self.set("ignores_clock_lock=1")
        options = (*SWEEP, "--name", "i", "--clocks", "600,1980", "--repeats", "1", "--", "sleep", "0.3")
        self.assertIn("the lock is ignored", self.erg(*options).stdout)

    def test_what_cannot_be_done_is_said(self):
        done = self.erg(*SWEEP, "--clocks", "100", "--", "true", status=2)
        self.assertIn("210 to 1980 MHz", done.stderr)
        self.erg(*SWEEP, "--clocks", "600", "--caps", "300", "--", "true", status=2)
        self.erg(*SWEEP, "--clocks", "600", "--count", "3", "--", "true", status=2)
        self.erg("cap", "set", "--device", "0", status=2)
        self.erg("cap", "set", "300", "--clock", "600", "--device", "0", status=2)
        self.set("lock_result=4")  # NVML_ERROR_NO_PERMISSION
        done = self.erg(*SWEEP, "--clocks", "600", "--", "true", status=1)
        self.assert_one_line(done.stderr, "root")
        done = self.erg("cap", "set", "--clock", "600", "--device", "0", status=1)
        self.assert_one_line(done.stderr, "root")
        self.assert_one_line(self.erg("cap", "reset", "--clock", status=1).stderr, "root")
        self.erg("cap", "reset")  # everything is as the vendor made it
        self.set("lock_result=3")
        done = self.erg("run", "--clock", "600", "--cap-device", "0", "--", "true", status=1)
        self.assert_one_line(done.stderr, "NOT_SUPPORTED")
        self.assertEqual(self.json("runs", "list"), [])
        self.assertEqual(self.journals(), [])

    def test_ctrl_c_sigterm_and_kill_give_the_clock_back(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            with self.subTest(signal=number.name):
                command = ("--clocks", "600,1200", "--repeats", "1", "--", "sleep", "20")
                process = self.start(*SWEEP, "--name", number.name, *command)
                self.wait_for(lambda: self.clock_hz() != 1980 * MHZ)
                self.kill(process, number)
                self.wait_for(lambda: not self.journals())
                self.assertEqual(self.clock_hz(), 1980 * MHZ)

    def test_both_killed_the_next_erg_heals(self):
        command = ("--clocks", "600,1200", "--repeats", "1", "--", "sleep", "20")
        process = self.start(*SWEEP, "--name", "both", *command)
        self.wait_for(lambda: self.clock_hz() != 1980 * MHZ)
        guards = self.guards(process)
        self.assertEqual(len(guards), 1)
        os.kill(guards[0], signal.SIGKILL)
        self.kill(process)
        self.wait_for(lambda: not self.guards(process))
        self.assertTrue(self.journals())
        done = self.erg("runs", "list")
        self.assertIn("SM clock", done.stderr)
        self.assertIn("given back", done.stderr)
        self.assertEqual(self.clock_hz(), 1980 * MHZ)
        self.assertEqual(self.journals(), [])


if __name__ == "__main__":
    main()
