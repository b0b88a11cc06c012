# SPDX-License-Identifier: Apache-2.0
"""What a cap is chosen by, on sweeps whose every number is known."""

import datetime
import os
import unittest

from cap_case import CapCase
from erg_case import ErgCase, main

# Watts, seconds and mean watts of one epoch: 1740, 1400, 1540, 1890, 2300 J.
SWEEP = ((100, 20, 87), (150, 12, 140 / 1.2), (200, 11, 140), (250, 10.5, 180), (300, 10, 230))


class Choices(ErgCase):
    def setUp(self):
        super().setUp()
        self.trace("lab", "net", SWEEP)
        self.erg("import", "zeus", "summary_power_lab.csv")

    def trace(self, device, network, points, data="cifar100"):
        lines = ["dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power"]
        lines += [f"{data},{network},32,adam,{cap},{time},{power}" for cap, time, power in points]
        (self.folder / f"summary_power_{device}.csv").write_text("\n".join(lines) + "\n")

    def cap(self, *options):
        return self.json("cap", "choose", "net", *options)["cap_w"]

    def test_by_energy_slowdown_eta_and_money(self):
        self.assertEqual(self.cap(), 150)
        self.assertEqual(self.cap("--slowdown", "5%"), 250)
        self.assertEqual(self.cap("--slowdown", "0.1"), 200)
        self.assertEqual(self.cap("--slowdown", "0"), 300)
        # eta E + (1 - eta) 300 W t: at 0.5 700 + 1800, 770 + 1650, 945 + 1575, 1150 + 1500.
        chosen = self.json("cap", "choose", "net", "--eta", "0.5")
        self.assertEqual((chosen["cap_w"], chosen["objective"]), (200, "zeus_cost"))
        self.assertAlmostEqual(chosen["cost"], 2420, delta=1e-6)
        self.assertEqual(self.cap("--eta", "1"), 150)
        self.assertEqual(self.cap("--eta", "0"), 300)
        chosen = self.json("cap", "choose", "net", "--tariff", "0.36")
        self.assertEqual(chosen["cap_w"], 150)
        self.assertAlmostEqual(chosen["cost"], 1400 / 3.6e6 * 0.36, delta=1e-12)
        # And 3.6 an hour, 0.001 a second: the faster the cheaper.
        self.assertEqual(self.cap("--tariff", "0.36", "--machine-price", "3.6"), 300)

    def test_the_front_has_what_nothing_beats(self):
        front = self.json("cap", "choose", "net", "--pareto")["pareto"]
        self.assertEqual([point["cap_w"] for point in front], [300, 250, 200, 150])
        self.assertIn("uncertainty", self.erg("cap", "choose", "net", "--pareto").stdout)

    def test_from_probes_the_rest_is_modelled(self):
        chosen = self.json("cap", "choose", "net", "--from-probes", "4", "--pareto")
        self.assertEqual(chosen["method"], "physical")
        self.assertEqual(chosen["probes_w"], [100, 150, 200, 300])
        self.assertNotIn("probes_w", self.json("cap", "choose", "net"))
        text = self.erg("cap", "choose", "net", "--from-probes", "4").stdout
        self.assertIn("from the probes 100 W, 150 W, 200 W, 300 W", text)
        modelled = [p for p in chosen["pareto"] if p["provenance"] == "modelled"]
        self.assertEqual([point["runs"] for point in modelled], [0] * len(modelled))
        self.assertTrue(all(point["energy_u_j"] > 0 for point in modelled))

    def test_a_model_is_read_between_the_caps_that_were_measured(self):
        options = ("--method", "polynomial", "--degree", "2", "--step", "1")
        self.assertNotIn(self.cap(*options) % 50, (0,))
        self.assertGreater(self.cap(*options), 100)
        self.erg("cap", "choose", "net", "--step", "1", "--caps", "150", status=2)
        self.erg("cap", "choose", "net", "--step", "0", status=2)
        self.erg("cap", "choose", "net", "--step", "1e-9", status=2)

    def test_a_budget_buys_whole_epochs(self):
        # 5000 J: 2.87, 3.57, 3.25, 2.65, 2.17 epochs.
        kwh = ("--kwh", str(5000 / 3.6e6))
        before = datetime.datetime.now(datetime.timezone.utc)
        rows = self.json("cap", "budget", "net", *kwh)["rows"]
        self.assertEqual([row["whole_epochs"] for row in rows], [2, 3, 3, 2, 2])
        for row, (_, time, watts) in zip(rows, SWEEP):
            self.assertAlmostEqual(row["epochs"], 5000 / time / watts, delta=1e-6)
            self.assertAlmostEqual(row["duration_s"], row["whole_epochs"] * time, delta=1e-6)
            self.assertAlmostEqual(row["spent_j"], row["whole_epochs"] * time * watts, delta=1e-3)
            end = datetime.datetime.fromisoformat(row["end"].replace("Z", "+00:00"))
            self.assertAlmostEqual((end - before).total_seconds(), row["duration_s"], delta=5)
        rows = self.json("cap", "budget", "net", "--kwh", "1e-6")["rows"]
        self.assertEqual({(row["whole_epochs"], row["duration_s"], row["spent_j"]) for row in rows}, {(0, 0, 0)})

    def test_a_power_far_above_its_cap_is_told(self):
        self.trace("odd", "net3", [(100, 20, 250), (200, 10, 180), (300, 9, 220)])
        done = self.erg("import", "zeus", "summary_power_odd.csv")
        self.assertIn("power_above_cap", done.stdout + done.stderr)
        self.assertIn("power_above_cap: 1 of 3", self.erg("cap", "savings", "net3").stderr)
        self.assertNotIn("power_above_cap", self.erg("cap", "savings", "LAB").stderr)

    def test_the_reverse_of_a_budget_by_a_time_or_a_day(self):
        def plan(deadline, **options):
            return self.json("cap", "budget", "net", "--epochs", "100", "--deadline", deadline)

        self.assertEqual(plan("1000s")["cap_w"], 300)
        self.assertEqual(plan("1100s")["cap_w"], 200)
        self.assertEqual(plan("3d")["cap_w"], 150)
        day = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2)
        planned = plan(day.strftime("%Y-%m-%d"))
        self.assertEqual((planned["cap_w"], planned["time_s"]), (150, 1200))
        self.assertLess(planned["end"], day.strftime("%Y-%m-%d"))
        soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=19.5)
        self.assertEqual(plan(soon.strftime("%Y-%m-%dT%H:%M"))["cap_w"], 200)
        budget = ("cap", "budget", "net", "--epochs", "100", "--deadline")
        self.assertIn("passed", self.erg(*budget, "2020-01-01", status=2).stderr)
        for wrong in ("2026-13-01", "2026-12-01T99:00", "tomorrow", "-3h", "0d", "nan"):
            self.erg(*budget, wrong, status=2)
        self.assert_one_line(self.erg(*budget, "999s", status=1).stderr, "fastest")

    def test_evaluation_counts_every_imported_sweep_by_device(self):
        self.trace("other", "net2", [(c / 2, t, p / 2) for c, t, p in SWEEP])
        self.erg("import", "zeus", "summary_power_other.csv")
        score = self.json("cap", "choose", "--from-probes", "4", "--evaluate")
        self.assertEqual(score["configurations"], 2)
        self.assertEqual(score["probe_count"], 4)
        self.assertIn("the highest and the lowest cap", score["probes"])
        self.assertEqual([one["device"] for one in score["by_device"]], ["LAB", "OTHER"])
        one, other = score["by_device"]
        for key in ("excess_energy_mean", "time_error_mean", "time_error_median", "time_error_p95"):
            self.assertGreaterEqual(score[key], 0)
            self.assertAlmostEqual(one[key], other[key], delta=1e-9)  # watts do not matter

    def test_data_sets_are_combined_and_drawn(self):
        self.trace("lab", "net", [(c, 2 * t, p) for c, t, p in SWEEP], data="imagenet")
        self.erg("import", "zeus", "summary_power_lab.csv")
        sweeps = self.json("cap", "savings", "LAB", "--combine", "--plot", "all.svg")
        self.assertEqual(len(sweeps), 3)
        rows = sweeps[-1]["rows"]
        self.assertEqual([round(row["energy_j"]) for row in rows], [5220, 4200, 4620, 5670, 6900])
        self.assertAlmostEqual(sweeps[-1]["least"]["energy_saving"], 1 - 1400 / 2300, delta=1e-9)
        self.assertAlmostEqual(
            rows[0]["samples_per_joule"], (50000 + 1281167) / 5220, delta=1e-6
        )
        drawing = (self.folder / "all.svg").read_text()
        for word in ("images per joule", "mean power", "combined", "imagenet/net"):
            self.assertIn(word, drawing)
        row = self.json("cap", "savings", "cifar100", "--samples", "1000")[0]["rows"][0]
        self.assertEqual(row["samples_per_second"], 50)

    def test_a_model_with_two_points_at_one_cap_is_refused(self):
        self.erg("cap", "choose", "net", "--save", "model.json")
        text = (self.folder / "model.json").read_text().replace('"cap_w": 150', '"cap_w": 100')
        (self.folder / "model.json").write_text(text)
        done = self.erg("cap", "choose", "--model", "model.json", status=1)
        self.assert_one_line(done.stderr, "two points")


@unittest.skipUnless(os.environ.get("ERG_TEST_NVML"), "no fake NVML was built")
class Studies(CapCase):
    def test_the_runs_of_a_study_with_caps_are_a_sweep(self):
        for cap in ("300", "400", "600"):
            for repeat in ("1", "2"):
                training = f"study_training=lenet5 mnist b128 e1 fp32 phases {cap}W #{repeat}"
                tags = ("--tag", "study=caps", "--tag", training)
                self.erg(
                    "run", "--cap", cap, "--cap-device", "0", *tags, "--", "sleep", "0.3"
                )
        chosen = self.json("cap", "choose", "caps")
        self.assertEqual(chosen["cap_w"], 300)
        self.assertEqual(chosen["runs"], 2)
        self.assertEqual(chosen["sweep"], "caps: lenet5 mnist b128 e1 fp32 phases")
        self.assertEqual(len(self.json("cap", "savings", "caps")[0]["rows"]), 3)


if __name__ == "__main__":
    main()
