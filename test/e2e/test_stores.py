# SPDX-License-Identifier: Apache-2.0
"""Stores that cannot be written, or not be used at all, as every command meets them."""

import json
import os
import pathlib
import shutil
import sqlite3

from erg_case import ErgCase, main


class StoreThatCannotBeWritten(ErgCase):
    def setUp(self):
        super().setUp()
        self.erg("run", "--name", "kept", "--", "sleep", "0.2")
        self.store = self.folder / "a %3f ?#" / "erg.db"
        self.store.parent.mkdir()
        self.folder.chmod(0o755)

    def freeze(self, folder=0o555, file=0o444):
        shutil.copy(self.database, self.store)
        self.store.chmod(file)
        self.store.parent.chmod(folder)
        self.addCleanup(self.store.parent.chmod, 0o755)

    def as_user(self, *arguments, **options):
        """Root may write anything."""
        if os.geteuid() == 0:
            options["user"] = 65534
        return self.erg("--store", str(self.store), *arguments, **options)

    def assert_readable(self):
        listed = json.loads(self.as_user("runs", "list", "--json").stdout)
        self.assertEqual([run["name"] for run in listed], ["kept"])
        self.assertIn("kept", self.as_user("runs", "show", "kept").stdout)
        self.assertIn("total", self.as_user("energy", "kept").stdout)
        self.assertIn("sound", self.as_user("db", "check").stdout)
        self.assertIn("kept", self.as_user("export", "json").stdout)

    def test_is_read(self):
        for folder, file in ((0o555, 0o444), (0o555, 0o666), (0o777, 0o444)):
            with self.subTest(folder=oct(folder), file=oct(file)):
                self.freeze(folder, file)
                self.assert_readable()
                self.store.parent.chmod(0o755)
                for leftover in self.store.parent.iterdir():
                    leftover.unlink()

    def test_says_so_to_those_who_write(self):
        self.freeze()
        for command in (["run", "--", "touch", "ran"], ["runs", "tag", "kept", "a=b"],
                        ["runs", "remove", "kept"], ["db", "vacuum"]):
            done = self.as_user(*command, status=1)
            self.assert_one_line(done.stderr, "erg.db", "cannot be written", "writable")
        self.assertFalse((self.folder / "ran").exists())
        self.assert_readable()

    def test_of_an_older_schema(self):
        with sqlite3.connect(self.database) as connection:
            connection.execute("UPDATE erg_schema SET version = version - 1")
        connection.close()
        self.freeze()
        done = self.as_user("runs", "list", status=1)
        self.assert_one_line(done.stderr, "erg.db", "schema", "cannot be written")

    def test_is_not_read_past_a_log(self):
        self.freeze()
        self.store.parent.chmod(0o755)
        (self.store.parent / "erg.db-wal").write_bytes(b"x" * 100)
        self.store.parent.chmod(0o555)
        self.assert_one_line(self.as_user("runs", "list", status=1).stderr, "erg.db", "write")


class StoreThatCannotBeUsed(ErgCase):
    def measured(self):
        """Whether the command ran: nothing is measured for nothing."""
        return (self.folder / "ran").exists()

    def test_unwritable(self):
        for store in ("sqlite:/proc/erg.db", "sqlite:no/such/folder/erg.db", "/proc/erg.db"):
            done = self.erg("--store", store, "run", "--", "touch", "ran", status=1)
            self.assert_one_line(done.stderr, "erg.db")
        self.assertFalse(self.measured())

    def test_no_database(self):
        self.database.write_text("this is a letter, not a database\n" * 100)
        done = self.erg("run", "--", "touch", "ran", status=1)
        self.assert_one_line(done.stderr, "erg.db")
        self.assertFalse(self.measured())
        self.assertTrue(self.database.read_text().startswith("this is a letter"))

    def test_of_a_newer_schema(self):
        self.erg("run", "--", "true")
        with sqlite3.connect(self.database) as connection:
            connection.execute("UPDATE erg_schema SET version = 9999")
        connection.close()
        done = self.erg("runs", "list", status=1)
        self.assert_one_line(done.stderr, "newer")

    def test_of_an_unknown_kind(self):
        done = self.erg("--store", "mongodb://x/y", "runs", "list", status=1)
        self.assert_one_line(done.stderr, "mongodb")
        for store, words in (("foo:bar", ["foo"]), ("sqlit:/x", ["sqlit", "'sqlite'"]),
                             ("postgresql:host/db", ["postgresql://"])):
            done = self.erg("--store", store, "run", "--", "touch", "ran", status=1)
            self.assert_one_line(done.stderr, *words)
            self.assertFalse((self.folder / store).exists())
        self.assertFalse(self.measured())

    def test_that_is_not_there_is_not_made_by_a_look(self):
        for command in (["runs", "list"], ["runs", "show", "last"], ["energy", "last"], ["report", "last"],
                        ["export", "csv"], ["runs", "compare", "last"], ["runs", "tag", "last", "a=b"],
                        ["runs", "remove", "last"], ["carbon", "last"], ["db", "check"]):
            for store in ("sqlite:typo.db", "typo.db"):
                done = self.erg("--store", store, *command, status=1)
                self.assert_one_line(done.stderr, "there is no store", "typo.db")
        done = self.erg("runs", "push", "--from", "typo.db", status=1)
        self.assert_one_line(done.stderr, "there is no store", "typo.db")
        self.assertFalse((self.folder / "typo.db").exists())
        self.assertEqual(self.json("runs", "list"), [])  # where none is named
        self.erg("--store", "typo.db", "run", "--", "true")
        self.assertEqual(len(json.loads(self.erg("--store", "typo.db", "runs", "list", "--json").stdout)), 1)

    def test_default_is_in_the_users_data_folder(self):
        del self.environment["ERG_STORE"]
        self.erg("run", "--", "true")
        self.assertTrue((pathlib.Path(self.environment["XDG_DATA_HOME"]) / "erg" / "erg.db").exists())


if __name__ == "__main__":
    main()
