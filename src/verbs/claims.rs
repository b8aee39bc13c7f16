use anyhow::Result;

use super::{Shared, metric};
use crate::cli::ClaimsArgs;
use crate::output;

pub async fn run(shared: &Shared, args: &ClaimsArgs) -> Result<()> {
    let days = metric::days(args.from.as_deref(), args.to.as_deref())?;
    let session = shared.session().await?;
    let rows = analytics::claims(&session, metric::period(days, &session)?).await?;
    output::write(&rows, args.format.into(), shared.global.json, None)
}
