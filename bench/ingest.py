"""Times landing and DuckDB on the same events as CSV and as NDJSON, in turn, and prints medians and ratios.

(a) parsing, types and Parquet only: `examples/parse_only.rs` against `COPY (SELECT … FROM read_csv or read_json) TO
    parquet`;
(b) everything: `sunlake ingest` without originals, into a lake in memory (/dev/shm), where a sync costs nothing,
    against the same reading with sha256 of the personal column, distinct on the event id, order by (case_no,
    occurred_at) and COPY, which syncs nothing either.
Apart from that: the same ingest into a lake on the disk, which tells what fsync costs, and with the original kept.
"""

import os
import shutil
import sys

from measure import median, timed, told

BIN, EXAMPLE, FILE, RUNS, WORK = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5]
MEMORY = "/dev/shm"
PARSE_MOST, ALL_MOST, MIB_MOST = 1.2, 1.0, 1536

COLUMNS = """{'event_id':'VARCHAR','case_no':'VARCHAR','seq':'BIGINT','event_type':'VARCHAR','step_seq':'BIGINT',
'step_name':'VARCHAR','step_limit':'BIGINT','actor_id':'VARCHAR','actor_role':'VARCHAR','org_code':'VARCHAR',
'decision':'VARCHAR','close_result':'VARCHAR','occurred_at':'TIMESTAMP','recorded_at':'TIMESTAMP',
'stop_id':'VARCHAR','stop_kind':'VARCHAR','basis':'VARCHAR','approved_length':'BIGINT','approved_unit':'VARCHAR',
'approved_at':'TIMESTAMP','applicant_notified_at':'TIMESTAMP','extension_wd':'BIGINT','to_village':'VARCHAR',
'to_org':'VARCHAR'}"""
PARQUET = "(format parquet, compression zstd, row_group_size 131072)"


class Format:
    def __init__(self, name, file):
        self.name, self.file = name, file
        read = f"read_csv('{file}', header=true, columns={COLUMNS})"
        if name == "NDJSON":
            read = f"read_json('{file}', format='newline_delimited', columns={COLUMNS})"
        self.plain = f"copy (select * from {read}) to '{WORK}/duck.parquet' {PARQUET}"
        self.full = f"""copy (
            select * replace (sha256(actor_id) as actor_id) from (select distinct on (event_id) * from {read})
            order by case_no, occurred_at
        ) to '{WORK}/duck.parquet' {PARQUET}"""

    def measure(self, memory):
        """Runs of each, by name, in turn."""
        work = {
            "(a) sunlake": lambda: timed([EXAMPLE, "workflow_event", self.file, f"{WORK}/ours.parquet"]),
            "(a) duckdb": lambda: duck(self.plain),
            "(b) sunlake": lambda: land(self.file, memory, "bare"),
            "(b) duckdb": lambda: duck(self.full),
            "on the disk, fsync": lambda: land(self.file, WORK, "bare"),
            "the same, original kept": lambda: land(self.file, WORK, "kept"),
        }
        runs = {name: [] for name in work}
        for _ in range(RUNS):
            for name, run in work.items():
                runs[name].append(run())
        return runs


def land(file, place, originals):
    lake = f"{place}/lake"
    shutil.rmtree(lake, ignore_errors=True)
    config = f"{WORK}/{originals}.toml"
    with open(config, "w", encoding="utf-8") as out:
        out.write(f'[vault]\nfolder = "{WORK}/vault"\noriginals = {str(originals == "kept").lower()}\n')
    found = timed([BIN, "ingest", "workflow_event", file, "--config", config, "--lake", lake, "--no-derive"])
    for folder in (lake, f"{WORK}/vault"):
        shutil.rmtree(folder, ignore_errors=True)
    return found


def duck(sql):
    code = f"import duckdb; c = duckdb.connect(); c.execute(\"set temp_directory='{WORK}/spill'\"); c.execute({sql!r})"
    return timed([sys.executable, "-c", code])


def as_json(connection, csv):
    """The same events as NDJSON, beside the file; fields without a value are null."""
    file = os.path.splitext(csv)[0] + ".ndjson"
    read = f"read_csv('{csv}', header=true, columns={COLUMNS})"
    connection.execute(f"copy (select * from {read}) to '{file}' (format json)")
    return file


def main():
    import duckdb

    connection = duckdb.connect()
    formats = [Format("CSV", FILE), Format("NDJSON", as_json(connection, FILE))]
    rows = connection.execute(f"select count(*) from read_csv('{FILE}', header=true, columns={COLUMNS})").fetchone()[0]
    print(f"{rows} rows, {os.cpu_count()} cores, DuckDB {duckdb.__version__}, {RUNS} runs each in turn")
    memory = f"{MEMORY}/{os.path.basename(WORK)}"
    if not os.path.isdir(MEMORY) or shutil.disk_usage(MEMORY).free < os.path.getsize(FILE):
        memory = WORK
        print(f"{MEMORY} has no room for a lake: (b) has its fsync in it")
    try:
        for one in formats:
            runs = one.measure(memory)
            print(f"\n{one.name}, {os.path.getsize(one.file) / 1e6:.0f} MB", flush=True)
            for name, times in runs.items():
                print(told(name, times))
            for part, most in (("(a)", PARSE_MOST), ("(b)", ALL_MOST)):
                ratio = median(runs[f"{part} sunlake"]) / median(runs[f"{part} duckdb"])
                print(f"ratio {part} {ratio:.2f}, aim {most}: {'kept' if ratio <= most else 'missed'}")
            peak = max(mib for _, mib in runs["(b) sunlake"])
            print(f"peak {peak:.0f} MiB, aim {MIB_MOST}: {'kept' if peak <= MIB_MOST else 'missed'}")
            disk = median(runs["on the disk, fsync"])
            print(f"disk and fsync {disk - median(runs['(b) sunlake']):.2f} s", end="; ")
            print(f"keeping the original {median(runs['the same, original kept']) - disk:.2f} s", flush=True)
    finally:
        if memory != WORK:
            shutil.rmtree(memory, ignore_errors=True)


main()
