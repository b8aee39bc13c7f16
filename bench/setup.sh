# Sourced by the other scripts: a work folder that goes away, the program, and (if asked) DuckDB from
# PyPI, an example program, and a lake. It takes the build of `make run`, which is what people run (PROFILE=release
# builds anew in full, which takes long); BIN names a binary that is there already and EXAMPLES the folder of its
# example programs, BENCH_DIR says where the work folder is made, LAKE names a lake that is there, which is read only.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
profile="${PROFILE:-debug}"
target="${CARGO_TARGET_DIR:-$HOME/.cache/sunlake/target}"
work="$(mktemp -d "${BENCH_DIR:-/tmp}/sunlake-bench.XXXXXX")"
trap 'rm -rf "$work"' EXIT
# The key that hashes persons is made here, not in the home of whoever runs this.
export XDG_DATA_HOME="$work/data"
export PYTHONDONTWRITEBYTECODE=1

# Sets `bin`.
need_program() {
    if [ -n "${BIN:-}" ]; then
        bin="$BIN"
    elif [ "$profile" = release ]; then
        cargo build --locked --release
        bin="$target/release/sunlake"
    else
        cargo build --locked
        bin="$target/debug/sunlake"
    fi
    [ -x /usr/bin/time ] || { echo "peak memory is measured by GNU time: apt-get install time" >&2; exit 1; }
}

# Sets `python`, one that has duckdb.
need_duckdb() {
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet -r tests/duck/requirements.txt
    python="$work/venv/bin/python"
}

# Sets `example`, that program of a package.
need_example() {
    if [ -n "${EXAMPLES:-}" ]; then
        example="$EXAMPLES/$2"
    elif [ "$profile" = release ]; then
        cargo build --locked --release -p "$1" --example "$2"
        example="$target/release/examples/$2"
    else
        cargo build --locked -p "$1" --example "$2"
        example="$target/debug/examples/$2"
    fi
}

# Sets `lake`, with all feeds of so many years of a city, derived.
need_lake() {
    lake="${LAKE:-}"
    [ -z "$lake" ] || return 0
    lake="$work/lake"
    "$bin" sample --out "$work/sample" --years "$1" --scale "${SCALE:-1}" > /dev/null
    for file in "$work"/sample/*.csv; do
        mapping="$(basename "$file" .csv)"
        "$bin" ingest "${mapping%_*}" "$file" --lake "$lake" --no-derive > /dev/null
        rm "$file"
    done
    "$bin" derive --lake "$lake"
}
