# SPDX-License-Identifier: Apache-2.0
"""Power caps as a user meets them: sweep, choose, savings, budget."""

import os
import pathlib
import re
import unittest

from cap_case import SWEEP, CapCase
from erg_case import ErgCase, main

DATA = pathlib.Path(os.environ.get("ERG_SHARED_DATA", "none"))


@unittest.skipUnless(os.environ.get("ERG_TEST_NVML"), "no fake NVML was built")
class FakeCard(CapCase):

    def test_a_sweep_measures_each_cap_and_gives_the_limit_back(self):
        result, _ = self.sweep(
            "--name", "s", "--caps", "300,400,600", "--repeats", "2", "--", "sleep", "0.3"
        )
        rows = {row["cap_w"]: row for row in result["rows"]}
        self.assertEqual(sorted(rows), [300, 400, 600])
        self.assertEqual([row["runs"] for row in rows.values()], [2, 2, 2])
        for cap, watts in ((300, 300), (400, 400), (600, 500)):
            self.assertAlmostEqual(rows[cap]["power_w"], watts, delta=0.05 * watts)
        self.assertTrue(rows[300]["binds"])
        self.assertFalse(rows[600]["binds"])
        self.assertEqual(rows[300]["power_throttle"], 1)
        self.assertEqual(rows[300]["heat_throttle"], 0)
        self.assertGreater(rows[300]["sm_clock_hz"], 1e9)
        self.assertEqual(self.limit(), 700)

        chosen = self.json("cap", "choose", "s")
        self.assertEqual(chosen["cap_w"], 300)
        self.assertGreater(chosen["energy_saving"], 0.3)
        verified = self.json("cap", "choose", "s", "--verify", "--device", "0")["verified"]
        self.assertLess(abs(verified["energy_error"]), 0.3)
        self.assertEqual(self.limit(), 700)

    def test_a_limit_that_cannot_be_given_back_is_told_with_the_report(self):
        self.erg("cap", "set", "600", "--device", "0")
        script = self.script(f'{os.environ["ERG_TEST_NVML_STATE"]} {self.state} power_mw=500000 set_result=4; sleep .2')
        result, words = self.sweep("--name", "g", "--caps", "300", "--repeats", "1", "--", script, status=1)
        self.assertEqual(result["failures"], [])
        self.assertIn("not given back yet", words)
        self.set("power_mw=500000")
        self.assertIn("given back", self.erg("runs", "list").stderr)
        self.assertEqual(self.limit(), 600)

    def test_heat_is_told_apart_from_the_cap(self):
        self.set("throttle_reasons=32")
        result, _ = self.sweep("--name", "h", "--caps", "300,400", "--repeats", "1", "--", "sleep", "0.2")
        self.assertEqual([row["heat_throttle"] for row in result["rows"]], [1, 1])
        self.assertEqual([row["power_throttle"] for row in result["rows"]], [0, 0])

    def test_a_command_that_fails_at_one_cap_does_not_end_the_sweep(self):
        script = self.script('sleep 0.2\n[ -e "$0.once" ] || { touch "$0.once"; exit 3; }')
        options = ("--name", "f", "--caps", "300,400", "--repeats", "2")
        result, words = self.sweep(*options, "--", script, status=1)
        self.assertEqual([one["exit_status"] for one in result["failures"]], [3])
        self.assertEqual(sum(row["runs"] for row in result["rows"]), 3)
        self.assertIn("goes on", words)
        done = self.erg(*SWEEP, *options, "--", script, status=2)
        self.assert_one_line(done.stderr.splitlines()[0], "--resume")
        result, words = self.sweep(*options, "--resume", "--", script)
        self.assertEqual([row["runs"] for row in result["rows"]], [2, 2])
        self.assertIn("1/1", words)

    def test_an_interrupted_sweep_gives_the_limit_back_and_goes_on(self):
        options = ("--name", "i", "--caps", "300,400", "--repeats", "1")
        process = self.start(*SWEEP, *options, "--", "sleep", "20")
        self.wait_for(lambda: self.limit() != 700 and self.json("runs", "list"))
        process.terminate()
        _, words = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130)
        self.assertIn("--resume", words)
        self.assertEqual(self.limit(), 700)
        result, _ = self.sweep(*options, "--resume", "--", "sleep", "0.2")
        self.assertEqual([row["runs"] for row in result["rows"]], [1, 1])

    def test_kill_9_gives_the_limit_back_and_what_was_done_counts(self):
        options = ("--name", "k", "--caps", "300,400", "--repeats", "2")
        script = self.script('n=$(ls "$0".* | wc -l); touch "$0.$n"; [ $n -lt 2 ] || sleep 20; sleep .2')
        process = self.start(*SWEEP, *options, "--", script)
        self.wait_for(lambda: len(self.json("runs", "list")) == 3)
        self.kill(process)
        self.wait_for(lambda: not list((self.folder / "state").rglob("*.limit")))
        self.assertEqual(self.limit(), 700)
        # What it had begun ends with it: the rest would not be under the cap.
        self.wait_for(lambda: self.statuses() and "running" not in self.statuses())
        self.assertEqual(self.statuses().count("finished"), 2)
        result, words = self.sweep(*options, "--resume", "--", "sleep", "0.2")
        self.assertEqual([row["runs"] for row in result["rows"]], [2, 2])
        self.assertIn("1/2", words)

    def statuses(self):
        return [run["status"] for run in self.json("runs", "list")]

    def test_caps_spread_evenly_in_an_order_by_the_seed(self):
        orders = {}
        for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
            options = ("--name", name, "--count", "4", "--repeats", "2", "--seed", seed)
            result, words = self.sweep(*options, "--", "sleep", "0.05")
            self.assertEqual([row["cap_w"] for row in result["rows"]], [200, 367, 533, 700])
            self.assertEqual([row["runs"] for row in result["rows"]], [2] * 4)
            orders[name] = re.findall(r"/8: (\d+) W, repetition (\d)", words)
            self.assertEqual(len(set(orders[name])), 8)
        self.assertEqual(orders["a"], orders["b"])
        self.assertNotEqual(orders["a"], orders["c"])
        self.assertNotEqual(orders["a"], sorted(orders["a"]))

    def test_an_adaptive_sweep_measures_what_it_chooses(self):
        # Below 350 W the card needs ever longer: the best cap is between the probes.
        slow = self.script(
            f'w=$({self.program} cap show --json | sed -n "s/.*limit_w.: \\([0-9]*\\).*/\\1/p" | head -n 1)\n'
            'sleep $(awk "BEGIN { print .3 * ($w < 350 ? (300 / ($w - 50))^1.5 : 1) }")'
        )
        result, _ = self.sweep("--name", "a", "--adaptive", "--repeats", "1", "--", slow)
        caps = [row["cap_w"] for row in result["rows"]]
        self.assertGreaterEqual(len(caps), 4)
        self.assertLessEqual(len(caps), 8)
        self.assertLessEqual({200, 700}, set(caps))
        chosen = self.json("cap", "choose", "a", "--from-probes", "9")
        self.assertIn(chosen["cap_w"], caps)

    def test_a_card_that_draws_more_than_its_cap_is_told(self):
        self.set("power_mw=500000", "ignores_limit=1")
        result, _ = self.sweep("--name", "x", "--caps", "300,600", "--repeats", "1", "--", "sleep", "0.3")
        self.assertEqual([row["exceeded"] for row in result["rows"]], [True, False])
        done = self.erg(*SWEEP, "--name", "x", "--resume", "--caps", "300,600", "--repeats", "1", "--", "true")
        self.assertIn("drew more than its cap", done.stdout)

    def test_a_sweep_that_failed_at_every_cap_is_there_without_a_usable_run(self):
        self.sweep("--name", "bad", "--caps", "300,600", "--repeats", "1", "--", "false", status=1)
        for words in (["choose", "bad"], ["choose"], ["savings", "bad"]):
            done = self.erg("cap", *words, status=1)
            self.assert_one_line(done.stderr, "the sweep 'bad' is there")
            self.assertIn("--resume", done.stderr)
            self.assertIn("2 did not finish", done.stderr)
        self.assert_one_line(self.erg("cap", "choose", "other", status=1).stderr, "no sweep")

    def test_run_takes_a_cap(self):
        self.erg("run", "--cap", "300", "--cap-device", "0", "--", "sleep", "0.2")
        self.assertEqual(self.json("runs", "list")[0]["tags"]["power_cap_w"], "300")
        self.assertEqual(self.limit(), 700)

    def test_what_cannot_be_done_is_said(self):
        run = ("--", "true")
        done = self.erg(*SWEEP, "--caps", "100", *run, status=2)
        self.assertIn("200 to 700 W", done.stderr)
        done = self.erg("cap", "sweep", *run, status=2)
        self.assertIn("--device", done.stderr)
        self.assertIn("no command", self.erg(*SWEEP, status=2).stderr)
        self.assertIn("nosuch", self.erg(*SWEEP, "--", "nosuch", status=2).stderr)
        self.erg(*SWEEP, "--count", "3", "--adaptive", *run, status=2)
        self.set("set_result=4")  # NVML_ERROR_NO_PERMISSION
        self.assert_one_line(self.erg(*SWEEP, *run, status=1).stderr, "root")
        self.set("silent_clamp_mw=250000")
        self.assert_one_line(self.erg(*SWEEP, *run, status=1).stderr, "250")
        self.assertEqual(self.json("runs", "list"), [])


