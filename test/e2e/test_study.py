# SPDX-License-Identifier: Apache-2.0
"""erg study: files, plans, resuming, sharing, and each ready-made study in miniature."""

import json
import os
import pathlib
import signal
import subprocess
import time

from erg_case import ErgCase, main

STUDIES = pathlib.Path(__file__).resolve().parents[2] / "studies"

FILE = """
name = "tiny"
order = "{order}"
repeats = {repeats}
[matrix]
networks = {networks}
data = ["synthetic:1x28x28:10:64"]
batch_sizes = {batches}
{matrix}
[train]
device = "cpu"
max_steps = {steps}
threads = 1
evaluate = false
[pace]
{pace}
"""


class Study(ErgCase):
    def file(self, name="tiny.toml", order="random", repeats=1, networks='["lenet5"]', batches="[4]",
             matrix="", steps=2, pace=""):
        path = self.folder / name
        path.write_text(FILE.format(order=order, repeats=repeats, networks=networks, batches=batches,
                                    matrix=matrix, steps=steps, pace=pace))
        return str(path)

    def study(self, *arguments, status=0):
        """Longer than erg() allows: each training loads LibTorch."""
        process = self.start("study", *arguments)
        try:
            out, err = process.communicate(timeout=280)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        if status is not None:
            self.assertEqual(process.returncode, status, f"{arguments}\n{out}\n{err}")
        return out, err

    def test_bad_files_are_one_line_that_names_the_near_word(self):
        cases = [
            ("repeats = 3", "repeat = 3", ["unknown key 'repeat'", "did you mean 'repeats'"]),
            ("batch_sizes", "batchsizes", ["'batchsizes' in [matrix]", "'batch_sizes'"]),
            ("lenet5", "lenet55", ["lenet55", "lenet5"]),
            ('order = "random"', 'order = "randon"', ["'randon'", "random"]),
            ("[4]", "[0]", ["1 or more"]),
            ("[4]", "[4, 4]", ["twice"]),
            ("[4]", '["four"]', ["whole numbers"]),
            ("[4]", "[4", ["tiny.toml:", "array"]),
            ("[matrix]", "precision = 1\n[matrix]", ["unknown key 'precision'"]),
            ('name = "tiny"', "", ["name"]),
        ]
        for old, new, words in cases:
            path = pathlib.Path(self.file(repeats=3))
            text = path.read_text()
            self.assertIn(old, text)
            path.write_text(text.replace(old, new, 1))
            done = self.erg("study", "run", str(path), status=1)
            with self.subTest(new):
                self.assert_one_line(done.stderr, *words)
        self.assert_one_line(self.erg("study", "run", "none.toml", status=1).stderr, "none.toml")

    def test_plan_has_every_training_in_its_order(self):
        abba = self.file(order="abba", repeats=2, networks='["lenet5", "alexnet_thesis"]')
        names = [one["name"] for one in self.json("study", "run", abba, "--dry-run")["trainings"]]
        self.assertEqual([name.split()[0] for name in names],
                         ["lenet5", "alexnet_thesis", "alexnet_thesis", "lenet5"])
        many = self.file(repeats=4, batches="[1, 2, 3, 4, 5]")
        plan = self.json("study", "run", many, "--dry-run")
        again = self.json("study", "run", many, "--dry-run")
        self.assertEqual(plan, again)
        self.assertEqual(plan["ahead"], 20)
        rounds = [[one["name"].split(" #")[0] for one in plan["trainings"][i:i + 5]]
                  for i in range(0, 20, 5)]
        for one in rounds:
            self.assertEqual(sorted(one), sorted(rounds[0]))
        self.assertGreater(len({tuple(one) for one in rounds}), 1)
        self.assertEqual(self.json("runs", "list"), [])

    def test_runs_resumes_and_compares(self):
        path = self.file(repeats=3, batches="[2, 4]")
        self.study("run", path, "--limit", "2")
        first = self.json("study", "show", path)
        self.assertEqual(sum(one["waiting"] for one in first["settings"]), 4)
        out, err = self.study("run", path)
        self.assertIn("6/6", err)
        self.assertIn("3 done", out)
        summary = self.json("study", "show", path)
        for one in summary["settings"]:
            self.assertEqual((one["outcomes"], one["waiting"]), ({"done": 3}, 0))
            self.assertLessEqual(one["time_s"]["low"], one["time_s"]["median"])
            self.assertLessEqual(one["time_s"]["median"], one["time_s"]["high"])
        self.assertEqual([one["attempts"] for one in summary["trainings"]], [1] * 6)
        runs = self.json("runs", "list")
        self.assertEqual({run["id"] for run in runs}, {one["run"] for one in summary["trainings"]})
        self.assertEqual({run["tags"]["study"] for run in runs}, {"tiny"})
        plan = self.json("study", "run", self.file(repeats=4, batches="[2, 4]"), "--dry-run")
        self.assertEqual(plan["ahead"], 2)
        self.assertEqual({one["estimate"] for one in plan["trainings"]}, {"the same before"})
        done = self.erg("study", "run", self.file(steps=3), status=1)
        self.assert_one_line(done.stderr, "--restart")

    def test_what_cannot_run_is_a_result(self):
        path = self.file(networks='["lenet5", "alexnet_thesis"]', matrix="epochs = [1]")
        pathlib.Path(path).write_text(pathlib.Path(path).read_text().replace(
            "threads = 1", 'threads = 1\ninput = "12x12"'))
        self.assertEqual(self.json("study", "run", path, "--dry-run")["impossible"], 1)
        out, err = self.study("run", path, status=1)
        self.assertIn("impossible", out)
        self.assertEqual(self.json("study", "show", path)["settings"][1]["outcomes"], {"failed": 1})

    def test_a_time_limit_is_a_result(self):
        slow = self.file("slow.toml", steps=0, pace="time_limit_s = 4", matrix="epochs = [100000]")
        pathlib.Path(slow).write_text(pathlib.Path(slow).read_text().replace("tiny", "slow"))
        self.study("run", slow)
        self.assertEqual(self.json("study", "show", slow)["settings"][0]["outcomes"],
                         {"time_limit": 1})

    def test_two_processes_share_and_a_killed_one_is_replaced(self):
        path = self.file(repeats=2, batches="[2, 4]")
        dead = self.start("study", "run", path)
        self.wait_for(lambda: any(one["state"] == "leased"
                                  for one in self.json("study", "show", path)["trainings"]))
        dead.kill()
        dead.communicate()
        both = [self.start("study", "run", path) for _ in range(2)]
        for process in both:
            out, err = process.communicate(timeout=200)
            self.assertEqual(process.returncode, 0, err)
        trainings = self.json("study", "show", path)["trainings"]
        self.assertEqual([one["state"] for one in trainings], ["done"] * 4)
        self.assertLessEqual(sum(one["attempts"] for one in trainings), 5)
        self.assertEqual(len({one["run"] for one in trainings}), 4)

    def test_ctrl_c_gives_the_training_back(self):
        path = self.file(steps=0, matrix="epochs = [100000]")
        process = self.start("study", "run", path)
        self.wait_for(lambda: self.json("runs", "list"))
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 128 + signal.SIGINT, err)
        self.assertIn("goes on from here", err)
        self.assertEqual(self.json("study", "show", path)["trainings"][0]["state"], "open")
        self.assertEqual(self.json("runs", "list")[0]["status"], "interrupted")

    def test_caps_are_set_and_given_back(self):
        self.environment["ERG_NVML_LIBRARY"] = os.environ["ERG_TEST_NVML"]
        self.environment["ERG_FAKE_NVML_STATE"] = str(self.folder / "nvml")
        subprocess.run([os.environ["ERG_TEST_NVML_STATE"], str(self.folder / "nvml")], check=True)
        card = self.json("cap", "show")[0]
        inside = (card["min_w"] + card["limit_w"]) // 2
        path = self.file(matrix=f"power_caps_w = [{inside}, {card['min_w'] / 2}]")
        before = card["limit_w"]
        self.study("run", path, status=1)
        summary = self.json("study", "show", path)["settings"]
        self.assertEqual(summary[0]["outcomes"], {"done": 1})
        self.assertEqual(summary[1]["outcomes"], {"failed": 1})
        self.assertIn("impossible", summary[1]["words"])
        self.assertEqual(self.json("cap", "show")[0]["limit_w"], before)

    def test_levels_and_branches_end_in_one_table(self):
        path = self.file(networks='["googlenet_5x5_b1", "googlenet_5x5_b2"]', batches="[2]", steps=1,
                         matrix='instrumentation = ["none", "nosync1", "nosync3", "sync-phases"]')
        text = pathlib.Path(path).read_text().replace("1x28x28:10:64", "1x32x32:10:8")
        pathlib.Path(path).write_text(text.replace("threads = 1", 'threads = 1\ninput = "32x32"'))
        out, _ = self.study("run", path)
        self.assertIn("against none", out)
        table = out[out.index("level"):]
        for level in ("none", "nosync1", "nosync3", "sync-phases"):
            self.assertEqual(sum(line.split()[1:2] == [level] for line in table.splitlines()), 2, out)
        settings = self.json("study", "show", path)["settings"]
        self.assertEqual(len(settings), 8)
        for one in settings:
            none = next(other for other in settings if other["network"] == one["network"]
                        and other["instrumentation"] == "none")
            self.assertAlmostEqual(one["time_against_none"], one["time_s"]["median"] / none["time_s"]["median"])
            self.assertAlmostEqual(one["energy_against_none"],
                                   one["energy_j"]["median"] / none["energy_j"]["median"])
            single = next(other for other in settings if other["network"] == "googlenet_5x5_b1"
                          and other["instrumentation"] == one["instrumentation"])
            n = int(one["network"][-1])
            self.assertAlmostEqual(one["branch_efficiency"],
                                   one["time_s"]["median"] / (n * single["time_s"]["median"]))

    def test_warms_up_cools_down_and_records_what_has_no_memory(self):
        path = self.file(batches="[4, 4000000000]", pace="warm_up_s = 12\ncool_down_s = 1\ntime_limit_s = 60")
        begun = time.monotonic()
        out, err = self.study("run", path)
        self.assertGreater(time.monotonic() - begun, 11)
        self.assertIn("2/2", err)
        settings = self.json("study", "show", path)["settings"]
        self.assertEqual([one["outcomes"] for one in settings], [{"done": 1}, {"out_of_memory": 1}])
        self.assertIn("not enough memory", settings[1]["words"])
        self.assertEqual(len(self.json("runs", "list")), 1)  # what warmed up is no run

    def test_ready_made_studies(self):
        files = sorted(STUDIES.glob("*.toml"))
        self.assertGreaterEqual(len(files), 7)
        for path in files:
            with self.subTest(path.name):
                plan = json.loads(self.erg("study", "run", str(path), "--dry-run", "--json").stdout)
                self.assertEqual(plan["impossible"], 0)
                self.assertGreaterEqual(plan["ahead"], 8)
                self.study("run", str(path), "--small", "--limit", "2")
                small = self.json("study", "show", str(path), "--small")
                self.assertEqual(sum(one["outcomes"].get("done", 0) for one in small["settings"]), 2)


if __name__ == "__main__":
    main()
