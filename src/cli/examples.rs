//! What stands below the help of each verb.

pub const ALL: &str = "Examples:
  sunlake demo                                        a demonstration at http://127.0.0.1:8080
  sunlake sample --out exports --scale 0.01           made-up exports of the operational platforms
  sunlake ingest workflow_case exports/workflow_case_*.csv
  sunlake ingest workflow_event exports/workflow_event_*.csv
  sunlake cards --level red --as-of 2023-09-13        red cards issued by the end of that day
  sunlake metric M03 --from 2023-08-01 --to 2023-09-01 --by county
  sunlake explain CASE_NO                             why a case is due when it is, day by day
  sunlake query 'select status, count(*) from case_state group by status'
  sunlake calendar add 2017-03-27 5 --region GX

Exit codes: 0 done, 1 not done, 2 typed wrongly.";

pub const SAMPLE: &str = "Examples:
  sunlake sample --out exports                        1 % of a city's year, as CSV files
  sunlake sample --out exports --villages 3 --scale 1 three villages at their full volume
  sunlake sample --out exports --years 5 --seed 7     five years of another made-up city";

pub const INGEST: &str = "Examples:
  sunlake ingest workflow_case exports/workflow_case_*.csv
  sunlake ingest our_system.toml export.csv --dry-run what would land; nothing is changed
  zcat events.csv.gz | sunlake ingest workflow_event -
  sunlake ingest workflow_case s3://exports/2023/cases.csv.gz

An address s3:// takes key, region and endpoint from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_REGION, AWS_ENDPOINT_URL, …; docs/OPERATING.md). The same file again lands nothing. docs/MAPPINGS.md tells how to write a mapping.";

pub const PULL: &str = "Examples:
  sunlake pull cases --once --dry-run --config config/pull.toml   what would land; nothing is changed
  sunlake pull cases --once --config config/pull.toml             what is new since the last pull
  sunlake pull cases --config config/pull.toml --json             again and again, a receipt a line

`sunlake serve --config FILE` pulls every section beside the dashboard. docs/PULL.md tells how to write one.";

pub const CARDS: &str = "Examples:
  sunlake cards                                       every card issued so far
  sunlake cards --level red --as-of 2023-09-13        red cards issued by the end of that day
  sunlake cards --region 450502 --format csv          of one county, for a spreadsheet";

pub const METRIC: &str = "Examples:
  sunlake metric M03 --from 2023-08-01 --to 2023-09-01 --by county
  sunlake metric M06 --from 2023-01-01 --to 2023-09-01 --by month --format csv
  sunlake metric M01 --as-of 2023-09-13               from the first of that month to that day
  sunlake metric M03 --from 2023-08-01 --to 2023-09-01 --compare previous
  sunlake metric M03 --from 2023-01-01 --to 2023-09-01 --by township --rank on_time_rate
  sunlake metric M03 --from 2023-08-01 --to 2023-09-01 --rows=due_n --format csv
  sunlake metric M31 --from 2023-01-01 --to 2023-09-01 --set saving_per_case=150 --set saving_hours_per_case=3
  sunlake metric M03 --from 2023-08-01 --to 2023-09-01 --json > august.json
  sunlake metric --again august.json                  the same, of the lake as it was when that was told";

pub const CLAIMS: &str = "Examples:
  sunlake claims --from 2022-09-01 --to 2023-09-01    a claim a row, with the metric and column beside it
  sunlake claims --from 2022-09-01 --to 2023-09-01 --format csv";

pub const FLOW: &str = "Examples:
  sunlake flow                                        of all cases, the most frequent first
  sunlake flow --item SI001 --region 450502           of one item, in one county
  sunlake flow --as-of 2023-06-30 --format csv        as it was known at the end of that day

Steps of a case are in the order in which each first began; one that was sent back goes on with itself. A step that
began before the one before it had ended waited for nothing: it counts under overlaps_n, and in no waiting time.";

pub const CHECK: &str = "Examples:
  sunlake check                                       all of them; no rows are good
  sunlake check ledger_sums village_day_sums          these two
  sunlake check --json                                with every row that was found, at most 1,000 a check";

pub const EXPLAIN: &str = "Examples:
  sunlake explain TEST-450502100204-20230901-0001
  sunlake explain TEST-450502100204-20230901-0001 --as-of 2023-09-11T15:00 --json";

pub const QUERY: &str = "Examples:
  sunlake query 'show tables'
  sunlake query 'select status, count(*) from case_state group by status' --as-of 2023-09-13
  sunlake query 'select * from card where level = $level' --param level=RED --format csv --output red.csv
  sunlake query - --timeout 20 < statement.sql

now() is the time of --as-of. ingest_batch, the marts (village_day, village_item_month, org_item_day, handling_hist) and the
*_history views do not heed --as-of: they show the present.
A statement without an answer after --timeout seconds is given up (exit code 1); Ctrl-C ends it at once.";

