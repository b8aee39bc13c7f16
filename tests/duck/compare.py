"""Every metric by every breakdown that it knows, as the program gives it and as DuckDB does from the same files.

usage: compare.py SUNLAKE LAKE   (the program, and the folder of a lake)
"""

import collections
import datetime
import decimal
import json
import re
import subprocess
import sys

from lake import ROOT, Tables

BREAKDOWNS = (
    "all",
    "village",
    "township",
    "county",
    "organization",
    "item",
    "kind",
    "channel",
    "day",
    "month",
    "quarter",
    "year",
)
# A moment that is not the newest is compared by fewer.
FEWER = ("all", "township", "organization", "item", "month")
# Differences that are printed of one question.
SHOWN = 5
SAME = 1e-9
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def pieces(period, by):
    """Pieces of the period with their names, as analytics/src/metric/period.rs cuts them."""
    start, end = period
    if by not in ("day", "month", "quarter", "year"):
        return [(None, period)]
    found = []
    while start < end:
        month = start.year * 12 + start.month - 1
        if by == "day":
            name, after = start.isoformat(), start + datetime.timedelta(days=1)
        else:
            length = {"month": 1, "quarter": 3, "year": 12}[by]
            year, first = divmod(month - month % length + length, 12)
            after = datetime.date(year, first + 1, 1)
            quarter = f"-Q{(start.month - 1) // 3 + 1}"
            name = f"{start.year:04}" + {"month": f"-{start.month:02}", "quarter": quarter, "year": ""}[by]
        after = min(after, end)
        found.append((name, (start, after)))
        start = after
    return found


def plain(value):
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def is_same(mine, theirs):
    """Counts are equal, other numbers to nine places: they are summed in any order."""
    numbers = [isinstance(value, (int, float)) and not isinstance(value, bool) for value in (mine, theirs)]
    if not all(numbers) or all(isinstance(value, int) for value in (mine, theirs)):
        return mine == theirs
    return abs(mine - theirs) <= SAME * max(abs(mine), abs(theirs))


class Question:
    """A metric by a breakdown over a period, as of an instant."""

    def __init__(self, metric, by, period, as_of):
        self.metric, self.by, self.period, self.as_of = metric, by, period, as_of

    def __str__(self):
        return f"{self.metric} from {self.period[0]} to {self.period[1]} by {self.by} as of {self.as_of}"

    def of_program(self, program):
        start, end = (day.isoformat() for day in self.period)
        words = ["metric", self.metric, "--from", start, "--to", end, "--by", self.by, "--as-of", self.as_of]
        done = subprocess.run([*program, *words, "--format", "json"], check=True, stdout=subprocess.PIPE)
        return json.loads(done.stdout)

    def of_duckdb(self, tables, sql):
        """Names of the columns, and the rows of all pieces."""
        rows, columns = [], []
        for name, piece in pieces(self.period, self.by):
            found = tables.engine.execute(tables.translated(sql, piece))
            columns = [column[0] for column in found.description]
            for row in found.fetchall():
                row = dict(zip(columns, map(plain, row)))
                rows.append(row if name is None else {**row, "bucket": name})
        return columns, rows


def keyed(rows, question, whose):
    """Rows by bucket, which is their key."""
    twice = [bucket for bucket, n in collections.Counter(row["bucket"] for row in rows).items() if n > 1]
    if twice:
        raise SystemExit(f"{question}: {whose} gives bucket {twice[0]!r} more than once")
    return {row["bucket"]: row for row in rows}


def differences(question, mine, columns, theirs):
    """What differs, a line each."""
    mine, theirs = keyed(mine, question, "Sunlake"), keyed(theirs, question, "DuckDB")
    for bucket in mine.keys() | theirs.keys():
        if bucket not in mine or bucket not in theirs:
            yield f"bucket {bucket!r}: only of {'Sunlake' if bucket in mine else 'DuckDB'}"
        elif list(mine[bucket]) != columns:
            yield f"bucket {bucket!r}: columns {list(mine[bucket])} of Sunlake, {columns} of DuckDB"
        else:
            for column in columns:
                left, right = mine[bucket][column], theirs[bucket][column]
                if not is_same(left, right):
                    yield f"bucket {bucket!r}: {column} is {left!r} of Sunlake, {right!r} of DuckDB"


def metrics():
    """Number of each metric, and what it can be told apart by."""
    for file in sorted((ROOT / "queries/sql/metrics").glob("M*.sql")):
        told = re.search(r"^-- breakdowns: (.*)$", file.read_text(), re.MULTILINE)
        yield file.stem, told[1].split(", ") if told else BREAKDOWNS


def moments(tables):
    """As-of, period, days to go through one by one, breakdowns, and whether the files say what stood then: the newest
    moment, one before much was known, and one when what was open has become late."""
    last = EPOCH + datetime.timedelta(microseconds=tables.last_known())
    tomorrow = tables.one(f"select (timestamptz '{last.isoformat()}')::date + 1")
    days = datetime.timedelta
    whole = (tomorrow - days(330), tomorrow)
    yield last, whole, (tomorrow - days(8), tomorrow), BREAKDOWNS, True
    # The period goes on after it.
    yield last - days(60, 12345), (whole[0], tomorrow - days(45)), None, FEWER, False
    yield last + days(90), (whole[0], tomorrow + days(90)), None, FEWER, True


def main(sunlake, lake):
    program = [sunlake, "--lake", lake]
    done = subprocess.run([*program, "lake", "status", "--json"], check=True, stdout=subprocess.PIPE)
    if waiting := json.loads(done.stdout)["batches_waiting"]:
        raise SystemExit(f"{waiting} batches of {lake} wait for their states: run sunlake derive first")
    tables = Tables(lake)
    compared, filled, wrong = collections.Counter(), collections.defaultdict(set), 0
    for moment, whole, some_days, by_these, is_of_files in moments(tables):
        as_of = moment.isoformat().replace("+00:00", "Z")
        tables.seen(as_of, None if is_of_files else program)
        for metric, choices in metrics():
            for by in choices:
                if by not in by_these:
                    continue
                question = Question(metric, by, some_days if by == "day" else whole, as_of)
                told = question.of_program(program)
                if any(tables.versions[table] != version for table, version in told["tables"].items()):
                    raise SystemExit(f"{question}: the lake has changed meanwhile")
                columns, theirs = question.of_duckdb(tables, told["sql"])
                lines = list(differences(question, told["rows"], columns, theirs))
                for line in lines[:SHOWN]:
                    print(f"{question}: {line}")
                if len(lines) > SHOWN:
                    print(f"{question}: and {len(lines) - SHOWN} more")
                wrong += bool(lines)
                compared[metric] += len(theirs)
                for row in theirs:
                    filled[metric].update(column for column, value in row.items() if value)
    for metric, rows in sorted(compared.items()):
        empty = [column for column in columns_of(metric) if column not in filled[metric]]
        print(f"{metric}: {rows} rows" + (f"; nothing but 0 or null in {', '.join(empty)}" if empty else ""))
    if wrong:
        sys.exit(f"{wrong} answers differ")
    print(f"{sum(compared.values())} rows of {len(compared)} metrics are equal in Sunlake and DuckDB")


def columns_of(metric):
    """The columns that its header lists."""
    text = (ROOT / f"queries/sql/metrics/{metric}.sql").read_text()
    told = text.split("-- columns:")[1].split("\n-- formula")[0]
    return re.findall(r"^--     (?:[a-z] )?(\w+) \(", told, re.MULTILINE)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
