# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the built program, run as a user would, in a folder of its own."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest


class ErgCase(unittest.TestCase):
    """ERG names the program; nothing of the machine's own stores and sensors is touched."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="erg-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.program = os.environ["ERG"]
        self.database = self.folder / "erg.db"
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ERG_", "CUDA_", "SLURM_", "XDG_"))
        }
        self.environment.update(
            ERG_STORE=f"sqlite:{self.database}",
            ERG_NVML_LIBRARY="none",
            XDG_DATA_HOME=str(self.folder / "data"),
            XDG_STATE_HOME=str(self.folder / "state"),
            XDG_RUNTIME_DIR=str(self.folder),
            HOME=str(self.folder),
        )

    def start(self, *arguments, **options):
        options.setdefault("env", self.environment)
        options.setdefault("cwd", self.folder)
        return subprocess.Popen(
            [self.program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def erg(self, *arguments, status=0, **options):
        """Runs to the end; `status` None: any."""
        process = self.start(*arguments, **options)
        try:
            out, err = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        done = subprocess.CompletedProcess(arguments, process.returncode, out, err)
        if status is not None:
            self.assertEqual(done.returncode, status, f"{arguments}\n{out}\n{err}")
        return done

    def json(self, *arguments, **options):
        return json.loads(self.erg(*arguments, "--json", **options).stdout)

    def wait_for(self, what, seconds=20):
        """The first true value of what()."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = what()
            if value:
                return value
            time.sleep(0.05)
        self.fail("waited in vain")

    def assert_one_line(self, text, *words):
        """An error is one line that names the thing and the way out."""
        self.assertEqual(len(text.strip().splitlines()), 1, text)
        for word in words:
            self.assertIn(word, text)


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


def main():
    unittest.main(verbosity=2)
