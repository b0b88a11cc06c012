# SPDX-License-Identifier: Apache-2.0
"""erg fit, predict and carbon, as a user runs them."""

import csv
import io
import json
import os
import pathlib
import unittest

from erg_case import ErgCase

MACS = pathlib.Path(os.environ.get("ERG_SHARED_DATA", "")) / "thesis" / "macs"
FASHION = MACS / "fashionmnist_datasetinfo.csv"
SPLIT = "ResNet50,VGG11,VGG13,VGG16,GoogleNet_mod3,GoogleNet_mod7,GoogleNet_mod11"
STUDY = ["--names", "study", "--batch", "256", "--images", "60000", "--device", "RTX 4090", "--precision", "fp32"]


class Fit(ErgCase):
    def table(self, rows):
        path = self.folder / "table.csv"
        path.write_text("\n".join(rows) + "\n")
        return str(path)

    def refused(self, status, *arguments):
        done = self.run_erg(*arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        return done.stderr

    def run_erg(self, *arguments):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)

        class Done:
            returncode, stdout, stderr = process.returncode, out, err

        return Done

    @unittest.skipUnless(FASHION.exists(), "the shared data is not here")
    def test_the_studys_regression(self):
        done = self.run_erg("fit", "--csv", str(FASHION), "--model", "macs", "--target", "energy",
                            "--test", SPLIT, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        model = json.loads(done.stdout)["models"][0]
        self.assertAlmostEqual(model["coefficients"][0]["value"], 4148.46, places=2)
        self.assertAlmostEqual(model["coefficients"][1]["value"] * 1e6, 3.77481, places=5)
        self.assertAlmostEqual(model["test"]["r2"], 0.94592, places=5)
        self.assertEqual(model["test"]["rows"], 7)

    @unittest.skipUnless(FASHION.exists(), "the shared data is not here")
    def test_fit_store_predict(self):
        done = self.run_erg("fit", "--csv", str(FASHION), *STUDY, "--model", "physical", "--name", "4090", "-o", "4090.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("leave-one-family-out", done.stdout)
        command = ["predict", "resnet18_thesis", "--device", "4090", "--batch", "256", "--data",
                   "fashion_mnist", "--epochs", "2", "--precision", "fp32", "--zone", "DE", "--price", "0.3", "--json"]
        stored = self.run_erg(*command)
        self.assertEqual(stored.returncode, 0, stored.stderr)
        answer = json.loads(stored.stdout)
        self.assertLess(abs(answer["energy_j"] / (2 * 10202) - 1), 0.2)
        self.assertLess(answer["energy_low_j"], answer["energy_j"])
        self.assertAlmostEqual(answer["co2e_g"], answer["energy_j"] / 3.6e6 * 344.1)
        self.assertAlmostEqual(answer["cost"], answer["energy_j"] / 3.6e6 * 0.3)
        loaded = self.run_erg(*command, "--model", str(self.folder / "4090.json"))
        self.assertEqual(json.loads(loaded.stdout)["energy_j"], answer["energy_j"])
        other = [word.replace("4090", "H100") for word in command] + ["--model", "4090"]
        self.assertIn("not for 'H100'", self.refused(1, *other))
        forced = self.run_erg(*other, "--force")
        self.assertEqual(forced.returncode, 0, forced.stderr)
        self.assertTrue(any("forced" in note for note in json.loads(forced.stdout)["notes"]))

    @unittest.skipUnless(FASHION.exists(), "the shared data is not here")
    def test_the_effect_of_branches(self):
        done = self.run_erg("fit", "--by", "branches", "--csv", str(FASHION), "--names", "study", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        groups = {one["of"]: one for one in json.loads(done.stdout)["groups"]}
        self.assertEqual(len(groups), 3)
        threes = groups["googlenet_mod5-8, branches 1x1-3x3"]
        self.assertAlmostEqual(threes["base"]["energy_j"], 3921.18)
        self.assertEqual([one["number"] for one in threes["levels"]], [1, 2, 3, 4])
        self.assertAlmostEqual(threes["levels"][1]["added_j"], 10417.52 - 6796.91)
        self.assertAlmostEqual(threes["levels"][3]["time_scaling"], 61.35 / (4 * 26.61))

    @unittest.skipUnless(FASHION.exists(), "the shared data is not here")
    def test_two_data_sets(self):
        done = self.run_erg("fit", "--by", "data", "--csv", str(FASHION), "--with",
                            str(MACS / "cifar100_datasetinfo.csv"), "--names", "study", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        groups = {one["of"]: one["levels"] for one in json.loads(done.stdout)["groups"]}
        self.assertEqual(len(groups), 23)
        coloured, grey = groups["alexnet_thesis"]
        self.assertEqual((coloured["value"], grey["value"]), ("cifar100", "fashion_mnist"))
        self.assertAlmostEqual(grey["energy_ratio"], (2627 / 60000) / (2985.59 / 50000))

    def test_a_property_that_does_not_vary(self):
        table = self.table(["network,device,energy_j,time_s", "lenet5,A,10,1", "alexnet,A,20,2"])
        self.assertIn("none differ in device", self.refused(1, "fit", "--csv", table, "--by", "device"))
        self.assertIn("did you mean 'branches'", self.refused(1, "fit", "--csv", table, "--by", "branch"))
        table = self.table(["network,device,energy_j,time_s", "lenet5,A,10,1", "lenet5,B,20,4"])
        answer = json.loads(self.run_erg("fit", "--csv", table, "--by", "device", "--json").stdout)
        self.assertEqual([one["time_ratio"] for one in answer["groups"][0]["levels"]], [1, 4])

    def test_a_rate(self):
        table = self.table(["cap_w,macs_per_s"] + [f"{c},{1e9 * (1 + c - c * c / 300)}" for c in range(40, 100, 5)])
        done = self.run_erg("fit", "--csv", table, "--target", "rate", "--features", "cap_w", "--model", "polynomial:2",
                            "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        model = json.loads(done.stdout)["models"][0]
        self.assertEqual(model["target"], "rate")
        self.assertAlmostEqual(model["coefficients"][1]["value"] / 1e9, 1)
        self.assertIn("not kept", self.refused(2, "fit", "--csv", table, "--target", "rate", "--name", "x"))

    def test_a_model_of_some_columns_predicts(self):
        table = self.table(["macs,room,energy_j,time_s"] + [f"{n}e8,{20 + n % 3},{100 * n},{n}" for n in range(1, 9)])
        done = self.run_erg("fit", "--csv", table, "--model", "macs", "--images", "1000", "-o", "m.json")
        self.assertEqual(done.returncode, 0, done.stderr)
        answer = json.loads(self.run_erg("predict", "alexnet_thesis", "--model", str(self.folder / "m.json"),
                                         "--data", "2000", "--json").stdout)
        self.assertAlmostEqual(answer["energy_j"], 2 * 663282240 * 1e-6, delta=1e-3)

    def test_bad_tables_are_told(self):
        cases = [
            (["macs,energy_j", "1,2"], ["--model", "macs"], "1 rows cannot determine 2"),
            (["macs,parameters,energy_j", "1,2,3", "2,4,5", "3,6,8", "5,10,9"], ["--model", "macs+parameters"],
             "'macs' and 'parameters'"),
            (["macs,energy_j", "1,10", "nan,20", "3,30"], ["--model", "macs"], "no finite number"),
            (["macs,energy_j", "1,10", "2,", "3,30"], ["--model", "macs"], "no finite number"),
            (["network,macs,energy_j", "a,1,10", "a,2,20", "a,3,31"],
             ["--model", "macs", "--validate", "leave-one-network-out"], "one network (a)"),
            (["macs,energy_j,time_s", "1,100,1", "2,200,1", "3,0.3,1"], ["--model", "macs"], "units disagree"),
            (["macs,energy_kwh", "1,100", "2,200"], ["--model", "macs", "--energy-unit", "J"], "units disagree"),
        ]
        for rows, options, words in cases:
            with self.subTest(words=words):
                message = self.refused(1, "fit", "--csv", self.table(rows), *options)
                self.assertIn(words, message)

    def test_wrong_usage(self):
        table = self.table(["macs,energy_j", "1,2", "2,3", "4,5"])
        self.assertIn("no column 'joules'", self.refused(2, "fit", "--csv", table, "--columns", "energy=joules"))
        self.assertIn("no row is called", self.refused(2, "fit", "--csv", table, "--test", "x"))
        self.assertIn("erg fit --name", self.refused(1, "predict", "lenet5", "--device", "x", "--data", "10"))


class Carbon(ErgCase):
    def result(self, *arguments):
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        return out

    def test_an_energy(self):
        answer = json.loads(self.result("carbon", "--energy-kwh", "10", "--intensity", "100", "--pue", "1.5",
                                        "--market", "20", "--embodied-kg", "1000", "--hours", "8766",
                                        "--units", "100", "--json"))
        self.assertAlmostEqual(answer["location_based_g"], 1500)
        self.assertAlmostEqual(answer["market_based_g"], 300)
        self.assertAlmostEqual(answer["embodied_g"], 250000)
        self.assertAlmostEqual(answer["sci_g_per_unit"], 2515)
        self.assertNotIn("equivalents", answer)

    def test_the_default_is_said_to_be_one(self):
        self.assertIn("a default", self.result("carbon", "--energy-kwh", "1"))

    def test_hours_of_a_day(self):
        day = self.folder / "day.csv"
        day.write_text("hour,carbon_intensity_g_per_kwh,renewable\n" + "".join(f"{h},{100 * h},1\n" for h in range(24)))
        answer = json.loads(self.result("carbon", "--energy-kwh", "1", "--hourly", str(day), "--json"))
        self.assertAlmostEqual(answer["intensity_g_per_kwh"], 1150)  # their mean: no run says when
        for words, rows in (("23", 23), ("no number", 24)):
            day.write_text("hour,g_per_kwh\n" + "".join(f"{h},{'x' if rows == 24 and h == 9 else h}\n"
                                                       for h in range(rows)))
            process = self.start("carbon", "--energy-kwh", "1", "--hourly", str(day))
            _, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 1)
            self.assertIn(words, err)

    def test_a_slip_of_the_pen_is_told(self):
        process = self.start("run", "--name", "one", "-t", "room=a", "--", "true")
        process.communicate(timeout=60)
        for arguments, words in ((["summary", "--by", "mnth"], "did you mean 'month'"),
                                 (["summary", "--csv", "--json"], "not both"),
                                 (["--energy-kwh", "1", "--zone", "FR", "--intensity", "5"], "one of"),
                                 (["--energy-kwh", "1", "--zone", "Germny"], "did you mean 'Germany'")):
            with self.subTest(arguments=arguments):
                process = self.start("carbon", *arguments)
                out, err = process.communicate(timeout=60)
                self.assertNotEqual(process.returncode, 0)
                self.assertEqual(out, "")
                self.assertIn(words, err)
        self.assertIn("room", self.result("carbon", "summary", "--by", "room", "--csv"))

    def test_summary(self):
        rows = list(csv.reader(io.StringIO(self.result("carbon", "summary", "--by", "month,tag", "--csv"))))
        self.assertEqual(rows[0][:2], ["month", "tag"])
        self.assertIn("location_based_g", rows[0])


if __name__ == "__main__":
    unittest.main()
