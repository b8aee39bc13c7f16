use analytics::Param;
use anyhow::Result;
use datasets::ids::RegionCode;
use queries::panel::STEP_FLOW;

use super::Shared;
use crate::cli::FlowArgs;
use crate::output;

pub async fn run(shared: &Shared, args: &FlowArgs) -> Result<()> {
    let session = shared.session().await?;
    let region = args.region.as_deref().map(|code| RegionCode::new(code).prefix().to_owned()).unwrap_or_default();
    let item = args.item.clone().unwrap_or_default();
    let params = [("item", Param::Text(item)), ("region", Param::Text(region))];
    let rows = session.query(STEP_FLOW, &params).await?;
    output::write(&rows, args.format.into(), shared.global.json, None)
}
