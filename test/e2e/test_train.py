# SPDX-License-Identifier: Apache-2.0
"""erg train: LibTorch's part of the program."""

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
