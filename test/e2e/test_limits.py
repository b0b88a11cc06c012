# SPDX-License-Identifier: Apache-2.0
"""Power limits by a fake NVML library: set, refused, held, and given back whatever happens."""

import os
import pathlib
import signal
import subprocess
import unittest

from erg_case import NvmlCase, main


@unittest.skipUnless(os.environ.get("ERG_TEST_NVML"), "no fake NVML was built")
class Limits(NvmlCase):
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


    def test_a_limit_that_is_clamped_is_named_as_it_was_asked_for(self):
        self.set("silent_clamp_mw=250000")
        done = self.erg("cap", "set", "300", "--device", "0", status=1)
        self.assert_one_line(done.stderr, "asked for 300 W, the card took 250 W")
        self.assertIn("the limit before, 700 W, could not be given back", done.stderr)


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


if __name__ == "__main__":
    main()
