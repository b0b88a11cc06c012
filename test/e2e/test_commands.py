# SPDX-License-Identifier: Apache-2.0
"""The command tree: help, wrong usage, and every command that shows something."""

import json
import shutil
import subprocess

from erg_case import ErgCase, main

SUBCOMMANDS = [
    ["run"], ["sensors"], ["runs", "list"], ["runs", "show"], ["runs", "compare"], ["runs", "tag"],
    ["runs", "remove"], ["energy"], ["report"], ["network", "list"], ["network", "show"], ["watch"],
    ["cap", "show"], ["cap", "set"], ["cap", "reset"], ["db", "check"], ["db", "vacuum"],
    ["db", "migrate"], ["runs", "push"], ["import"], ["methods"], ["sensors", "check"],
]


class Help(ErgCase):
    def test_every_command_has_one_with_an_example(self):
        whole = self.erg("--help").stdout
        for words in SUBCOMMANDS:
            text = self.erg(*words, "--help").stdout
            self.assertIn("Example:\n  erg " + " ".join(words), text)
            self.assertIn(words[0], whole)

    def test_groups_list_their_commands(self):
        self.assertIn("compare", self.erg("runs", "--help").stdout)
        self.assertIn("compare", self.erg("runs", status=2).stderr)

    def test_version_says_commit_and_build(self):
        self.assertRegex(self.erg("--version").stdout, r"^erg \d+\.\d+\.\d+ \(commit \w+, \w+, .+\)\n$")


class WithoutLibTorch(ErgCase):
    def test_train_says_what_is_missing(self):
        alone = self.folder / "alone" / "erg"  # no erg-train beside it
        alone.parent.mkdir()
        shutil.copy(self.program, alone)
        self.program = str(alone)
        self.environment["PATH"] = "/nowhere"
        done = self.erg("train", "lenet5", "--data", "synthetic", status=1)
        self.assert_one_line(done.stderr, "erg-train", "scripts/setup")


class WrongUsage(ErgCase):
    def test_names_the_nearest(self):
        cases = [
            (["rnu"], ["rnu", "run"]),
            (["runs", "lsit"], ["lsit", "list"]),
            (["runs", "list", "--jsno"], ["--jsno", "--json"]),
            (["network", "shwo"], ["shwo", "show"]),
            (["energy", "last", "--by", "phaes"], ["phaes", "phase"]),
            (["energy", "last", "--method", "timline"], ["timline", "timeline"]),
        ]
        for arguments, words in cases:
            self.assert_one_line(self.erg(*arguments, status=2).stderr, *words, "--help")

    def test_missing_and_surplus_arguments(self):
        self.assert_one_line(self.erg("energy", status=2).stderr, "RUN")
        self.assert_one_line(self.erg("runs", "list", "surplus", status=2).stderr, "surplus")
        self.assert_one_line(self.erg("runs", "list", "--where", "nonsense", status=2).stderr, "nonsense")

    def test_unknown_run_names_the_nearest(self):
        self.erg("run", "--name", "baseline", "--", "true")
        for command in (["energy"], ["runs", "show"], ["runs", "remove"], ["report"]):
            done = self.erg(*command, "basline", status=1)
            self.assert_one_line(done.stderr, "basline", "baseline")
        self.assertEqual(len(self.json("runs", "list")), 1)


