//! Nobody is told a row or a value that is not theirs, however they ask: random questions beside what the operator is
//! told of the rows that are theirs, and attacks by name.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use analytics::{AnalyticsError, AskLimits, Engine, Principal, Role, Scope, TableDoc};
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use arrow::util::display::array_value_to_string;
use datasets::clock::FixedClock;
use datasets::lake::{Lake, LakeUrl};
use futures::StreamExt;

use crate::support::{Place, text};

mod dice;
mod theirs;

use dice::Dice;
use theirs::{is_masked, of_them};

/// When the sample ends.
const NOW: &str = "2023-09-13T15:42:00+08:00";
/// `SUNLAKE_POLICY_TRIALS` asks for another number, `SUNLAKE_SEED` for another sequence.
const TRIALS: u64 = 200;
/// Tables whose rows are somebody's, with what names a row.
const KEYS: [(&str, &str); 11] = [
    ("case_state", "case_no"),
    ("card", "card_id"),
    ("workflow_event", "event_id"),
    ("rating", "rating_id"),
    ("feedback_message", "msg_id"),
    ("feedback_reply", "reply_id"),
    ("listing", "listing_id"),
    ("deal", "deal_id"),
    ("parcel", "parcel_id"),
    ("disclosure_obligation", "obligation_id"),
    ("disclosure_publication", "pub_id"),
];

/// All feeds of some villages.
fn lake() -> Place {
    let place = Place::new();
    let out = place.dir.path().join("exports");
    let made = place.json(&["sample", "--out", text(&out), "--villages", "4", "--scale", "0.05"]);
    for file in made["files"].as_array().expect("files") {
        let file = file.as_str().expect("a file");
        let name = file.rsplit('/').next().and_then(|name| name.rsplit_once('_')).expect("a stamp").0;
        place.run(&["ingest", name, file, "--no-derive"]);
    }
    place.run(&["derive"]);
    place
}

async fn engine(place: &Place) -> Engine {
    let url = LakeUrl::parse(text(&place.dir.path().join("lake"))).expect("url");
    let lake = Arc::new(Lake::open(&url).await.expect("lake"));
    Engine::open(lake, Arc::new(FixedClock(NOW.parse().expect("instant")))).await.expect("engine")
}

/// Rows as text, in order.
fn cells(batches: &[RecordBatch]) -> Vec<String> {
    let row = |batch: &RecordBatch, at: usize| {
        let cells = batch.columns().iter().map(|column| array_value_to_string(column, at).expect("a value"));
        cells.collect::<Vec<_>>().join("\t")
    };
    let mut rows: Vec<String> =
        batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |at| row(batch, at))).collect();
    rows.sort_unstable();
    rows
}

async fn asked(engine: &Engine, principal: &Principal, sql: &str) -> Result<Vec<String>, AnalyticsError> {
    let limits = AskLimits::default();
    let mut answer = engine.ask(principal, None, sql, &[], &limits).await?;
    let mut batches = Vec::new();
    while let Some(batch) = answer.stream.next().await {
        batches.push(batch?);
    }
    Ok(cells(&batches))
}

/// What the operator is told.
async fn whole(engine: &Engine, sql: &str) -> Result<Vec<String>, AnalyticsError> {
    Ok(cells(&engine.session(&Principal::operator(), None).await?.query(sql, &[]).await?))
}

fn principal(role: Role, scope: Scope) -> Principal {
    Principal { name: "somebody".into(), role, scope }
}

/// People of every kind, some of whom have rows.
async fn people(engine: &Engine) -> Vec<Principal> {
    let village = whole(engine, "select min(village_code) from case_state").await.expect("a village").remove(0);
    let most =
        "select org_code from case_state where org_code is not null group by org_code order by count(*) desc limit 1";
    let office = whole(engine, most).await.expect("a department").remove(0);
    let region = |digits: usize| Scope::Region(village[..digits].to_owned());
    let mut people = vec![
        principal(Role::Agent, region(12)),
        principal(Role::Leader, region(9)),
        principal(Role::ControlCentre, region(6)),
        principal(Role::Analyst, region(6)),
        principal(Role::Auditor, region(12)),
        principal(Role::Analyst, Scope::Region("99".into())),
        principal(Role::Agent, Scope::Organization(office.clone())),
        principal(Role::Analyst, Scope::Organization(office)),
        principal(Role::Analyst, Scope::Organization("' or true or org_code = '".into())),
        principal(Role::Admin, Scope::All),
        principal(Role::Analyst, Scope::All),
    ];
    people.push(Principal::local());
    people
}

