"""The lake as other engines read it: deltalake, polars, DuckDB and pyarrow must give what Sunlake gives.

usage: read.py SUNLAKE LAKE   (the program, and the folder of a lake)
"""

import collections
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

import deltalake
import duckdb
import polars
import pyarrow
import pyarrow.dataset
import pyarrow.parquet

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def plain(value):
    """A value without what is particular to an engine: instants as microseconds, maps and structs as pairs."""
    if isinstance(value, datetime.datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=datetime.timezone.utc)
        return (aware - EPOCH) // datetime.timedelta(microseconds=1)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).hex()
    if isinstance(value, dict):
        if set(value) == {"key", "value"} and not isinstance(value["key"], list):
            return (plain(value["key"]), plain(value["value"]))
        return tuple(sorted((str(name), plain(held)) for name, held in value.items()))
    if isinstance(value, (list, tuple)):
        inner = [plain(held) for held in value]
        pairs = inner and all(isinstance(held, tuple) and len(held) == 2 and isinstance(held[0], str) for held in inner)
        return tuple(sorted(inner)) if pairs else tuple(inner)
    return value


def rows(table):
    """The rows of an Arrow table, each so many times, whatever their order and that of the columns."""
    return collections.Counter(
        repr(sorted((name, plain(value)) for name, value in row.items())) for row in table.to_pylist()
    )


def of_sunlake(sunlake, lake, table, folder):
    file = pathlib.Path(folder) / f"{table}.parquet"
    sql = f"select * from lake.{table}"
    command = [sunlake, "query", sql, "--lake", lake, "--format", "parquet", "--output", str(file)]
    subprocess.run(command, check=True)
    return pyarrow.parquet.read_table(file)


def of_deltalake(path):
    return deltalake.DeltaTable(path).to_pyarrow_table()


def of_polars(path):
    return polars.read_delta(path).to_arrow()


def of_pyarrow(path):
    """pyarrow knows Parquet, not Delta: the files are those that deltalake finds in the log."""
    table = deltalake.DeltaTable(path)
    partitioning = pyarrow.dataset.partitioning(flavor="hive")
    return pyarrow.dataset.dataset(table.file_uris(), format="parquet", partitioning=partitioning).to_table()


def has_delta_scan():
    """Whether DuckDB's extension for Delta is to be had: it is not on PyPI."""
    try:
        duckdb.connect().execute("install delta").execute("load delta")
        return True
    except duckdb.Error as error:
        print(f"duckdb has no delta extension here ({str(error).splitlines()[0]})")
        print("it is given the files that the log names, so its own reading of the log is NOT tested")
        return False


DELTA_SCAN = has_delta_scan()


def of_duckdb(path):
    engine = duckdb.connect()
    engine.execute("set timezone = 'UTC'")
    if DELTA_SCAN:
        engine.execute("load delta")
        source = f"delta_scan('{path}')"
    else:
        files = ", ".join(f"'{file}'" for file in deltalake.DeltaTable(path).file_uris())
        if not files:
            return None
        source = f"read_parquet([{files}], hive_partitioning = true, hive_types_autocast = false, union_by_name = true)"
    result = engine.execute(f"select * from {source}").arrow()
    return result if isinstance(result, pyarrow.Table) else result.read_all()


def main(sunlake, lake):
    status = subprocess.run([sunlake, "lake", "status", "--lake", lake, "--json"], check=True, capture_output=True)
    tables = [table["table"] for table in json.loads(status.stdout)["tables"] if table["stored_rows"]]
    engines = {"deltalake": of_deltalake, "polars": of_polars, "pyarrow": of_pyarrow}
    engines["duckdb" if DELTA_SCAN else "duckdb (files only)"] = of_duckdb
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for table in tables:
            mine = rows(of_sunlake(sunlake, lake, table, folder))
            for name, read in engines.items():
                found = read(str(pathlib.Path(lake).resolve() / table))
                theirs = collections.Counter() if found is None else rows(found)
                if theirs == mine:
                    continue
                wrong += 1
                print(f"{table}: {name} differs")
                for side, more in [("Sunlake", mine - theirs), (name, theirs - mine)]:
                    print(f"  {sum(more.values())} rows of {side} alone, such as {next(iter(more), '-')[:1000]}")
            print(f"{table}: {sum(mine.values())} rows")
    if wrong:
        sys.exit(f"{wrong} readings differ")
    print(f"{len(tables)} tables are equal in Sunlake, {', '.join(engines)}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