class BadInput(ErgCase):
    def test_without_sweeps_the_way_to_one_is_said(self):
        for command in ("choose", "savings", "budget"):
            words = ("--kwh", "1") if command == "budget" else ()
            self.assert_one_line(self.erg("cap", command, *words, status=1).stderr, "erg cap sweep")
        done = self.erg("cap", "choose", "--evaluate", status=1)
        self.assert_one_line(done.stderr, "erg import zeus")

    def test_wrong_options(self):
        self.erg("cap", "choose", "--slowdown", "much", status=2)
        self.erg("cap", "choose", "--eta", "2", status=2)
        self.erg("cap", "choose", "--eta", "0.5", "--tariff", "1", status=2)
        self.erg("cap", "budget", "--epochs", "3", "--deadline", "soon", status=2)
        (self.folder / "bad.json").write_text('{"kind": "cap_model"}')
        self.assertIn("method", self.erg("cap", "choose", "--model", "bad.json", status=1).stderr)
        self.assertIn("nosuch", self.erg("cap", "choose", "--model", "nosuch", status=1).stderr)
        self.erg("cap", "sweep", "--", "true", status=1)


@unittest.skipUnless((DATA / "thesis").exists(), "the shared data are not here")
class Study(ErgCase):
    def test_the_3060_spends_the_studys_budget(self):
        self.erg("import", "thesis", str(DATA / "thesis" / "caps_3060"))
        options = ("--epochs-at-highest", "100", "--method", "polynomial")
        rows = self.json("cap", "budget", "3060", *options, "--save", "alexnet")["rows"]
        epochs = {row["cap_w"]: row["epochs"] for row in rows}
        for cap, published in ((40, 125), (50, 142), (60, 134), (70, 122), (80, 113), (90, 105)):
            self.assertAlmostEqual(epochs[cap], published, delta=2)
        self.assertEqual(
            self.json("cap", "budget", "--model", "alexnet", "--epochs-at-highest", "100")["rows"][0][
                "epochs"
            ],
            epochs[40],
        )
        done = self.json("cap", "budget", "--model", "alexnet", "--epochs", "10", "--deadline", "390s")
        self.assertLessEqual(done["time_s"], 390)
        done = self.erg(
            "cap", "budget", "--model", "alexnet", "--epochs", "10", "--deadline", "60s", status=1
        )
        self.assert_one_line(done.stderr, "fastest")
        for budget in (("--kwh", "1"), ("--co2", "300", "--intensity", "300"), ("--money", "0.3", "--tariff", "0.3")):
            result = self.json("cap", "budget", "--model", "alexnet", *budget)
            self.assertAlmostEqual(result["budget_j"], 3.6e6, delta=1)
        self.erg("cap", "budget", "--model", "alexnet", "--kwh", "1", "--caps", "20", status=1)

    def test_the_3060_saves_what_the_study_measured(self):
        self.erg("import", "thesis", str(DATA / "thesis" / "caps_3060"))
        sweep = self.json("cap", "savings", "3060")[0]
        rows = {row["cap_w"]: row for row in sweep["rows"]}
        self.assertAlmostEqual(rows[50]["energy_j"], 2374.231, delta=0.5)
        self.assertAlmostEqual(rows[95]["time_s"], 36.271, delta=0.05)
        self.assertAlmostEqual(rows[50]["energy_saving"], 0.297, delta=0.002)
        self.assertGreater(rows[50]["energy_saving_u"], 0)
        self.assertAlmostEqual(rows[50]["samples_per_joule"], 60000 / 2374.231, delta=0.1)
        self.erg("cap", "savings", "3060", "--plot", "plot.svg")
        self.assertIn("</svg>", (self.folder / "plot.svg").read_text())

    def test_the_4070_has_its_minimum_at_160_watts(self):
        self.erg("import", "thesis", str(DATA / "thesis" / "4070"))
        sweep = self.json("cap", "savings", "4070")[0]
        self.assertEqual(sweep["least"]["cap_w"], 160)
        self.assertAlmostEqual(sweep["least"]["run_energy_j"], 37466.21, delta=0.05)
        self.assertAlmostEqual(sweep["highest"]["run_energy_j"], 50467.23, delta=0.05)
        self.assertAlmostEqual(sweep["least"]["slowdown"], 0.063, delta=0.001)


if __name__ == "__main__":
    main()