/// Numbers and names of rows that are not theirs.
async fn foreign(engine: &Engine, principal: &Principal) -> HashSet<String> {
    let mut foreign = HashSet::new();
    for (table, key) in KEYS {
        let Some(condition) = of_them(table, &principal.scope) else { continue };
        let sql = format!("select {key} from {table} where not coalesce({condition}, false)");
        foreign.extend(whole(engine, &sql).await.expect("rows"));
    }
    foreign
}

/// Hashes of people, whoever may see their rows.
async fn hashes(engine: &Engine) -> HashSet<String> {
    let mut hashes = HashSet::new();
    for (table, column) in [
        ("workflow_case", "applicant_hash"),
        ("rating", "rater_hash"),
        ("feedback_message", "author_hash"),
        ("listing", "seller_hash"),
        ("deal", "buyer_hash"),
        ("parcel", "tracking_no_hash"),
    ] {
        let sql = format!("select distinct {column} from {table} where {column} is not null");
        hashes.extend(whole(engine, &sql).await.expect("rows"));
    }
    assert!(hashes.len() > 10, "the sample has nothing to hide");
    hashes
}

fn tells(text: &str, secrets: &HashSet<String>) -> bool {
    text.split(|c: char| c.is_whitespace() || "'\"(),;{}[]".contains(c)).any(|word| secrets.contains(word))
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_what_is_not_theirs() {
    let place = lake();
    let engine = engine(&place).await;
    attacks_by_name(&engine, &place).await;
    a_metric_of_a_region_is_what_all_are_told_of_it(&engine).await;
    random_questions_are_answered_of_the_askers_rows_alone(&engine).await;
}

async fn random_questions_are_answered_of_the_askers_rows_alone(engine: &Engine) {
    let number = |name: &str, usual| std::env::var(name).map_or(usual, |text| text.parse().expect("a number"));
    let (trials, seed) = (number("SUNLAKE_POLICY_TRIALS", TRIALS), number("SUNLAKE_SEED", 7));
    let mut dice = Dice::new(seed);
    let mut known = Vec::new();
    for principal in people(engine).await {
        let tables = engine.catalog(&principal, None).await.expect("a catalog");
        let foreign = foreign(engine, &principal).await;
        known.push((principal, tables, foreign));
    }
    let hashes = hashes(engine).await;
    let mut values: HashMap<(String, String), Vec<String>> = HashMap::new();
    let (mut same, mut rows, mut failed) = (0_u64, 0_usize, 0_u64);
    for trial in 0..trials {
        let (principal, tables, foreign) = &known[dice.below(known.len())];
        let question = dice.question(tables, &mut values, engine).await;
        let told = asked(engine, principal, &question.theirs()).await;
        let beside = whole(engine, &question.whole(|table| of_them(table, &principal.scope))).await;
        let at = format!("SUNLAKE_SEED={seed}, trial {trial}, {principal:?}: {}", question.theirs());
        match (told, beside) {
            (Ok(told), Ok(beside)) => {
                assert_eq!(told, beside, "{at}");
                assert!(!told.iter().any(|row| tells(row, &hashes)), "{at}: a hash of a person");
                same += 1;
                rows += told.len();
            }
            // A value of a row that is not theirs made the other one fail.
            (Ok(told), Err(_)) => assert!(!told.iter().any(|row| tells(row, &hashes)), "{at}: a hash of a person"),
            (Err(error), beside) => {
                // Which condition is looked at first is the engine's to choose.
                let may_fail = ["cast(", "1 / ("].iter().any(|part| question.theirs().contains(part));
                let is_theirs = matches!(error, AnalyticsError::Refused { .. }) && (beside.is_err() || may_fail);
                assert!(is_theirs, "{at}: {error}, but the operator is told {beside:?}");
                let said = error.to_string();
                assert!(!tells(&said, &hashes) && !tells(&said, foreign), "{at}: {said}");
                failed += 1;
            }
        }
    }
    println!("{trials} questions: {same} told the same, {rows} rows, {failed} failed on a value of the asker's own");
    assert!(same > trials / 2 && rows > 100, "too few say anything: {same}, {rows} rows");
}

async fn attacks_by_name(engine: &Engine, place: &Place) {
    let hashes = hashes(engine).await;
    for principal in people(engine).await.into_iter().step_by(2).chain([Principal::local()]) {
        let foreign = foreign(engine, &principal).await;
        let tables = engine.catalog(&principal, None).await.expect("a catalog");
        assert!(!tables.iter().any(|table| hides(&principal, table)), "{principal:?}");
        for (table, _) in KEYS {
            let rows = asked(engine, &principal, &format!("select * from {table}")).await.expect("rows");
            assert!(!rows.iter().any(|row| tells(row, &hashes)), "{principal:?}: {table} has a hash of a person");
        }
        // What is masked cannot be named, in no place of a question.
        for sql in [
            "select applicant_hash from workflow_case",
            "select count(*) from workflow_case where applicant_hash like 'a%'",
            "select count(*) from workflow_case group by applicant_hash",
            "select case_no from workflow_case order by applicant_hash",
            "select w.applicant_hash from (select * from workflow_case) as w",
            "with w as (select * from workflow_case) select applicant_hash from w",
            "select count(*) from case_state where exists (select 1 from workflow_case where applicant_hash is null)",
            "select * from workflow_case as a join workflow_case as b using (applicant_hash)",
            "select l.h from case_state as c, lateral (select applicant_hash as h from workflow_case) as l",
            "select case_no from workflow_case union select seller_hash from listing",
            "select max(applicant_hash) over () from workflow_case",
            "select applicant_hash from lake.workflow_case",
            "select sunlake.public.workflow_case.applicant_hash from workflow_case",
            "select * from overlay.case_state",
            "select * from overlay.hidden",
        ] {
            let error = asked(engine, &principal, sql).await.expect_err(sql);
            assert!(!tells(&error.to_string(), &hashes), "{sql}: {error}");
        }
        // A value that cannot be cast is not told to whom the row is not.
        for sql in [
            "select cast(case_no as bigint) from case_state",
            "select 1 / (length(case_no) - length(case_no)) from case_state",
            "select to_timestamp(card_id) from card",
            "select cast(event_id as date) from workflow_event where case_no is not null",
            "select arrow_cast(msg_id, 'Decimal128(38, 2)') from feedback_message",
            "select case when cast(case_no as bigint) > 0 then 1 else 2 end from case_state",
            "select s.case_no from case_state as s join card as c on cast(s.case_no as bigint) = length(c.case_no)",
        ] {
            if let Err(error) = asked(engine, &principal, sql).await {
                let said = error.to_string();
                assert!(!tells(&said, &foreign) && !tells(&said, &hashes), "{principal:?}: {sql}: {said}");
                assert!(principal.sees_all() || !said.contains("TEST-"), "{principal:?}: {sql}: {said}");
            }
        }
        if let Scope::Region(code) | Scope::Organization(code) = &principal.scope {
            let sql = "select case_no from case_state where village_code > '4' and cast(case_no as varchar) <> 'a'";
            let plan = engine.explain(&principal, None, sql, &AskLimits::default()).await.expect("a plan");
            let place = place.dir.path().to_string_lossy().into_owned();
            assert!(!plan.contains(code.as_str()) && !plan.contains(&place), "{plan}");
        }
    }
}

async fn a_metric_of_a_region_is_what_all_are_told_of_it(engine: &Engine) {
    let village = whole(engine, "select min(village_code) from case_state").await.expect("a village").remove(0);
    let analyst = principal(Role::Analyst, Scope::Region(village[..6].to_owned()));
    for (metric, column) in [("M01", "accepted_n"), ("M03", "due_n")] {
        let period = "'2022-10-01', '2023-09-01'";
        let theirs = format!("select {column} from metric('{metric}', {period})");
        let all = format!(
            "select {column} from metric('{metric}', {period}, 'county') where bucket like '{}%'",
            &village[..6]
        );
        let (theirs, all) = (asked(engine, &analyst, &theirs).await, whole(engine, &all).await);
        assert_eq!(theirs.expect("a metric"), all.expect("a metric"), "{metric}");
    }
    // A case is explained to whom it is, and to nobody else.
    let foreign =
        whole(engine, &format!("select max(case_no) from case_state where village_code <> '{village}'")).await;
    let foreign = foreign.expect("a case").remove(0);
    let agent = principal(Role::Agent, Scope::Region(village));
    let session = engine.session(&agent, None).await.expect("a session");
    assert!(session.explain(&foreign).await.expect("an answer").is_none());
    let mine = asked(engine, &agent, "select min(case_no) from case_state").await.expect("a case").remove(0);
    assert!(session.explain(&mine).await.expect("an answer").is_some());
}

/// Whether a table has a column that the role is not to have.
fn hides(principal: &Principal, table: &TableDoc) -> bool {
    table.columns.iter().any(|column| is_masked(principal.role, &table.name, &column.name))
}

/// Whether a question can be made with values of a column.
fn is_text(kind: &DataType) -> bool {
    *kind == DataType::Utf8
}
