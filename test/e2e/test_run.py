# SPDX-License-Identifier: Apache-2.0
"""erg run: the command's own status and output, and a run that survives everything."""

import calendar
import json
import os
import signal
import sqlite3
import stat
import subprocess
import time

from erg_case import ErgCase, main

BUSY = "import time\nend = time.monotonic() + {0}\nwhile time.monotonic() < end: pass"


class StatusOfTheCommand(ErgCase):
    def test_is_its_own(self):
        self.erg("run", "--", "true", status=0)
        self.erg("run", "--", "sh", "-c", "exit 7", status=7)
        runs = self.json("runs", "list")
        self.assertEqual([run["status"] for run in runs], ["failed", "finished"])

    def test_is_127_where_there_is_no_such_command_and_nothing_is_stored(self):
        done = self.erg("run", "--", "no-such-command-here", status=127)
        self.assert_one_line(done.stderr, "no-such-command-here")
        self.erg("run", "--", "./no/such/file", status=127)
        self.assertEqual(self.json("runs", "list"), [])

    def test_is_126_where_the_file_is_no_program(self):
        script = self.folder / "script"
        script.write_bytes(b"\x7fELF but not really")
        script.chmod(0o755)
        self.erg("run", "--", str(script), status=126)

    def test_is_126_where_it_is_there_but_no_program(self):
        for word in ("/etc/passwd", "/tmp"):
            done = self.erg("run", "--", word, status=126)
            self.assert_one_line(done.stderr, word, "not executable")
        self.assertEqual(self.json("runs", "list"), [])

    def test_names_the_interpreter_that_is_missing(self):
        script = self.folder / "script"
        script.write_text("#!/no/such/interpreter -x\n")
        script.chmod(0o755)
        done = self.erg("run", "--", str(script), status=126)
        self.assertIn("'/no/such/interpreter'", done.stderr)
        self.assertEqual(self.json("runs", "list"), [])

    def test_is_128_and_the_signal_that_ended_it(self):
        self.erg("run", "--", "sh", "-c", "kill -SEGV $$", status=128 + signal.SIGSEGV)
        self.assertEqual(self.json("runs", "list")[0]["status"], "failed")

    def test_a_signal_that_stops_a_command_interrupts_the_run(self):
        self.erg("run", "--", "sh", "-c", "kill -TERM $$", status=128 + signal.SIGTERM)
        self.erg("run", "--", "sh", "-c", "exit 130", status=130)
        runs = self.json("runs", "list")
        self.assertEqual([run["status"] for run in runs], ["interrupted", "interrupted"])

    def test_an_impossible_result_file_is_refused_before_anything_runs(self):
        marker = self.folder / "ran"
        done = self.erg("run", "--json-file", "no/such/r.json", "--", "touch", str(marker), status=1)
        self.assert_one_line(done.stderr, "--json-file", "no/such")
        self.assertFalse(marker.exists())

    def test_what_is_no_file_stays_what_it_is(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE, text=True)
        self.erg("run", "--quiet", "--json-file", str(pipe), "--", "true")
        self.assertIn('"finished"', reader.communicate(timeout=60)[0])
        self.assertTrue(stat.S_ISFIFO(os.stat(pipe).st_mode))

    def test_signals_are_passed_on(self):
        marker = self.folder / "ready"
        script = f"trap 'exit 9' TERM; touch {marker}; while :; do sleep 0.05; done"
        process = self.start("run", "--", "sh", "-c", script)
        self.wait_for(marker.exists)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 9)

    def test_wrong_usage_is_2(self):
        self.assert_one_line(self.erg("run", status=2).stderr, "COMMAND")
        self.assert_one_line(self.erg("run", "--tag", "x", "--", "true", status=2).stderr, "KEY=VALUE")
        self.assert_one_line(
            self.erg("run", "--nmae", "x", "--", "true", status=2).stderr, "--nmae", "--name"
        )


class OutputOfTheCommand(ErgCase):
    def test_is_untouched(self):
        done = self.erg("run", "--", "sh", "-c", "printf 'a\\0b'; printf c >&2")
        self.assertEqual(done.stdout, "a\0b")
        self.assertTrue(done.stderr.startswith("c"), done.stderr)
        self.assertIn("erg runs show", done.stderr)

    def test_ours_can_be_left_out_or_be_json(self):
        self.assertEqual(self.erg("run", "--quiet", "--", "true").stderr, "")
        run = json.loads(self.erg("run", "--json", "--", "true").stderr)
        self.assertEqual(run["environment"]["command"], ["true"])
        self.assertEqual(run["exit_status"], 0)

    def test_json_can_go_into_a_file(self):
        done = self.erg("run", "--json-file", "run.json", "--quiet", "--", "sh", "-c", "echo x >&2")
        self.assertEqual(done.stderr, "x\n")
        run = json.loads((self.folder / "run.json").read_text())
        self.assertEqual(run["exit_status"], 0)

    def test_the_command_may_have_options_of_ours(self):
        done = self.erg("run", "--name", "mine", "sh", "-c", 'echo "$@"', "x", "--json", "--", "--name")
        self.assertEqual(done.stdout, "--json -- --name\n")
        self.assertEqual(self.json("runs", "list")[0]["name"], "mine")


