"""Times a batch of 1,000 fresh events, landed and derived, in lakes of several sizes.

Every event is of another case, and the cases go round all villages: by default cases of the last 30
days, which is what a day's news is about; with `all`, cases of any time, which is the worst that a
batch can be. Each run is a process of its own (nothing else lands yet), so the line `start-up` tells
what a process costs that lands a file that has landed already; `net` takes the start-up in the
smallest lake off, so that what opening a larger lake costs more stays in. Runs go round the lakes.
`derive only` brings states, cards and marts up to a batch that has landed: its net is what keeping the
marts up to date costs at most.
"""

import csv
import datetime
import os
import random
import shutil
import sys

from measure import has_verb, median, one_row, only, timed, told

BIN, WORK, RUNS, SCALE, CASES = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), sys.argv[5]
SIZES = [float(size) for size in sys.argv[6:]]
ROWS, RECENT_DAYS = 1000, 30
GROWTH_MOST, SECONDS_MOST = 1.3, 1.0
TIME = "%Y-%m-%d %H:%M:%S"


class Lake:
    def __init__(self, size):
        self.size = size
        self.name = f"{size:g} city years"
        self.url = f"{WORK}/lake-{size:g}"
        self.runs = {"start-up": [], "batch": [], "land only": [], "derive only": []}

    def build(self):
        sample, years = f"{WORK}/sample", max(1, round(self.size))
        scale = self.size / years * SCALE
        timed([BIN, "sample", "--out", sample, "--years", str(years), "--scale", str(scale)])
        cases, events = only(sample, "workflow_case"), only(sample, "workflow_event")
        self.one = one_row(events, f"{WORK}/one-{self.size:g}")
        with open(events, encoding="utf-8") as file:
            self.columns = file.readline().strip().split(",")
        # workflow_event_20230913T154200.csv
        stamp = os.path.basename(events).split("_")[-1].split(".")[0]
        self.present = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%S")
        self.pick(cases)
        self.land(self.one, "--no-derive")
        timed([BIN, "ingest", "workflow_case", cases, "--lake", self.url, "--no-derive"])
        self.land(events)
        shutil.rmtree(sample)

    def pick(self, cases):
        """The cases of each village, in an order that is the same each time."""
        since = (self.present - datetime.timedelta(days=RECENT_DAYS)).strftime("%Y%m%d")
        villages, self.count = {}, 0
        with open(cases, encoding="utf-8") as file:
            file.readline()
            for line in file:
                case, version = line.split(",", 2)[:2]
                if version != "1":
                    continue
                self.count += 1
                # TEST-450502001003-20221011-0001
                _, village, received_on, _ = case.split("-")
                if CASES == "all" or received_on > since:
                    villages.setdefault(village, []).append(case)
        for held in villages.values():
            random.Random(2018).shuffle(held)
        self.villages = villages

    def batch(self, number):
        """A file of events that no run had before, spread over the villages."""
        names, rows, turn = sorted(self.villages), [], 0
        at = self.present + datetime.timedelta(hours=number + 1)
        while len(rows) < ROWS:
            village = names[turn % len(names)]
            # Each run takes other cases where a village has enough of them.
            held = self.villages[village]
            case = held[(turn // len(names) + number * (ROWS // len(names) + 1)) % len(held)]
            occurred = at + datetime.timedelta(seconds=turn)
            row = dict.fromkeys(self.columns, "")
            row.update(
                event_id=f"{case}-B{number}-{turn}",
                case_no=case,
                seq=900 + number,
                # Both are taken of an open case as of a closed one.
                event_type=["DELIVER", "DECIDE"][turn % 2],
                occurred_at=occurred.strftime(TIME),
                recorded_at=(occurred + datetime.timedelta(seconds=20)).strftime(TIME),
            )
            rows.append(row)
            turn += 1
        folder = f"{WORK}/batch-{self.size:g}"
        os.makedirs(folder, exist_ok=True)
        extracted = at + datetime.timedelta(minutes=45)
        path = f"{folder}/workflow_event_{extracted.strftime('%Y%m%dT%H%M%S')}.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        return path

    def land(self, file, *words):
        return timed([BIN, "ingest", "workflow_event", file, "--lake", self.url, *words])

    def run(self, number):
        self.runs["start-up"].append(self.land(self.one))
        self.runs["batch"].append(self.land(self.batch(number)))

    def run_apart(self, number):
        """Landing and deriving by themselves, to see which of them grows."""
        self.runs["land only"].append(self.land(self.batch(number), "--no-derive"))
        derive = [BIN, "derive", "--lake", self.url]
        self.runs["derive only"].append(timed(derive) if has_verb(BIN, "derive") else self.land(self.one))


def main():
    lakes = [Lake(size) for size in sorted(SIZES)]
    print(f"{os.cpu_count()} cores; {ROWS} events of {CASES} cases, {RUNS} runs each, in turn", flush=True)
    for lake in lakes:
        lake.build()
        reach = sum(len(cases) for cases in lake.villages.values())
        few = "" if reach >= ROWS else f"; fewer than {ROWS}: the batches are not alike"
        print(f"{lake.name}: {lake.count} cases, {reach} in reach, in {len(lake.villages)} villages{few}", flush=True)
    # The first run of each lake fills the caches and is not counted.
    for number in range(RUNS + 1):
        for lake in lakes:
            lake.run(number)
    for number in range(RUNS + 1, 2 * RUNS + 1):
        for lake in lakes:
            lake.run_apart(number)
    for lake in lakes:
        for name in ("start-up", "batch"):
            lake.runs[name] = lake.runs[name][1:]
        for name, runs in lake.runs.items():
            print(told(f"{lake.name}, {name}", runs))
    start_up = median(lakes[0].runs["start-up"])
    least, most = lakes[0], lakes[-1]
    net = lambda lake: median(lake.runs["batch"]) - start_up
    whole = median(most.runs["batch"]) / median(least.runs["batch"])
    for lake in lakes:
        print(f"{lake.name}: net {net(lake):.3f} s, aim {SECONDS_MOST}")
    # The runs of `derive only` have a start-up each: states, cards and marts brought up to a batch.
    derived = lambda lake: median(lake.runs["derive only"]) - start_up
    print(f"largest / smallest: derive only, net {derived(most) / derived(least):.2f}, aim {GROWTH_MOST}")
    print(f"largest / smallest: net {net(most) / net(least):.2f}, whole process {whole:.2f}, aim {GROWTH_MOST}")


main()
