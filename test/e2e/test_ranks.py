# SPDX-License-Identifier: Apache-2.0
"""erg train by several ranks: one run, and the same training as one rank with a larger batch."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time

from erg_case import ErgCase, main

LENET = ["train", "lenet5", "--data", "synthetic:1x28x28:10:320", "--threads", "1"]


def free_port():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


class Ranks(ErgCase):
    def setUp(self):
        super().setUp()
        self.environment.update(OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_btl_vader_single_copy_mechanism="none",
                                OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")

    def mpirun(self, *arguments):
        if not shutil.which("mpirun"):
            self.skipTest("mpirun is not installed")
        return subprocess.Popen(["mpirun", "-n", "2", self.program, *arguments], env=self.environment, cwd=self.folder,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def by_hand(self, *arguments):
        """As torchrun starts them."""
        port = str(free_port())
        processes = []
        for rank in range(2):
            environment = {**self.environment, "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2",
                           "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
            processes.append(self.start(*arguments, env=environment))
        return processes

    def finished(self, process, status=0, seconds=120):
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        if "built without MPI" in err:
            self.skipTest("erg-train is built without MPI")
        if status is not None:
            self.assertEqual(process.returncode, status, out + err)
        return out, err

    def assert_same_training(self, run, alone):
        for mine, other in zip(run["epochs"], alone["epochs"], strict=True):
            for key in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
                self.assertAlmostEqual(mine[key], other[key], delta=1e-5)

    def assert_one_run_of_two_parts(self):
        run, = self.json("runs", "list")
        self.assertEqual(run["status"], "finished")
        parts = self.json("runs", "show", "last")["parts"]
        self.assertEqual(sorted(part["rank"] for part in parts), [0, 1])
        cpus = [device["id"] for part in parts for device in part["devices"] if device["kind"] == "cpu"]
        self.assertEqual(len(cpus), 1)  # a host's counters are read once
        ranks = self.json("energy", "last", "--by", "rank")
        self.assertEqual([row["name"] for row in ranks["rows"]], ["rank 0", "rank 1"])
        total = ranks["total"]["energy_j"]
        self.assertAlmostEqual(sum(row["energy_j"] for row in ranks["rows"]), total, delta=1e-6 * total)
        host, = self.json("energy", "last", "--by", "host")["rows"]
        self.assertEqual(host["name"], socket.gethostname())
        self.assertAlmostEqual(host["energy_j"], total, delta=1e-6 * total)
        devices = self.json("energy", "last", "--by", "device")
        self.assertAlmostEqual(devices["total"]["energy_j"], total, delta=1e-6 * total)
        forward = next(row for row in self.json("energy", "last", "--by", "phase")["rows"] if row["name"] == "forward")
        self.assertEqual(forward["count"], 2 * 2 * 10)
        waiting, = self.json("energy", "last", "--by", "range")["rows"]
        self.assertEqual(waiting["name"], "all_reduce")

    def test_two_ranks_are_one_with_twice_the_batch(self):
        options = ["--epochs", "2", "--lr", "0.05", "--momentum", "0.9", "--seed", "3", "--json", "--quiet"]
        out, _ = self.finished(self.mpirun(*LENET, *options, "--batch", "16", "--save", "two.pt"))
        run = json.loads(out)
        self.assert_one_run_of_two_parts()
        alone = json.loads(self.erg(*LENET, *options, "--batch", "32", "--save", "one.pt").stdout)
        self.assert_same_training(run, alone)
        losses = [json.loads(self.erg("evaluate", path, "--json").stdout)["epochs"][0]["test_loss"]
                  for path in ("one.pt", "two.pt")]
        self.assertAlmostEqual(*losses, delta=1e-5)
        # One goes on where two stopped.
        self.erg(*LENET, "--epochs", "3", "--lr", "0.05", "--momentum", "0.9", "--seed", "3", "--batch", "32",
                 "--resume", "two.pt", "--quiet")

    def test_as_torchrun_starts_them(self):
        options = ["--epochs", "2", "--seed", "3", "--json", "--quiet"]
        processes = self.by_hand(*LENET, *options, "--batch", "16")
        out, _ = self.finished(processes[0])
        self.assertEqual(self.finished(processes[1])[0], "")
        self.assert_one_run_of_two_parts()
        alone = json.loads(self.erg(*LENET, *options, "--batch", "32").stdout)
        self.assert_same_training(json.loads(out), alone)

    def process_of_rank(self, rank):
        def find():
            runs = [run for run in self.json("runs", "list") if run["status"] == "running"]
            parts = self.json("runs", "show", "last")["parts"] if runs else []
            return next((part["process"] for part in parts if part["rank"] == rank), None)

        return self.wait_for(find, 60)

    def assert_what_was_measured_is_kept(self):
        run, = self.json("runs", "list")
        self.assertIn(run["status"], ("failed", "interrupted"))
        shown = self.json("runs", "show", "last")
        self.assertEqual(sorted(part["rank"] for part in shown["parts"]), [0, 1])
        total = self.json("energy", "last", "--by", "phase")["total"]
        self.assertGreater(total["energy_j"], 0)
        self.assertGreater(total["time_s"], 1)

    def test_a_rank_that_dies_ends_all_under_mpirun(self):
        process = self.mpirun(*LENET, "--epochs", "100000", "--batch", "16")
        victim = self.process_of_rank(1)
        time.sleep(3)
        os.kill(victim, signal.SIGKILL)
        _, err = self.finished(process, status=None, seconds=30)
        self.assertNotEqual(process.returncode, 0)
        self.assertIn("rank 0 of 2", err)
        self.assertIn("keeps what was measured", err)
        self.assert_what_was_measured_is_kept()

    def test_a_rank_that_dies_ends_all_under_torchrun(self):
        for dead in (0, 1):
            with self.subTest(dead=dead):
                processes = self.by_hand(*LENET, "--epochs", "100000", "--batch", "16")
                victim = self.process_of_rank(dead)
                time.sleep(3)
                os.kill(victim, signal.SIGKILL)
                _, err = self.finished(processes[1 - dead], status=1, seconds=30)
                self.assertIn(f"rank {1 - dead} of 2: another rank ended", err)
                self.finished(processes[dead], status=-signal.SIGKILL)
                self.assert_what_was_measured_is_kept()
                self.erg("runs", "remove", "last")

    def test_ranks_stop_together(self):
        processes = self.by_hand(*LENET, "--epochs", "100000", "--batch", "16", "--save", "stopped.pt")
        self.process_of_rank(1)
        time.sleep(2)
        processes[1].send_signal(signal.SIGINT)
        self.finished(processes[0], status=128 + signal.SIGTERM, seconds=30)
        self.finished(processes[1], status=128 + signal.SIGINT, seconds=30)
        self.assertEqual(self.json("runs", "list")[0]["status"], "interrupted")
        self.erg("evaluate", "stopped.pt")

    def test_ranks_that_do_not_agree(self):
        port = str(free_port())
        processes = []
        for rank, batch in ((0, "16"), (1, "8")):
            environment = {**self.environment, "RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1",
                           "MASTER_PORT": port}
            processes.append(self.start(*LENET, "--batch", batch, env=environment))
        for process in processes:
            _, err = self.finished(process, status=1)
            self.assertIn("rank 1 does another training than rank 0", err)


if __name__ == "__main__":
    main()
