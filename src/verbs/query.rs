use std::io::Read;

use analytics::Param;
use anyhow::Result;

use super::Shared;
use crate::cli::{Misuse, QueryArgs};
use crate::{limit, output, time};

pub async fn run(shared: &Shared, args: &QueryArgs) -> Result<()> {
    let mut sql = args.sql.clone();
    if sql == "-" {
        sql.clear();
        std::io::stdin().lock().read_to_string(&mut sql)?;
    }
    let params = args.params.iter().map(|pair| param(pair)).collect::<Result<Vec<_>>>()?;
    let session = shared.session().await?;
    let rows = limit::query(session, sql, params, args.timeout)?;
    output::write(&rows, args.format, shared.global.json, args.output.as_deref())
}

/// `k=v`: a date, a whole number, or else text.
fn param(pair: &str) -> Result<(String, Param)> {
    let Some((name, value)) = pair.split_once('=') else {
        return Err(Misuse(format!("--param {pair:?} is not of the form name=value")).into());
    };
    let number = value.parse::<i64>().ok().filter(|number| number.to_string() == value);
    let value = match (time::date(value), number) {
        (Some(date), _) => Param::Date(date),
        (None, Some(number)) => Param::Int(number),
        (None, None) => Param::Text(value.to_owned()),
    };
    Ok((name.to_owned(), value))
}