pub const CALENDAR: &str = "Examples:
  sunlake calendar is-workday 2023-04-21
  sunlake calendar add 2017-03-27 5 --region CN
  sunlake calendar between 2017-03-27 2017-04-07";

pub const IS_WORKDAY: &str = "Examples:
  sunlake calendar is-workday 2023-04-21              no REGIONAL_HOLIDAY 壮族三月三
  sunlake calendar is-workday 2023-04-21 --region CN";

pub const ADD: &str = "Examples:
  sunlake calendar add 2017-03-27 5                   2017-04-07
  sunlake calendar add 2017-04-07 -5                  2017-03-27
  printf '2017-03-27,5\\n' | sunlake calendar add --batch

A year whose calendar is not known yet is counted by weekdays; such an answer is called provisional.";

pub const BETWEEN: &str = "Examples:
  sunlake calendar between 2017-03-27 2017-04-07      5";

pub const LAKE: &str = "Examples:
  sunlake lake status
  sunlake lake verify                                 read every byte; exit code 1 if anything is wrong
  sunlake lake compact --dry-run                      how many small files would be merged
  sunlake lake rollback --batch 3f9a1c --dry-run      what withdrawing a batch would take out

docs/OPERATING.md tells when each is needed.";

pub const VERIFY: &str = "Examples:
  sunlake lake verify
  sunlake lake verify --table workflow_event --json

Orphans, files that no version names, are harmless: a vacuum removes them.";

pub const COMPACT: &str = "Examples:
  sunlake lake compact --dry-run
  sunlake lake compact --table workflow_event

`sunlake serve` does this by itself; readers and writers go on meanwhile.";

pub const VACUUM: &str = "Examples:
  sunlake lake vacuum --dry-run                       what no version of the last 30 days needs
  sunlake lake vacuum --keep-days 7

What a reader of the last hour may hold stays, whatever --keep-days says.";

pub const HISTORY: &str = "Examples:
  sunlake lake history --table ingest_batch
  sunlake lake history --limit 3                      the last three versions of every table";

pub const ROLLBACK: &str = "Examples:
  sunlake lake rollback --batch 3f9a1c --dry-run
  sunlake lake rollback --batch 3f9a1c                then the same file can land again

The batch's id stands in its receipt and in ingest_batch; its beginning is enough.";

pub const MIGRATE: &str = "Examples:
  sunlake lake migrate --dry-run                      tables and fields that this lake lacks

A lake of format 2 to 6 becomes one of format 7: copy its folder first.
One of format 1 is refused: its rows lack what only the original files can tell. Land them into a new lake.";

pub const ERASE: &str = "Examples:
  sunlake erase --subject id_card:- --order 2024-17 --dry-run    reads the number from a line of standard input
  sunlake erase --subject phone:13800138000 --order 2024-17
  sunlake erase --subject hash:6d0f… --order 2024-17             a hash as a table has it

Run it on every lake. Backups and exports are not reached: restore a backup, and run it there.";

pub const AUDIT: &str = "Examples:
  sunlake audit list
  sunlake audit verify                                exit code 1 if an entry was changed, removed or moved";

pub const AUDIT_LIST: &str = "Examples:
  sunlake audit list
  sunlake audit list --json";

pub const AUDIT_VERIFY: &str = "Examples:
  sunlake audit verify
  sunlake audit verify --json

Note number and hash of the last entry elsewhere: that the newest entries are missing can be told by them alone.";

pub const BACKUP: &str = "Examples:
  sunlake backup /mnt/backup/lake                     again tomorrow: only what is new is copied
  sunlake backup /mnt/backup/lake --check             also read again what was copied before
  sunlake backup /mnt/backup/lake --with-keys         keep that folder as safe as the keys themselves
  sunlake backup s3://backups/lake                    key, region, endpoint: AWS_… (docs/OPERATING.md)";

pub const RESTORE: &str = "Examples:
  sunlake restore /mnt/backup/lake --lake new-lake
  sunlake restore /mnt/backup/lake --lake new-lake --with-keys
  sunlake restore s3://backups/lake --lake new-lake";

pub const STATUS: &str = "Examples:
  sunlake lake status
  sunlake lake status --lake lake-demo --json

Stored rows are what the files hold: every version of a record, and states and cards that newer ones have replaced.";

pub const SERVE: &str = "Examples:
  sunlake serve                                       the lake in the folder lake
  sunlake serve --lake lake-demo --listen 127.0.0.1:9000
  sunlake serve --config config/sunlake.toml          with folders that are watched, and pushes
  sunlake serve --config sunlake.toml --listen 0.0.0.0:8443
                                                      with [accounts], [tls] and [serve] hosts
  sunlake serve --simulate 60                         a lake of `sunlake sample`, on a clock 60 times as fast";

pub const USER: &str = "Examples:
  sunlake user add zhang.san --role analyst --scope region:450521
  sunlake user list
  sunlake user reset zhang.san                        a new first password
  sunlake user disable zhang.san

