"""A lake in DuckDB as a session sees it: `lake.*`, the views of queries/sql/views over it, and the workdays."""

import pathlib
import re
import subprocess
import tempfile

import duckdb

from delta import Log
from dialect import MACROS, SETTINGS, translated

ROOT = pathlib.Path(__file__).resolve().parents[2]
VIEWS = ROOT / "queries/sql/views"
# What metrics look at, of the views that are files of their own; a later one may use an earlier one.
OWN_VIEWS = (
    "calendar_day",
    "source_status",
    "village",
    "case_state",
    "card_all",
    "card",
    "workflow_case",
    "workflow_event",
)
# Cold rows of a case that is hot do not count, but for cards of its latest fold; of the hot ones the latest do.
HIDDEN = "select case_no, max(fold_version) as fold_version from lake.case_state where part = 'hot' group by case_no"
LATEST = "select * from lake.{table} semi join overlay.hidden using (case_no, fold_version) where part = 'hot'"
# Beyond the days that are known, Monday to Friday.
WORKED = """
    create table worked as
    with known as (
        select date, is_workday from calendar_day
        where region = (select value from lake_meta where key = 'region')
    ),
    days as (select unnest(generate_series(date '1950-01-01', date '2150-12-31', interval '1 day'))::date as day),
    told as (
        select day, coalesce(known.is_workday, isodow(day) <= 5) as is_workday
        from days left join known on known.date = day
    )
    select day, is_workday,
        count(*) filter (where is_workday) over (order by day) as up_to,
        count(*) filter (where is_workday) over (order by day) - is_workday::integer as before
    from told
"""


def names(constant):
    """The tables that a list of queries/src/view.rs names."""
    text = (ROOT / "queries/src/view.rs").read_text()
    found = re.search(rf"pub const {constant}: \[&str; \d+\] = \[(.*?)\];", text, re.DOTALL)
    if not found:
        raise SystemExit(f"queries/src/view.rs has no list {constant}: mend tests/duck/lake.py")
    return re.findall(r'"(\w+)"', found[1])


def all_views():
    """The views that are files of their own, in the order in which a session makes them."""
    return re.findall(r'"\.\./sql/views/(\w+)\.sql"\)\),', (ROOT / "queries/src/view.rs").read_text())


def key(table):
    """Key of a table, as docs/TABLES.md is printed from the contracts."""
    text = (ROOT / "docs/TABLES.md").read_text()
    found = re.search(rf"^## {table}\n\n.*? Key: ([^.]*)\.", text, re.MULTILINE)
    if not found:
        raise SystemExit(f"docs/TABLES.md tells no key of {table}")
    return re.findall(r"`(\w+)`", found[1])


class Tables:
    """The newest version of every table of a lake, in DuckDB: loaded, or, `in_place`, as views over the files."""

    def __init__(self, folder, in_place=False):
        self.engine = duckdb.connect()
        self.in_place = in_place
        self.engine.execute("create schema lake")
        self.versions, self.fields = {}, {}
        for log in sorted(pathlib.Path(folder).glob("*/_delta_log")):
            table = log.parent.name
            read = Log(self.engine, log.parent)
            (read.view if in_place else read.load)(self.engine, f"lake.{table}")
            self.versions[table] = read.version
            self.fields[table] = {field["name"] for field in read.fields}
        self.zone = self.one("select value from lake.lake_meta where key = 'time_zone'")
        for setting in (*SETTINGS, f"set timezone = '{self.zone}'"):
            self.engine.execute(setting)

    def one(self, sql):
        return self.engine.execute(sql).fetchone()[0]

    def last_known(self):
        """When the last of what the lake knows came to be known, microseconds since 1970."""
        known = [
            f"select max({field}) as known from lake.{table}"
            for table, fields in self.fields.items()
            for field in ("known_at", "last_known_at", "put_at", "replaced_at")
            if field in fields
        ]
        return self.one(f"select epoch_us(max(known)) from ({' union all '.join(known)})")

    def seen(self, as_of, overlay_of=None):
        """Makes the views as of an instant. What stands over the cold rows of the derived tables is worked out
        from the files, and is right where nothing came to be known since; for an earlier instant the program folds
        the cases again, which is not in question here, so that `overlay_of` has it from the program."""
        run = self.engine.execute
        for schema in ("main", "overlay"):
            for (name,) in run(f"select table_name from duckdb_tables() where schema_name = '{schema}'").fetchall():
                run(f'drop table {schema}."{name}"')
        run("create schema if not exists overlay")
        self.as_of = as_of
        self.today = self.one(f"select (timestamptz '{as_of}')::date")
        self._overlay(overlay_of)
        # As the ledger was when the states were derived: the caller sees to it that nothing waits.
        run("create or replace view lake.folded_batch as select * from lake.ingest_batch")
        for table in names("PLAIN"):
            self._view(table, f"select * from lake.{table}")
        history = [*names("RECORDS"), *names("REFERENCE"), "workflow_case", "workflow_event"]
        for table, fields in sorted(self.fields.items()):
            name = f"{table}_history" if table in history else table
            if name in all_views():
                continue
            if "put_at" in fields:
                self._view(name, self._template("standing", table, record=key(table)[0]))
            elif table in history:
                self._view(name, f"select * from lake.{table}")
        for table in names("RECORDS"):
            self._view(table, self._template("latest", table, key=", ".join(key(table))))
        for table in names("REFERENCE"):
            record, *more = key(table)
            kind = "present_versions" if more == ["version"] else "present_rows"
            self._view(table, self._template(kind, table, record=record))
        for name in all_views() if self.in_place else OWN_VIEWS:
            self._view(name, (VIEWS / f"{name}.sql").read_text())
        run(WORKED)
        for macro in MACROS:
            run(macro)

    def _overlay(self, overlay_of):
        run = self.engine.execute
        if overlay_of is None:
            run(f"create table overlay.hidden as {HIDDEN}")
            for table in ("case_state", "card"):
                run(f"create table overlay.{table} as {LATEST.format(table=table)}")
            return
        with tempfile.TemporaryDirectory() as folder:
            for table in ("hidden", "case_state", "card"):
                file = str(pathlib.Path(folder) / f"{table}.parquet")
                words = ["query", f"select * from overlay.{table}", "--format", "parquet", "--output", file]
                subprocess.run([*overlay_of, *words, "--as-of", self.as_of], check=True)
                run(f"create table overlay.{table} as select * from read_parquet('{file}')")

    def _template(self, kind, table, **values):
        text = (VIEWS / f"{kind}.sql").read_text().replace("{table}", table)
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        return text

    def _view(self, name, sql):
        """As a table, since each metric asks it again; in place it is asked of the files each time."""
        kind = "view" if self.in_place else "table"
        self.engine.execute(f"create {kind} {name} as {self.translated(sql)}")

    def translated(self, sql, period=None, given=None):
        return translated(sql, self.as_of, self.today, period, given)
