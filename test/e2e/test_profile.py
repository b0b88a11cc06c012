# SPDX-License-Identifier: Apache-2.0
"""erg train --profile: a small network on the CPU, by whatever tells its power here."""

from erg_case import ErgCase, main


class Profile(ErgCase):
    def train(self, *arguments, **options):
        return self.erg(
            "train", "lenet5", "--data", "synthetic:1x28x28:10:256", "--batch", "16", "--max-steps", "3",
            "--threads", "1", *arguments, **options,
        )

    def test_shows_the_phases_of_a_step(self):
        self.train("--profile", "phases", "--profile-seconds", "15", "--name", "profiled")
        energy = self.json("energy", "profiled", "--by", "phase")
        self.assertEqual(energy["method"], "designs")
        self.assertEqual(energy["samples"], 16)
        rows = {row["name"]: row for row in energy["rows"]}
        self.assertLessEqual({"forward", "backward"}, set(rows))
        for name in ("forward", "backward"):
            low, high = rows[name]["energy_interval_j"]
            self.assertTrue(low < rows[name]["energy_j"] < high)
        total = sum(row["energy_j"] for row in energy["rows"]) + energy["unattributed"]["energy_j"]
        self.assertAlmostEqual(total, energy["total"]["energy_j"], delta=1e-9)
        # The run itself is told by its spans, and holds nothing of the profile.
        whole = self.json("energy", "profiled", "--by", "phase", "--method", "timeline")
        self.assertEqual(whole["method"], "timeline")
        self.assertLess(whole["total"]["time_s"], 10)
        run = self.json("runs", "show", "profiled")
        self.assertGreaterEqual(sum(part["blocks"] for part in run["parts"]), 8)
        self.assertIn("profiled after the training", " ".join(run["parts"][0]["notes"]))

    def test_bad_input_is_one_line(self):
        for words, expected in [
            (["--profile", "layer"], "phases or layers"),
            (["--profile", "phases", "--profile-seconds", "1"], "5 or more"),
            (["--profile", "phases", "--no-measure"], "--no-measure"),
        ]:
            done = self.train(*words, status=2)
            self.assert_one_line(done.stderr, expected)

    def test_compare_fails_above_a_limit(self):
        for name in ("a", "b"):
            self.train("--name", name, "--no-evaluate")
        self.erg("runs", "compare", "a", "a", "--fail-above", "3%")
        self.assertIn("significant", self.json("runs", "compare", "a", "b")[1])
        self.erg("runs", "compare", "a", "b", "--fail-above", "three", status=2)
        self.erg("runs", "compare", "a", "--fail-above", "3%", status=2)


if __name__ == "__main__":
    main()