class Runs(ErgCase):
    def setUp(self):
        super().setUp()
        self.erg("run", "--name", "one", "--tag", "room=lab3", "--tag", "cap=100", "--", "sleep", "0.1")
        self.erg("run", "--name", "two", "--tag", "cap=250", "--", "sleep", "0.4")

    def names(self, *arguments):
        return [run["name"] for run in self.json("runs", "list", *arguments)]

    def test_list_has_the_documented_keys(self):
        for run in self.json("runs", "list"):
            self.assertLessEqual(
                {"id", "name", "status", "start", "network", "data", "device", "energy_j", "time_s",
                 "tags"},
                run.keys(),
            )
            self.assertRegex(run["start"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_list_filters_sorts_and_limits(self):
        self.assertEqual(self.names(), ["two", "one"])
        self.assertEqual(self.names("--where", "name=one"), ["one"])
        self.assertEqual(self.names("--where", "cap<200"), ["one"])
        self.assertEqual(self.names("--where", "cap>=100 and cap<=250"), ["two", "one"])
        self.assertEqual(self.names("--where", "room=lab3 and cap>200"), [])
        self.assertEqual(self.names("--where", "room!=lab3"), ["two"])
        self.assertEqual(self.names("--where", "status='finished' and time_s>0.3"), ["two"])
        self.assertEqual(self.names("--sort", "time_s"), ["one", "two"])
        self.assertEqual(self.names("--sort", "-cap"), ["two", "one"])
        self.assertEqual(self.names("--limit", "1"), ["two"])

    def test_list_as_text_is_one_line_a_run(self):
        lines = self.erg("runs", "list").stdout.splitlines()
        self.assertEqual(len(lines), 3)
        self.assertIn("finished", lines[1])

    def test_are_found_by_the_beginning_of_their_id(self):
        run = self.json("runs", "list")[1]
        self.assertEqual(self.json("runs", "show", run["id"][:8])["name"], "one")
        self.assertEqual(self.json("runs", "show", "last")["name"], "two")

    def test_tag_sets_replaces_and_removes(self):
        self.erg("runs", "tag", "one", "room=attic", "new=1", "cap=")
        tags = self.json("runs", "show", "one")["environment"]["tags"]
        self.assertEqual(tags["room"], "attic")
        self.assertEqual(tags["new"], "1")
        self.assertNotIn("cap", tags)

    def test_remove_removes_all_or_none(self):
        self.erg("runs", "remove", "one", "no-such-run-anywhere", status=1)
        self.assertEqual(self.names(), ["two", "one"])
        self.erg("runs", "remove", "one")
        self.assertEqual(self.names(), ["two"])

    def test_compare_is_against_the_first(self):
        rows = self.json("runs", "compare", "one", "two")
        self.assertAlmostEqual(
            rows[1]["time_difference"], rows[1]["time_s"] / rows[0]["time_s"] - 1, places=9
        )
        self.assertIn("two", self.erg("runs", "compare", "one", "two").stdout)


class Energy(ErgCase):
    def test_has_the_documented_keys(self):
        self.erg("run", "--", "sleep", "0.5")
        for by in ("run", "device"):
            energy = self.json("energy", "last", "--by", by)
            self.assertLessEqual({"run", "total", "rows", "unattributed", "closure"}, energy.keys())
            for row in [*energy["rows"], energy["total"]]:
                self.assertLessEqual(
                    {"name", "kind", "count", "time_s", "energy_j", "energy_u_j", "energy_common_u",
                     "provenance", "method"},
                    row.keys(),
                )
        several = self.json("energy", "last", "--by", "run,device")
        self.assertEqual([one["by"] for one in several], ["run", "device"])

    def test_as_text_says_how_each_number_was_obtained(self):
        self.erg("run", "--", "sleep", "0.5")
        text = self.erg("energy", "last", "--by", "device").stdout
        self.assertRegex(text, r"how obtained\n")
        self.assertRegex(text, r"(?m)^total .*(measured|modelled|assumed)")

    def test_unknown_device(self):
        self.erg("run", "--", "true")
        done = self.erg("energy", "last", "--by", "run", "--device", "gpu-17", status=1)
        self.assert_one_line(done.stderr, "gpu-17")


class Report(ErgCase):
    def test_is_one_file_whole_or_not_at_all(self):
        self.erg("run", "--name", "<b>bold</b>", "--", "sleep", "0.3")
        done = self.erg("report", "last", "-o", "r.html")
        self.assertEqual(done.stdout, "r.html\n")
        html = (self.folder / "r.html").read_text()
        self.assertTrue(html.startswith("<!doctype html>") and html.endswith("</html>\n"))
        self.assertIn("&lt;b&gt;bold&lt;/b&gt;", html)
        self.assertNotIn("<b>bold", html)
        done = self.erg("report", "last", "-o", "no/such/folder/r.html", status=1)
        self.assert_one_line(done.stderr, "no/such/folder/r.html")
        names = sorted(path.name for path in self.folder.iterdir() if "html" in path.name)
        self.assertEqual(names, ["r.html"])

    def test_goes_to_standard_output_or_a_name_of_its_own(self):
        self.erg("run", "--name", "a/b c", "--", "true")
        self.assertTrue(self.erg("report", "last", "-o", "-").stdout.startswith("<!doctype html>"))
        name = self.erg("report", "last").stdout.strip()
        self.assertRegex(name, r"^erg-a-b-c-[0-9a-f]{8}\.html$")
        self.assertTrue((self.folder / name).exists())


class Database(ErgCase):
    def test_check_vacuum_migrate(self):
        self.erg("run", "--", "sleep", "0.2")
        found = self.json("db", "check")
        self.assertEqual((found["runs"], found["problems"]), (1, []))
        self.assertGreater(found["samples"], 0)
        self.assertIn("up to date", self.erg("db", "migrate").stdout)
        self.erg("db", "vacuum")
        self.assertEqual(len(self.json("runs", "list")), 1)

    def test_runs_are_pushed_once(self):
        self.erg("run", "--name", "here", "--", "true")
        there = ("--store", "sqlite:there.db")
        here = self.environment["ERG_STORE"]
        for _ in range(2):
            self.erg("runs", "push", "--from", here, *there)
            self.assertEqual([run["name"] for run in self.json(*there, "runs", "list")], ["here"])
        self.assertEqual(len(self.json("runs", "list")), 1)
        self.erg("runs", "push", "--from", here, "--remove", *there)
        self.assertEqual(self.json("runs", "list"), [])


class Import(ErgCase):
    def setUp(self):
        super().setUp()
        rows = [f"{1000 + 0.1 * i:.1f},{100 if i < 50 else 200}" for i in range(101)]
        (self.folder / "power.csv").write_text("timestamp,power_in_watts\n" + "\n".join(rows) + "\n")

    def test_a_dry_run_changes_nothing(self):
        done = self.erg("import", "csv", "power.csv", "--dry-run")
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertEqual(self.json("runs", "list"), [])

    def test_twice_is_once(self):
        for _ in range(2):
            self.erg("import", "csv", "power.csv", "--name", "plain")
        runs = self.json("runs", "list")
        self.assertEqual([run["name"] for run in runs], ["plain"])
        energy = self.json("energy", "plain", "--by", "run")["total"]["energy_j"]
        self.assertAlmostEqual(energy, 100 * 5 + 200 * 5, delta=10)

    def test_bad_input_is_refused(self):
        self.assert_one_line(self.erg("import", "cvs", "power.csv", status=2).stderr, "cvs", "csv")
        self.assert_one_line(self.erg("import", "csv", "absent.csv", status=1).stderr, "absent.csv")
        (self.folder / "letter.csv").write_text("dear all,\n")
        self.assertIn("letter.csv", self.erg("import", "csv", "letter.csv", status=1).stderr)
        self.assertEqual(self.json("runs", "list"), [])


class Pipes(ErgCase):
    def test_nothing_written_is_a_failure(self):
        self.erg("run", "--", "true")
        with open("/dev/full", "w") as full:
            done = subprocess.run(
                [self.program, "runs", "list"], stdout=full, stderr=subprocess.PIPE, text=True,
                env=self.environment, check=False,
            )
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done.stderr, "standard output")

    def test_watch_ends_when_nobody_reads(self):
        done = subprocess.run(
            f"{self.program} watch --rate 10 | head -n 2", shell=True, env=self.environment,
            stdout=subprocess.PIPE, text=True, timeout=30, check=True,
        )
        self.assertEqual(len(done.stdout.splitlines()), 2)

    def test_watch_is_json_a_line(self):
        lines = self.erg("watch", "--rate", "10", "--for", "1", "--json").stdout.splitlines()
        self.assertGreaterEqual(len(lines), 5)
        for line in lines:
            self.assertIn("devices", json.loads(line))


if __name__ == "__main__":
    main()
