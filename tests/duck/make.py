"""Makes a lake: of the sample as it is, or, with a seed, of one with corrections, records that are taken back and told
again, late ones, and wrong ones, in random pieces of which one is withdrawn.

usage: make.py SUNLAKE PLACE [SEED]   (the program, a new folder; the lake is PLACE/lake)
"""

import csv
import datetime
import json
import pathlib
import random
import subprocess
import sys

WRITTEN = "%Y-%m-%d %H:%M:%S"
# A record keeps its name; what else it says may change from version to version.
NAMES = ("case_no", "data_version", "recorded_at", "market", "product", "grade", "price_on")
# What the shipped parameters leave open, so that M09 has a baseline and M12 items to leave out.
PARAMETERS = """key,value,valid_from,source
baseline_first_on,{first},2000-01-01,a test
baseline_end_on,{end},2000-01-01,a test
reform_on,{end},2000-01-01,a test
compare_min_n,2,2000-01-01,a test
visits_white_items,SI001;SI005;SI040,2000-01-01,a test
saving_per_case,150.5,2023-03-01,a test
"""


def told_again(rows, columns, chance):
    """Further versions of some of the rows, and some of them late; in place."""
    news = []
    for row in rows:
        entered = datetime.datetime.strptime(row["recorded_at"], WRITTEN)
        later = entered + datetime.timedelta(days=chance.randint(1, 40), minutes=chance.randint(0, 600))
        more = {**row, "recorded_at": later.strftime(WRITTEN)}
        kind = chance.random()
        if kind < 0.05:
            row["recorded_at"] = more["recorded_at"]
        elif kind < 0.11:
            for column in chance.sample(columns, min(2, len(columns))):
                more[column] = chance.choice(rows)[column]
            if "data_version" in more and chance.random() < 0.5:
                more["data_version"] = str(int(more["data_version"]) + 1)
            news.append(more)
        elif kind < 0.14:
            news.append({**more, "is_deleted": "true"})
            if chance.random() < 0.5:
                again = later + datetime.timedelta(days=chance.randint(1, 20))
                news.append({**more, "is_deleted": "false", "recorded_at": again.strftime(WRITTEN)})
    rows.extend(news)


def shuffled(file, place, chance):
    """The pieces of a file, each in a folder of its own, since its name tells when it was extracted."""
    with file.open(newline="") as text:
        reader = csv.DictReader(text)
        header, rows = list(reader.fieldnames), list(reader)
    count = 1
    if "recorded_at" in header:
        told_again(rows, [name for name in header[1:] if name not in NAMES], chance)
        chance.shuffle(rows)
        # So many commits that the ledger gets a checkpoint, which DuckDB's reader has to go on from.
        count = chance.randint(5, 7)
    for at in range(count):
        piece = place / f"piece-{at}" / file.name
        piece.parent.mkdir(parents=True, exist_ok=True)
        with piece.open("w", newline="") as text:
            writer = csv.DictWriter(text, [*header, "is_deleted"], restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[at::count])
        yield piece


def mapping(file):
    """workflow_case of workflow_case_20230913T154200.csv."""
    return file.name.rsplit("_", 1)[0]


def main(sunlake, place, seed=None):
    place = pathlib.Path(place)
    chance = random.Random(seed)

    def run(*words):
        command = [sunlake, "--lake", str(place / "lake"), *words]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout

    exports = place / "exports"
    if seed is None:
        run("sample", "--out", str(exports))
        for file in sorted(exports.iterdir()):
            run("ingest", mapping(file), str(file), "--no-derive")
        run("derive")
        return
    villages, scale = chance.randint(4, 10), round(chance.uniform(0.05, 0.2), 2)
    words = ["--villages", str(villages), "--scale", str(scale), "--years", "2", "--seed", str(chance.randint(0, 9999))]
    run("sample", "--out", str(exports), *words)
    batches = [piece for file in sorted(exports.iterdir()) for piece in shuffled(file, place / "pieces", chance)]
    chance.shuffle(batches)
    receipts = []
    for file in batches:
        # Now and then the states are derived in between, so that later pieces find them there.
        more = [] if chance.random() < 0.1 else ["--no-derive"]
        receipts.append(json.loads(run("ingest", mapping(file), str(file), "--json", *more)))
    run("lake", "rollback", "--batch", chance.choice(receipts)["batch_id"])
    first = datetime.date(2021, 9, 14) + datetime.timedelta(days=chance.randint(0, 200))
    end = first + datetime.timedelta(days=chance.randint(60, 200))
    parameters = place / "parameters.csv"
    parameters.write_text(PARAMETERS.format(first=first, end=end))
    run("reference", "put", "metric_parameter", str(parameters))
    run("derive")
    if chance.random() < 0.5:
        run("lake", "compact")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:3], int(sys.argv[3]) if len(sys.argv) == 4 else None)
