//! Answers statements in one session that stays open, for the benchmarks of queries (docs/BENCHMARKS.md): what is
//! timed is the question, neither the start of a process nor the opening of a lake.
//!
//! Usage: `warm LAKE AS_OF [SCOPE]`; with a scope, such as `region:4505`, as somebody who sees that part, so that what
//! the policy costs is the difference. Each line of standard input is a statement, `{"sql": …, "params": {"from": {"date": …}}}`,
//! whose values are of the kinds text, int, date and instant. It is run as the pages run theirs, and answered by a
//! line `{"ms": …, "rows": […]}`.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Instant;

use analytics::{Engine, Param, Principal, Role, Session};
use anyhow::{Context, Result, bail};
use datasets::clock::FixedClock;
use datasets::lake::{Lake, LakeUrl};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

/// That of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Bytes of stack for planning, as the program has them.
const STACK: usize = 64 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    sql: String,
    #[serde(default)]
    params: BTreeMap<String, Given>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Given {
    Text(String),
    Int(i64),
    Date(Date),
    Instant(Timestamp),
}

impl Given {
    fn param(&self) -> Param {
        match self {
            Self::Text(text) => Param::Text(text.clone()),
            Self::Int(number) => Param::Int(*number),
            Self::Date(date) => Param::Date(*date),
            Self::Instant(at) => Param::Instant(*at),
        }
    }
}

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (lake, as_of, principal) = match words.as_slice() {
        [lake, as_of] => (lake, as_of, Principal::local()),
        [lake, as_of, scope] => {
            (lake, as_of, Principal { name: "bench".into(), role: Role::ControlCentre, scope: scope.parse()? })
        }
        _ => bail!("usage: warm LAKE AS_OF [SCOPE] < STATEMENTS"),
    };
    let as_of: Timestamp = as_of.parse().context("AS_OF")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK).build()?;
    let session = runtime.block_on(open(lake, as_of, &principal))?;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let statement: Statement = serde_json::from_str(&line?)?;
        let (ms, rows) = runtime.block_on(answer(&session, &statement))?;
        writeln!(out, "{}", json!({"ms": ms, "rows": rows}))?;
        out.flush()?;
    }
    Ok(())
}

async fn open(lake: &str, as_of: Timestamp, principal: &Principal) -> Result<Session> {
    let lake = Arc::new(Lake::open(&LakeUrl::parse(lake)?).await?);
    let engine = Engine::open(lake, Arc::new(FixedClock(as_of))).await?;
    Ok(engine.session(principal, None).await?)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures the machine's time")]
async fn answer(session: &Session, statement: &Statement) -> Result<(f64, Vec<Value>)> {
    let params = statement.params.iter().map(|(name, given)| (name.as_str(), given.param()));
    let params: Vec<(&str, Param)> = params.collect();
    let begun = Instant::now();
    let rows = session.rows(&statement.sql, &params).await?;
    Ok((begun.elapsed().as_secs_f64() * 1000.0, rows))
}
