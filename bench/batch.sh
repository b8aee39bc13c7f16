#!/usr/bin/env bash
# Lands and derives a batch of 1,000 events in lakes of several sizes, all villages in each, and
# prints how much longer the largest takes. Usage: bench/batch.sh [CITY_YEARS …] ; the default is
# 0.1 1 5. RUNS, SCALE (share of a city's volume), and what bench/setup.sh takes; see
# docs/BENCHMARKS.md. CASES=all spreads the batch over the cases of all years instead of the last
# 30 days.
set -euo pipefail
. "$(dirname "$0")/setup.sh"
[ $# -gt 0 ] || set -- 0.1 1 5
need_program
python3 bench/batch.py "$bin" "$work" "${RUNS:-5}" "${SCALE:-1}" "${CASES:-recent}" "$@"
