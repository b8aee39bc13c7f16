"""What the benchmarks share: a process timed from outside, and how runs are told."""

import os
import statistics
import subprocess
import sys
import tempfile
import time


def timed(command):
    """Wall seconds and peak memory (MiB, as the operating system counted it) of a process."""
    with tempfile.NamedTemporaryFile("r", suffix=".time") as report:
        begun = time.perf_counter()
        run = subprocess.run(
            ["/usr/bin/time", "-v", "-o", report.name, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        seconds = time.perf_counter() - begun
        if run.returncode != 0:
            sys.exit(f"{' '.join(command)} ended with {run.returncode}:\n{run.stderr.decode(errors='replace')}")
        for line in report:
            if "Maximum resident set size (kbytes)" in line:
                return seconds, int(line.rsplit(":", 1)[1]) / 1024
    sys.exit("/usr/bin/time is not GNU time: it told no maximum resident set size")


def told(name, runs):
    """One line: median, least and most of the times, and the highest peak."""
    times = [seconds for seconds, _ in runs]
    peak = max(mib for _, mib in runs)
    times = f"median {statistics.median(times):8.3f} s  min {min(times):8.3f}  max {max(times):8.3f}"
    return f"{name:30} {times}  peak {peak:6.0f} MiB"


def median(runs):
    return statistics.median(seconds for seconds, _ in runs)


def only(folder, start):
    """The one file of a folder whose name starts like that."""
    names = [name for name in os.listdir(folder) if name.startswith(start)]
    if len(names) != 1:
        sys.exit(f"{folder}: {len(names)} files are named {start}*, not one")
    return os.path.join(folder, names[0])


def has_verb(program, verb):
    return subprocess.run([program, "help", verb], capture_output=True).returncode == 0


def one_row(events, place):
    """A file with one event of `events`, in a folder of its own. Landed a second time it lands
    nothing, which leaves what a process of the program costs without any rows."""
    os.makedirs(place, exist_ok=True)
    path = os.path.join(place, os.path.basename(events))
    with open(events, encoding="utf-8") as source, open(path, "w", encoding="utf-8") as out:
        out.write(source.readline())
        out.write(source.readline())
    return path
