"""The tables of a lake from its files: what a Delta log says, read by nothing but this and DuckDB."""

import json
import pathlib
import urllib.parse

TYPES = {
    "string": "varchar",
    "long": "bigint",
    "integer": "integer",
    "short": "smallint",
    "double": "double",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamptz",
    "binary": "blob",
}


def type_of(kind):
    if isinstance(kind, str):
        return kind if kind.startswith("decimal(") else TYPES[kind]
    if kind["type"] == "array":
        return f"{type_of(kind['elementType'])}[]"
    if kind["type"] == "map":
        return f"map({type_of(kind['keyType'])}, {type_of(kind['valueType'])})"
    fields = ", ".join(f'"{field["name"]}" {type_of(field["type"])}' for field in kind["fields"])
    return f"struct({fields})"


class Log:
    """The newest version of a table: live files with the values of their folders, and the fields."""

    def __init__(self, engine, folder):
        self.folder = pathlib.Path(folder)
        self.live, self.fields, self.version = {}, [], -1
        self._checkpoint(engine)
        for commit in sorted(self.folder.glob("_delta_log/*.json")):
            if not commit.stem.isdigit() or int(commit.stem) <= self.version:
                continue
            if int(commit.stem) != self.version + 1:
                raise SystemExit(f"{commit}: version {self.version + 1} is missing in the log")
            self.version = int(commit.stem)
            for line in commit.read_text().splitlines():
                self._action(json.loads(line))

    def _checkpoint(self, engine):
        found = sorted(self.folder.glob("_delta_log/*.checkpoint*.parquet"))
        if not found:
            return
        self.version = max(int(file.name.split(".")[0]) for file in found)
        files = [str(file) for file in found if int(file.name.split(".")[0]) == self.version]
        read = f"read_parquet({files})"
        for (schema,) in engine.execute(
            f"select metaData.schemaString from {read} where metaData is not null"
        ).fetchall():
            self._action({"metaData": {"schemaString": schema}})
        for path, values in engine.execute(
            f"select add.path, add.partitionValues from {read} where add is not null"
        ).fetchall():
            self._action({"add": {"path": path, "partitionValues": values}})

    def _action(self, action):
        if told := action.get("metaData"):
            self.fields = json.loads(told["schemaString"])["fields"]
        if told := action.get("remove"):
            self.live.pop(told["path"], None)
        if told := action.get("add"):
            self.live[told["path"]] = told.get("partitionValues") or {}

    def load(self, engine, name):
        """Makes the table `name` of the live files."""
        columns = ", ".join(f'"{field["name"]}" {type_of(field["type"])}' for field in self.fields)
        engine.execute(f"create table {name} ({columns})")
        folders = {}
        for path, values in self.live.items():
            file = str(self.folder / urllib.parse.unquote(path))
            folders.setdefault(tuple(sorted(values.items())), []).append(file)
        for values, files in folders.items():
            more = "".join(f", {quoted(value)} as {column}" for column, value in values)
            engine.execute(
                f"insert into {name} by name select *{more} from "
                f"read_parquet({files}, union_by_name = true, hive_partitioning = false)"
            )

    def view(self, engine, name):
        """The same as a view, so that each question reads the files as they lie. They must all have the same fields,
        as those of a lake have that one version of the program has made."""
        if not self.live:
            return self.load(engine, name)
        files = [str(self.folder / urllib.parse.unquote(path)) for path in self.live]
        read = f"read_parquet({files}, hive_partitioning = true, hive_types_autocast = false)"
        columns = ", ".join(f'"{field["name"]}"' for field in self.fields)
        engine.execute(f"create view {name} as select {columns} from {read}")


def quoted(value):
    return "null" if value is None else "'" + value.replace("'", "''") + "'"
