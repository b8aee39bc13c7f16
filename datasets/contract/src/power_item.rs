use super::Kind::*;
use super::{BATCH_ID, Contract, IS_DELETED, MadeId, Role, may, must};

/// 村级权力清单: what a village may decide, versioned (domain §7 `power_item`; the article: 72 in 14
/// areas, each with a flowchart).
pub static POWER_ITEM: Contract =
    Contract {
        table: "power_item",
        grain: "one version of one power",
        key: &["power_id", "version"],
        partition: &[],
        sort: &["power_id", "version"],
        stats: &["power_id"],
        bloom: &[],
        standard: "domain §7 `power_item`",
        role: Role::Reference,
        happened: &[],
        made_id: MadeId::Never,
        fields: &[
            must("power_id", Text, "code of the power"),
            must("version", Int, "version, 1 upward").unit("no."),
            must("village_code", Text, "12-digit region code of the village; ALL: of every village"),
            must("area_no", Int, "number of its area, 1-14").unit("no., 1 to 14"),
            may("area_name", Text, "name of its area"),
            must("name", Text, "name in Chinese"),
            may("basis", Prose, "rule that it rests on"),
            may("holder_role", Text, "who exercises it, e.g. 村民委员会"),
            may("flowchart_uri", Text, "where its flowchart rests"),
            may("responsibility", Prose, "duties that go with it"),
            may("risk_points", Prose, "廉政风险点: where it may be misused"),
            may("disclosure_cycle", Text, "YEARLY, QUARTERLY, MONTHLY, AT_ONCE: how often its use is disclosed")
                .one_of(&["YEARLY", "QUARTERLY", "MONTHLY", "AT_ONCE"]),
            may("retention_days", Int, "natural days for which its papers are kept").unit("CD"),
            must("valid_from", Date, "first day in force"),
            may("valid_to", Date, "first day no longer in force"),
            may("note", Prose, "e.g. that the row is made up for the demonstration"),
            IS_DELETED,
            BATCH_ID,
        ],
    };