class StoredRun(ErgCase):
    def test_tells_name_tags_time_and_environment(self):
        self.environment.update(SLURM_JOB_ID="17", SLURM_JOB_USER="ada", SLURM_JOB_NODELIST="n[1-2]")
        self.erg("run", "-n", "sleeper", "-t", "room=lab3", "-t", "x=a=b", "--", "sleep", "0.3")
        listed = self.json("runs", "list")[0]
        self.assertEqual(listed["name"], "sleeper")
        self.assertEqual(listed["status"], "finished")
        self.assertLessEqual(
            {"room": "lab3", "x": "a=b", "slurm_job": "17", "user": "ada", "nodes": "n[1-2]"}.items(),
            listed["tags"].items(),
        )
        self.assertGreater(listed["time_s"], 0.29)
        self.assertLess(listed["time_s"], 1.5)
        shown = self.json("runs", "show", "sleeper")
        self.assertEqual(shown["id"], listed["id"])
        self.assertEqual(shown["environment"]["command"], ["sleep", "0.3"])
        self.assertIn("erg", shown["environment"]["versions"])
        self.assertEqual(set(shown["environment"]["workload"].values()), {None})  # no training
        self.assertIsNone(listed["network"])
        self.assertGreater(shown["environment"]["cpu_threads"], 0)

    def test_has_energy_with_its_provenance(self):
        self.erg("run", "--", "python3", "-c", BUSY.format(1))
        energy = self.json("energy", "last", "--by", "device")
        self.assertGreater(energy["total"]["energy_j"], 0)
        self.assertGreater(energy["total"]["energy_u_j"] + energy["total"]["energy_common_u"], 0)
        rows = sum(row["energy_j"] or 0 for row in energy["rows"])
        rest = energy["unattributed"]["energy_j"] or 0
        self.assertAlmostEqual(rows + rest, energy["total"]["energy_j"], delta=1e-6 * (1 + rows))
        for row in energy["rows"]:
            self.assertIn(row["provenance"], ("measured", "modelled", "assumed"))

    def test_breakdowns_are_there_for_sql(self):
        self.erg("run", "--", "true")
        self.assertTrue(self.json("runs", "show", "last")["breakdowns"])

    def test_seconds_have_their_time(self):
        begin = int(time.time())
        self.erg("run", "--", "sleep", "1.5")
        database = sqlite3.connect(self.database)
        for view in ("power", "gauges"):
            rows = database.execute(f"SELECT utc, second FROM {view}").fetchall()
            if view == "power":
                self.assertTrue(rows)
            for utc, second in rows:
                then = calendar.timegm(time.strptime(utc, "%Y-%m-%dT%H:%M:%SZ"))
                self.assertLessEqual(abs(then - begin - second), 3)
        database.close()


