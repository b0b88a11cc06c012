# SPDX-License-Identifier: Apache-2.0
"""A card to be capped: what the tests of caps share."""

import json
import os
import signal
import subprocess

from erg_case import ErgCase

SWEEP = ("cap", "sweep", "--device", "0")


class CapCase(ErgCase):
    """A card of 200 to 700 W, 210 to 1980 MHz, that would draw 500 W."""

    def setUp(self):
        super().setUp()
        self.state = self.folder / "nvml"
        self.environment.update(
            ERG_NVML_LIBRARY=os.environ["ERG_TEST_NVML"], ERG_FAKE_NVML_STATE=str(self.state)
        )
        self.set("power_mw=500000")

    def set(self, *values):
        tool = os.environ["ERG_TEST_NVML_STATE"]
        subprocess.run([tool, self.state, *values], check=True)

    def limit(self):
        return self.json("cap", "show")[0]["limit_w"]

    def clock_hz(self):
        return self.json("cap", "show")[0]["sm_clock_hz"]

    def sweep(self, *arguments, status=0):
        done = self.erg(*SWEEP, "--json", *arguments, status=status)
        return json.loads(done.stdout), done.stderr

    @staticmethod
    def kill(process, number=signal.SIGKILL):
        """And waits for it alone: what it had started may hold its pipes a little longer."""
        process.send_signal(number)
        process.wait(timeout=20)
        process.stdout.close()
        process.stderr.close()

    def script(self, text):
        file = self.folder / "command.sh"
        file.write_text("#!/bin/sh\n" + text + "\n")
        file.chmod(0o755)
        return str(file)
