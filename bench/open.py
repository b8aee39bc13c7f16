"""Times a process that opens a lake and ends: `query "select 1"` opens it and pins a version of every
table, `lake status` reads the ledger too.

Each batch is a push of one event, and the server is told to commit so many together (one: as many
commits and files as batches can leave) and to merge nothing. The same lake is timed as it
landed, and after `lake compact`. DuckDB reads the ledger's Parquet files as they lie in their folder,
without the log that says which of them count; its line without files is what its process costs. Runs
go round the lakes.
"""

import glob
import http.client
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from measure import median, timed, told

BIN, WORK, PYTHON = sys.argv[1:4]
RUNS, BATCHES, GROUP = map(int, sys.argv[4:])
FEW, CLIENTS, SECONDS_MOST = 10, 2 * GROUP + 2, 0.150
VERBS = {"select 1": ["query", "select 1"], "status": ["lake", "status"]}
DUCKDB = {
    "DuckDB alone": "select 1",
    "DuckDB, ledger": "select count(*), sum(rows_landed) from read_parquet('{}/ingest_batch/*.parquet')",
}


def event(batch):
    minute = f"{8 + batch // 60 % 9:02}:{batch % 60:02}"
    day = f"2023-09-{1 + batch % 12:02} {minute}"
    row = {"event_id": f"E{batch}", "case_no": f"OPEN-{batch}", "seq": 1, "event_type": "ACCEPT"}
    return json.dumps(row | {"occurred_at": f"{day}:00", "recorded_at": f"{day}:30"}).encode()


def push(address, token, batches):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    connection = http.client.HTTPConnection(address, timeout=120)
    for batch in batches:
        connection.request("POST", "/api/v1/ingest/workflow_event", event(batch), headers)
        answer = connection.getresponse()
        told = answer.read()
        if answer.status != 200:
            sys.exit(f"{answer.status}: {told.decode(errors='replace')}")


def build(lake, batches):
    """A lake of so many batches; how long they took to land, derived."""
    making = [BIN, "token", "new", "--name", "bench", "--mapping", "workflow_event", "--json"]
    made = json.loads(subprocess.run(making, check=True, capture_output=True).stdout)
    config = f"{lake}.toml"
    with open(config, "w", encoding="utf-8") as file:
        file.write(made["section"] + f"\n[push]\ngroup_rows = {GROUP}\n\n[compact]\nevery_seconds = 0\n")
    serving = [BIN, "serve", "--listen", "127.0.0.1:0", "--config", config, "--lake", lake]
    server = subprocess.Popen(serving, stdout=subprocess.PIPE, text=True)
    begun = time.perf_counter()
    try:
        address = server.stdout.readline().strip().removeprefix("http://")
        parts = [range(client, batches, CLIENTS) for client in range(CLIENTS)]
        with ThreadPoolExecutor(CLIENTS) as pool:
            for pushed in [pool.submit(push, address, made["token"], part) for part in parts]:
                pushed.result()
    finally:
        server.terminate()
        server.wait()
    timed([BIN, "derive", "--lake", lake])
    counting = [BIN, "query", "select count(*) as n from ingest_batch where state = 'LANDED'", "--json", "--lake", lake]
    counted = json.loads(subprocess.run(counting, check=True, capture_output=True).stdout)[0]["n"]
    if counted < batches:
        sys.exit(f"{lake}: {batches} batches were pushed, the ledger has {counted}")
    return time.perf_counter() - begun


def say(name, seconds):
    print(f"{name:30} {seconds:8.1f} s", flush=True)


def held(lake):
    """Files of ledger and facts on the disk, and commits in the ledger's log."""
    files = [len(glob.glob(f"{lake}/{table}/**/*.parquet", recursive=True)) for table in ("ingest_batch", "workflow_event")]
    commits = len(glob.glob(f"{lake}/ingest_batch/_delta_log/*.json"))
    return f"files on the disk: ledger {files[0]}, events {files[1]}; commits in the ledger's log {commits}"


def measure(name, lakes):
    """The median of each verb in the last of the lakes."""
    runs = {}
    for _ in range(RUNS):
        for label, lake in lakes.items():
            for verb, args in VERBS.items():
                runs.setdefault(f"{verb}, {label}", []).append(timed([BIN, *args, "--lake", lake]))
            for peer, sql in DUCKDB.items():
                code = f"import duckdb; duckdb.sql({sql.format(lake)!r}).fetchall()"
                runs.setdefault(f"{peer}, {label}", []).append(timed([PYTHON, "-c", code]))
    print(f"\n{name}")
    for line, times in runs.items():
        print(told(line, times))
    last = list(lakes)[-1]
    for verb in VERBS:
        found = median(runs[f"{verb}, {last}"])
        print(f"{verb}, {last}: aim {SECONDS_MOST:.3f} s, {'kept' if found <= SECONDS_MOST else 'missed'}")


def main():
    few, many = f"{WORK}/few", f"{WORK}/many"
    print(f"{os.cpu_count()} cores, {RUNS} runs")
    build(few, FEW)
    say(f"pushing {BATCHES} batches", build(many, BATCHES))
    lakes = {f"{FEW} batches": few, f"{BATCHES} batches": many}
    print(held(many))
    measure("as they landed", lakes)
    for lake in lakes.values():
        seconds, _ = timed([BIN, "lake", "compact", "--lake", lake])
    print()
    say("lake compact", seconds)
    print(held(many))
    measure("after lake compact", lakes)


if __name__ == "__main__":
    main()
