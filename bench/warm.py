"""A session of Sunlake that stays open, and DuckDB over the same Parquet files, asked the same in turn.

Ours is `examples/warm.rs`, which times each question by itself. DuckDB is `tests/duck`: the files that the
Delta logs name, read in place, the views of queries/sql/views over them, and the text of the session in
DuckDB's dialect. Each is asked once before anything is counted.
"""

import datetime
import json
import math
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/duck"))

from compare import EPOCH  # noqa: E402
from lake import Tables  # noqa: E402

MIB_MOST = 1024


class Warm:
    """Our session."""

    def __init__(self, program, lake, as_of):
        self.report = tempfile.NamedTemporaryFile("r", suffix=".time")
        timed = ["/usr/bin/time", "-v", "-o", self.report.name]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([*timed, program, lake, as_of], **pipes)

    def ask(self, sql, params):
        """Milliseconds, and the rows. `params` are pairs of a kind and a value, by name."""
        given = {name: {kind: value} for name, (kind, value) in params.items()}
        try:
            self.process.stdin.write(json.dumps({"sql": sql, "params": given}) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            sys.exit(f"the session has ended; it was asked\n{sql}")
        told = json.loads(line)
        return told["ms"], told["rows"]

    def end(self):
        """Peak memory, MiB."""
        self.process.stdin.close()
        self.process.wait()
        for line in self.report:
            if "Maximum resident set size (kbytes)" in line:
                return int(line.rsplit(":", 1)[1]) / 1024
        sys.exit("/usr/bin/time is not GNU time: it told no maximum resident set size")


class Peer:
    """DuckDB."""

    def __init__(self, lake, in_place=True):
        self.tables = Tables(lake, in_place)
        last = EPOCH + datetime.timedelta(microseconds=self.tables.last_known())
        self.as_of = last.isoformat().replace("+00:00", "Z")
        self.tables.seen(self.as_of)
        self.today = self.tables.today

    def ask(self, sql):
        """Milliseconds, and the rows."""
        begun = time.perf_counter()
        rows = self.tables.engine.execute(sql).fetchall()
        return 1000 * (time.perf_counter() - begun), rows


def in_turn(runs, ours, theirs):
    """Medians of both in milliseconds; the first question to each is not counted."""
    times = []
    for run in range(runs + 1):
        pair = ours(run)[0], theirs(run)[0]
        if run:
            times.append(pair)
    return [statistics.median(column) for column in zip(*times)]


def geometric_mean(ratios):
    return math.exp(statistics.fmean(map(math.log, ratios)))


def line(name, mine, theirs):
    return f"{name:24} {mine:10.1f} ms  DuckDB {theirs:10.1f} ms  ratio {mine / theirs:7.2f}"


def peaks(mine):
    theirs = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    kept = "kept" if mine <= MIB_MOST else "missed"
    print(f"peak memory: {mine:.0f} MiB, aim {MIB_MOST}: {kept}; DuckDB with what drives both {theirs:.0f} MiB")