class ProgramUnderARun(ErgCase):
    def test_finds_the_ticket(self):
        done = self.erg("run", "--", "sh", "-c", 'printf %s "$ERG_RUN"')
        run, _, store = done.stdout.partition("@")
        self.assertEqual(run, self.json("runs", "list")[0]["id"])
        self.assertEqual(store, f"sqlite:{self.database}")

    def test_joins_instead_of_measuring_twice(self):
        self.environment["ERG_STORE"] = "sqlite:erg.db"  # the child stands elsewhere
        inner = f"cd / && exec {self.program} run -- sleep 0.2"
        self.erg("run", "--name", "outer", "--", "sh", "-c", inner)
        runs = self.json("runs", "list")
        self.assertEqual([run["name"] for run in runs], ["outer"])
        self.assertEqual(runs[0]["status"], "finished")
        parts = self.json("runs", "show", "outer")["parts"]
        self.assertEqual(len(parts), 2)
        self.assertEqual([len(part["channels"]) > 0 for part in parts], [True, False])
        self.assertEqual([part["spans"] for part in parts], [1, 1])

    def test_keeps_its_name_as_a_note(self):
        inner = f"{self.program} run --name inner -- true && {self.program} run -- true"
        done = self.erg("run", "--name", "outer", "--", "sh", "-c", inner)
        self.assertNotIn("part 'inner'", done.stderr)  # no warning
        parts = self.json("runs", "show", "outer")["parts"]
        self.assertEqual(["part 'inner'" in part["notes"] for part in parts], [False, True, False])
        self.assertIn("part 'inner'", self.erg("runs", "show", "outer").stdout)

    def test_a_ticket_for_a_store_that_is_gone_makes_none(self):
        gone = self.folder / "gone.db"
        self.environment["ERG_RUN"] = f"00000000-0000-4000-8000-000000000000@sqlite:{gone}"
        self.assertIn("there is no store", self.erg("run", "--", "true").stderr)
        self.assertFalse(gone.exists())
        self.assertEqual(self.json("runs", "list")[0]["status"], "finished")

    def test_measures_for_itself_where_the_run_has_ended(self):
        ticket = self.erg("run", "--name", "old", "--", "sh", "-c", 'printf %s "$ERG_RUN"').stdout
        before = self.json("runs", "show", "old")
        self.environment["ERG_RUN"] = ticket
        self.assertIn("has ended", self.erg("run", "--name", "new", "--", "true").stderr)
        runs = self.json("runs", "list")
        self.assertEqual([run["name"] for run in runs], ["new", "old"])
        self.assertEqual(self.json("runs", "show", "old"), before)

    def test_each_that_joins_has_a_rank_of_its_own(self):
        inner = f"{self.program} run -- true && {self.program} run -- true"
        self.erg("run", "--name", "outer", "--", "sh", "-c", inner)
        parts = self.json("runs", "show", "outer")["parts"]
        self.assertEqual([part["rank"] for part in parts], [0, 1, 2])

    def test_measures_for_itself_where_the_ticket_leads_nowhere(self):
        self.erg("run", "--", "true")
        self.environment["ERG_RUN"] = f"00000000-0000-4000-8000-000000000000@sqlite:{self.database}"
        done = self.erg("run", "--", "true")
        self.assertIn("no run 00000000", done.stderr)
        self.assertEqual(self.json("runs", "list")[0]["status"], "finished")
        self.environment["ERG_RUN"] = "nonsense"
        self.assertIn("nonsense", self.erg("run", "--", "true").stderr)


class KilledRun(ErgCase):
    def test_is_interrupted_and_its_energy_can_be_shown(self):
        child_file = self.folder / "child"
        process = self.start(
            "run", "--name", "victim", "--", "python3", "-c",
            f"import os\nopen({str(child_file)!r}, 'w').write(str(os.getpid()))\n" + BUSY.format(60),
        )
        self.wait_for(lambda: child_file.exists() and child_file.read_text())
        self.assertEqual(self.json("runs", "list")[0]["status"], "running")
        time.sleep(3.2)
        process.kill()
        os.kill(int(child_file.read_text()), signal.SIGKILL)
        process.communicate()
        runs = self.wait_for(
            lambda: [r for r in self.json("runs", "list") if r["status"] == "interrupted"]
        )
        self.assertEqual(runs[0]["name"], "victim")
        with sqlite3.connect(self.database) as database:  # stored by the list that saw its end
            rows = database.execute("SELECT count(*) FROM energy_by_device").fetchone()[0]
            seen = database.execute("SELECT energy_j FROM runs_overview").fetchone()[0]
        database.close()
        self.assertGreater(rows, 0)
        self.assertEqual(runs[0]["energy_j"], seen)
        total = self.json("energy", "victim", "--by", "device")["total"]
        self.assertGreater(total["energy_j"], 0)
        self.assertGreater(total["time_s"], 1.9)  # of 3.2 s at most the last second is lost
        shown = self.erg("runs", "show", "victim").stdout
        self.assertIn("interrupted", shown)
        self.assertNotIn("nothing here measured power", shown)
        self.assertNotIn("no energy", shown)
        self.assertTrue(self.json("runs", "show", "victim")["breakdowns"])
        compared = self.json("runs", "compare", "victim", "victim")
        self.assertGreater(compared[0]["energy_j"], 0)
        written = self.json("report", "victim", "-o", "victim.html")
        self.assertEqual(written, {"path": "victim.html", "runs": [runs[0]["id"]]})
        self.assertNotIn("nothing measured power", (self.folder / "victim.html").read_text())

    def test_is_completed_by_a_check(self):
        process = self.start("run", "--name", "victim", "--", "sleep", "60", start_new_session=True)
        self.wait_for(lambda: self.database.exists() and self.json("runs", "list"))
        time.sleep(2.2)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        self.assertIn("sound", self.erg("db", "check").stdout)
        with sqlite3.connect(self.database) as database:
            rows = database.execute("SELECT count(*) FROM energy_by_device").fetchone()[0]
        database.close()
        self.assertGreater(rows, 0)


if __name__ == "__main__":
    main()