The accounts rest beside the person key; docs/ACCOUNTS.md tells how to open the server to them.";

pub const USER_ADD: &str = "Examples:
  sunlake user add keeper --role admin                the first account, who makes the others on /admin
  sunlake user add zhang.san --role analyst --scope region:450521
  sunlake user add li.si --role agent --scope organization:450521-MZ";

pub const USER_LIST: &str = "Examples:
  sunlake user list
  sunlake user list --json";

pub const USER_DISABLE: &str = "Examples:
  sunlake user disable zhang.san                      `sunlake user reset` lets the account in again";

pub const USER_RESET: &str = "Examples:
  sunlake user reset zhang.san                        also after too many tries";

pub const TOKEN: &str = "Examples:
  sunlake token new --name city-hall --mapping workflow_case --mapping workflow_event
  sunlake token add --user zhang.san --label notebook --days 90
  sunlake token add --wall hall-1 --scope region:450521
  sunlake token list
  sunlake token revoke 1f2e3d4c";

pub const TOKEN_ADD: &str = "Examples:
  sunlake token add --user zhang.san --label notebook --days 90
  sunlake token add --wall hall-1 --scope region:450521
                                                      the address to open on the wall, once";

pub const TOKEN_LIST: &str = "Examples:
  sunlake token list
  sunlake token list --config sunlake.toml            with those of sources, which stand there";

pub const TOKEN_REVOKE: &str = "Examples:
  sunlake token revoke 1f2e3d4c                       of an account or a wall
  sunlake token revoke city-hall --config sunlake.toml
                                                      of a source, at once; take its section out later";

pub const TOKEN_NEW: &str = "Examples:
  sunlake token new --name city-hall --mapping workflow_case --mapping workflow_event
  sunlake token new --name city-hall --mapping our_system.toml --json

The configuration keeps the token's SHA-256 alone: a token that is lost is made anew. docs/PUSH.md tells how to push.";

pub const DEMO: &str = "Examples:
  sunlake demo                                        in the folder lake-demo
  sunlake demo --speed 600 --lake other-folder
  sunlake demo --lake memory://demo --scale 0.01      gone when it ends";

pub const QUARANTINE: &str = "Examples:
  sunlake quarantine list
  sunlake quarantine show 3f2a                        why, line by line
  sunlake quarantine show 3f2a --csv > wrong.csv      the records, to be corrected
  sunlake quarantine replay 3f2a --from wrong.csv";

pub const VAULT: &str = "Examples:
  sunlake vault verify                                is every file what was kept?
  sunlake vault get 5f2c… --out export.csv            an original, as it came

What is gone as a whole is not told from what has expired.";

pub const VAULT_VERIFY: &str = "Examples:
  sunlake vault verify
  sunlake vault verify --json

Exit code 1 if anything is wrong; restore those files from the copy of the vault's folder.";

pub const VAULT_GET: &str = "Examples:
  sunlake vault get 5f2c… --out export.csv            the whole SHA-256, 64 digits

`sunlake ingest … --json` says it as kept; sha256sum says it of a file. The original may name people.";

pub const QUARANTINE_LIST: &str = "Examples:
  sunlake quarantine list
  sunlake quarantine list --json";

pub const QUARANTINE_SHOW: &str = "Examples:
  sunlake quarantine show 3f2a
  sunlake quarantine show 3f2a --raw                  with the records as they came
  sunlake quarantine show 3f2a --csv > wrong.csv      to be corrected";

pub const QUARANTINE_REPLAY: &str = "Examples:
  sunlake quarantine replay 3f2a --from wrong.csv     records that were corrected
  sunlake quarantine replay 3f2a --mapping hall.toml  a mapping that was corrected
  sunlake quarantine replay 3f2a --dry-run

A corrected file is CSV in the columns of the source, with the column quarantine_line beside them. A replay that was
broken off is ended by the same command; rows that were resolved before are left out.";

pub const DERIVE: &str = "Examples:
  sunlake derive                                      after sunlake ingest --no-derive
  sunlake derive --full --dry-run                     does a full rebuild give the same due dates and cards?
  sunlake derive --accept-engine                      fold all cases by this program's clock

Cards that were issued and are raised no more stay, as cancelled.";

pub const REFERENCE: &str = "Examples:
  sunlake reference export office_hours > office_hours.csv
  sunlake reference put office_hours office_hours.csv --dry-run";

pub const REFERENCE_EXPORT: &str = "Examples:
  sunlake reference export service_item > service_item.csv";

pub const REFERENCE_PUT: &str = "Examples:
  sunlake reference put calendar_day 2027.csv --dry-run   which due dates would move?
  sunlake reference put calendar_year years.csv           when all days of 2027 are in: 2027 is KNOWN
  sunlake reference put sla_policy our_ladder.csv

Open cases are folded again by the new rows; closed ones keep what they were judged by.
A policy or an item version judges cases whose clock starts on or after its valid_from.";
