use analytics::Param;
use anyhow::Result;
use datasets::ids::RegionCode;

use super::Shared;
use crate::cli::{CardsArgs, Level};
use crate::output;

pub async fn run(shared: &Shared, args: &CardsArgs) -> Result<()> {
    let session = shared.session().await?;
    let level = match args.level {
        None => "%",
        Some(Level::Yellow) => "YELLOW",
        Some(Level::Red) => "RED",
    };
    let region = args.region.as_deref().map(|code| RegionCode::new(code).prefix().to_owned()).unwrap_or_default();
    let params = [("level", Param::Text(level.into())), ("region", Param::Text(region))];
    let rows = session.query(queries::CARD_LIST, &params).await?;
    output::write(&rows, args.format.into(), shared.global.json, None)
}
