"""Times `POST /api/v1/ingest/workflow_event`: each client is a process with one connection, that sends
the next request when the last is answered. Rows are new events, made before the clock starts."""

import http.client
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import time

BIN, WORK, SECONDS, CLIENTS, ROWS = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
PATH = "/api/v1/ingest/workflow_event"
# More requests than any client gets to send.
MOST = int(SECONDS * 40) + 10


def event(name, row):
    minute = f"{row // 60 % 24:02}:{row % 60:02}"
    return json.dumps(
        {
            "event_id": f"{name}-{row}",
            "case_no": f"PUSH-{name}-{row // 8}",
            "seq": row % 8,
            "event_type": "STEP_START",
            "step_seq": row % 8,
            "step_name": "审核",
            "actor_id": f"A{row % 500}",
            "org_code": "450502-MZ",
            "occurred_at": f"2023-09-{1 + row // 1440 % 12:02} {minute}:00",
            "recorded_at": f"2023-09-{1 + row // 1440 % 12:02} {minute}:30",
        },
        ensure_ascii=False,
    )


def client(number, address, token, ready, go, out):
    bodies = ["\n".join(event(f"{number}-{turn}", row) for row in range(ROWS)).encode() for turn in range(MOST)]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.connect()
    ready.release()
    go.wait()
    times, busy = [], 0
    end = time.perf_counter() + SECONDS
    for turn, body in enumerate(bodies):
        begun = time.perf_counter()
        if begun >= end:
            break
        while True:
            connection.request("POST", PATH, body, {**headers, "Idempotency-Key": f"{number}-{turn}"})
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != 429:
                break
            busy += 1
            time.sleep(float(answer.headers["Retry-After"]))
        if answer.status != 200 or json.loads(told)["landed"] != ROWS:
            sys.exit(f"{answer.status}: {told.decode(errors='replace')}")
        times.append(time.perf_counter() - begun)
    out.put((times, busy))


def main():
    made = subprocess.run(
        [BIN, "token", "new", "--name", "bench", "--mapping", "workflow_event", "--json"], check=True, capture_output=True
    )
    made = json.loads(made.stdout)
    config = os.path.join(WORK, "sunlake.toml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(made["section"])
    server = subprocess.Popen(
        [BIN, "serve", "--listen", "127.0.0.1:0", "--config", config, "--lake", f"{WORK}/lake"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = server.stdout.readline().strip().removeprefix("http://")
        ready, go, out = multiprocessing.Semaphore(0), multiprocessing.Event(), multiprocessing.Queue()
        args = (address, made["token"], ready, go, out)
        clients = [multiprocessing.Process(target=client, args=(number, *args)) for number in range(CLIENTS)]
        for one in clients:
            one.start()
        for _ in clients:
            ready.acquire()
        begun = time.perf_counter()
        go.set()
        results = [out.get(timeout=SECONDS + 120) for _ in clients]
        passed = time.perf_counter() - begun
        for one in clients:
            one.join()
    finally:
        server.terminate()
        server.wait()
    times = sorted(seconds for of_client, _ in results for seconds in of_client)
    rows = len(times) * ROWS
    counted = subprocess.run(
        [BIN, "query", "select count(*) as n from workflow_event_history", "--json", "--lake", f"{WORK}/lake"],
        check=True,
        capture_output=True,
    )
    held = json.loads(counted.stdout)[0]["n"]
    if held != rows:
        sys.exit(f"{rows} rows were answered with 200, the lake has {held}")
    at = lambda share: 1000 * times[min(len(times) - 1, int(share * len(times)))]
    print(f"{CLIENTS} clients, {ROWS} rows a request, {passed:.1f} s, {os.cpu_count()} cores")
    print(f"{len(times)} requests, {rows} rows, {rows / passed:,.0f} rows/s; sent back {sum(busy for _, busy in results)}")
    print(f"request: median {statistics.median(times) * 1000:.0f} ms  p90 {at(0.9):.0f}  p99 {at(0.99):.0f}  max {at(1):.0f}")


if __name__ == "__main__":
    main()
