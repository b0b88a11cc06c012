# SPDX-License-Identifier: Apache-2.0
"""erg train: LibTorch's part of the program."""

import json
import resource
import signal
import time

from erg_case import ErgCase, main

PHASES = ["data", "to_device", "forward", "loss", "backward", "optimizer", "evaluate", "other"]


class Train(ErgCase):
    def train(self, *arguments, **options):
        return self.erg("train", "lenet5", "--data", "synthetic", "--max-steps", "3", *arguments, **options)

    def test_stores_a_run_with_its_phases(self):
        self.train("--epochs", "1", "--name", "short")
        run = self.json("runs", "list")[0]
        self.assertEqual((run["name"], run["status"]), ("short", "finished"))
        self.assertEqual((run["network"], run["data"]), ("lenet5", "synthetic"))
        energy = self.json("energy", "short", "--by", "phase")
        names = [row["name"] for row in energy["rows"] if row["kind"] == "phase"]
        self.assertEqual([name for name in names if name in PHASES], names)
        self.assertLessEqual({"data", "forward", "backward", "optimizer"}, set(names))
        forward = next(row for row in energy["rows"] if row["name"] == "forward")
        self.assertEqual(forward["count"], 3)
        rows = sum(row["energy_j"] or 0 for row in energy["rows"])
        rest = energy["unattributed"]["energy_j"] or 0
        self.assertAlmostEqual(rows + rest, energy["total"]["energy_j"], delta=1e-6 * (1 + rows))
        self.erg("report", "short", "-o", "short.html")
        self.assertIn("energy by phase", (self.folder / "short.html").read_text())

    def test_predicts_before_and_tells_the_error_after(self):
        table = self.folder / "table.csv"
        table.write_text("macs,energy_j,time_s\n" + "".join(f"{n}e5,{n},{n / 10}\n" for n in range(1, 9)))
        model = str(self.folder / "m.json")
        self.erg("fit", "--csv", str(table), "--model", "macs", "--images", "4096", "-o", model)
        arguments = ["lenet5", "--data", "synthetic:1x28x28:10:4096", "--batch", "64", "--epochs", "3", "--no-evaluate"]
        done = self.erg("train", *arguments, "--predict-model", model)
        self.assertIn("predicted by 'macs'", done.stderr)
        self.assertRegex(done.stdout, "prediction by 'macs', of whole epochs:\\n.*predicted +measured +error")
        self.assertRegex(done.stdout, r"time .* [+-][0-9.]+ %")
        lines = [line for line in done.stderr.splitlines() if line.startswith("epoch ")]
        self.assertEqual(["left" in line for line in lines], [True, True, False])
        self.assertRegex(lines[0], r"left .* \(.* to .*\), .* J \(.* to .* J\)")
        refused = self.erg("train", *arguments, "--predict", status=1)
        self.assertIn("erg predict calibrate", refused.stderr)
        self.assertEqual([run["status"] for run in self.json("runs", "list")], ["finished"])
        self.assertIn("not with --no-measure", self.erg("train", *arguments, "--predict", "--no-measure", status=2).stderr)

    def test_joins_the_run_it_is_under(self):
        self.erg(
            "run", "--name", "outer", "--", self.program, "train", "lenet5", "--data", "synthetic",
            "--max-steps", "3", "--epochs", "1",
        )
        runs = self.json("runs", "list")
        self.assertEqual([run["name"] for run in runs], ["outer"])
        self.assertEqual(runs[0]["network"], "lenet5")
        rows = self.json("energy", "outer", "--by", "phase")["rows"]
        self.assertIn("forward", [row["name"] for row in rows])

    def test_extrapolates_what_max_steps_left_out(self):
        self.erg("train", "lenet5", "--data", "synthetic:1x28x28:10:320", "--epochs", "4", "--batch", "4", "--max-steps",
                 "30", "--threads", "1", "--name", "part")
        shown = self.erg("runs", "show", "part").stdout
        self.assertIn("extrapolated to all", shown)
        run = self.json("runs", "show", "part")
        full = run["extrapolated"]
        planned = 4 * run["environment"]["workload"]["steps_per_epoch"]
        self.assertEqual((full["steps"], full["planned_steps"]), (30, planned))
        self.assertLess(full["energy_low_j"], full["energy_j"])
        self.assertLess(full["energy_j"], full["energy_high_j"])
        total = self.json("energy", "part", "--by", "run")["total"]
        self.assertGreater(full["energy_j"], 2 * total["energy_j"])
        self.assertGreater(full["time_s"], 2 * total["time_s"])
        self.erg("train", "lenet5", "--data", "synthetic:1x28x28:10:64", "--name", "whole")
        self.assertIsNone(self.json("runs", "show", "whole")["extrapolated"])

    def test_evaluates_a_checkpoint_by_batch_size(self):
        self.train("--epochs", "1", "--save", "lenet.pt")
        done = self.erg("evaluate", "lenet.pt", "--batch", "1,8,64", "--images", "128", "--json")
        run = json.loads(done.stdout)
        self.assertEqual([one["batch"] for one in run["batches"]], [1, 8, 64])
        for one in run["batches"]:
            self.assertEqual(one["images"], 128)
            self.assertAlmostEqual(one["energy_per_sample_j"], one["energy_j"] / 128, places=9)
            self.assertGreater(one["time_s"], 0)
            self.assertEqual(one["test_accuracy"], run["batches"][0]["test_accuracy"])
        self.assertGreater(run["batches"][0]["time_s"], run["batches"][2]["time_s"])
        rows = {row["name"]: row for row in self.json("energy", "last", "--by", "range")["rows"]}
        self.assertAlmostEqual(rows["batch 8"]["energy_j"], run["batches"][1]["energy_j"], places=6)
        text = self.erg("evaluate", "lenet.pt", "--batch", "2", "--images", "16").stdout
        self.assertIn("images/J", text)
        self.assert_one_line(self.erg("evaluate", "lenet.pt", "--batch", "2,2", status=2).stderr.splitlines()[0],
                             "twice")

    def running(self, *arguments):
        process = self.start("train", *arguments)
        self.wait_for(lambda: [run for run in self.json("runs", "list") if run["status"] == "running"], 60)
        return process

    def test_ctrl_c_once_finishes_the_step_and_saves(self):
        process = self.running("lenet5", "--data", "synthetic", "--epochs", "100000", "--save", "stopped.pt")
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("stopping at the end of this step", err)
        self.assertIn("what was measured is stored", err)
        run = self.json("runs", "list")[0]
        self.assertEqual(run["status"], "interrupted")
        self.assertGreater(run["energy_j"], 0)
        self.assertTrue((self.folder / "stopped.pt").exists())
        self.erg("evaluate", "stopped.pt", "--images", "16")

    def test_ctrl_c_twice_stops(self):
        for _ in range(3):
            process = self.running("alexnet_thesis", "--data", "synthetic:1x224x224:10:512", "--batch", "256",
                                   "--epochs", "10", "--save", "never.pt")
            time.sleep(3)
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)  # two in less are one
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
            if process.returncode != 130:
                break
            (self.folder / "never.pt").unlink()  # the step ended between the two: once more
        self.assertEqual(process.returncode, -signal.SIGINT)
        self.assertFalse((self.folder / "never.pt").exists())
        run = self.json("runs", "list")[0]
        self.assertEqual(run["status"], "interrupted")

    def test_a_full_disk_leaves_the_checkpoint_before(self):
        self.train("--epochs", "1", "--save", "net.pt")
        before = (self.folder / "net.pt").read_bytes()

        def little_room():  # as a full disk, for files beyond 20 MB: 45 MB are wanted
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (20_000_000, 20_000_000))

        done = self.erg(
            "train", "resnet18_thesis", "--data", "synthetic:1x32x32:10:8", "--input", "32x32", "--batch",
            "2", "--max-steps", "1", "--no-evaluate", "--save", "net.pt", "--name", "full", status=1,
            preexec_fn=little_room, restore_signals=False,
        )
        self.assertIn("cannot write net.pt", done.stderr)
        self.assertEqual((self.folder / "net.pt").read_bytes(), before)
        self.assertEqual([path.name for path in self.folder.glob("net.pt*")], ["net.pt"])
        run = self.json("runs", "show", "full")
        self.assertEqual((run["status"], run["exit_status"]), ("finished", 1))
        self.assertTrue(any("cannot write" in note for note in run["parts"][0]["notes"]))

    def test_a_checkpoint_of_another_network_is_refused(self):
        self.erg("train", "lenet5", "--data", "synthetic:1x28x28:10:32", "--save", "lenet.pt")
        for words, arguments in (
            (["lenet.pt", "another network"], ["alexnet_thesis", "--data", "synthetic:1x224x224:10:8"]),
            (["lenet.pt", "other images"], ["lenet5", "--data", "synthetic:1x28x28:10:64"]),
            (["--batch", "--seed"], ["lenet5", "--data", "synthetic:1x28x28:10:32", "--seed", "9"]),
        ):
            done = self.erg("train", *arguments, "--resume", "lenet.pt", status=1)
            self.assert_one_line(done.stderr, *words)
        (self.folder / "bad.pt").write_bytes((self.folder / "lenet.pt").read_bytes()[:-9])
        self.assert_one_line(self.erg("evaluate", "bad.pt", status=1).stderr, "bad.pt")

    def test_bad_input_is_one_line(self):
        done = self.erg("train", "lenet", "--data", "synthetic", status=None)
        self.assertNotEqual(done.returncode, 0)
        self.assert_one_line(done.stderr, "lenet5")
        done = self.erg("train", "lenet5", "--data", "fashion_mnits", status=None)
        self.assertNotEqual(done.returncode, 0)
        self.assert_one_line(done.stderr, "fashion_mnist")
        self.assertEqual(self.json("runs", "list"), [])


if __name__ == "__main__":
    main()
