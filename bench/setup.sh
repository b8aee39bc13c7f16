# Sourced by the other scripts: a work folder that goes away, the program, and (if asked) DuckDB from
# PyPI. PROFILE=debug takes the build of `make run`, BIN names a binary that is there already,
# BENCH_DIR says where the work folder is made.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
profile="${PROFILE:-release}"
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
    "$work/venv/bin/pip" install --quiet "duckdb>=1.4"
    python="$work/venv/bin/python"
}
