use super::Kind::*;
use super::{Contract, Role, may, must};

/// 服务事项, versioned (domain §7 `service_item`).
pub static SERVICE_ITEM: Contract = Contract {
    table: "service_item",
    grain: "one version of one service item",
    key: &["item_id", "version"],
    partition: &[],
    sort: &["item_id", "version"],
    stats: &["item_id"],
    bloom: &[],
    role: Role::Reference,
    fields: &[
        must("item_id", Text, "事项"),
        must("version", Int, "version, 1 upward"),
        may("item_code", Text, "code in the source's code system"),
        must("name", Text, "name in Chinese"),
        may("name_en", Text, "name in English"),
        may("item_type", Text, "01 permit, 05 payment, 07 confirmation, 20 public service, 10 other (GB/T 39046 A.1)"),
        must("case_kind", Text, "INSTANT or PROMISED"),
        may("statutory_limit", Int, "法定办结时限"),
        may("statutory_unit", Text, "unit of statutory_limit"),
        may("promised_limit", Int, "承诺办结时限; 0 = instant"),
        may("promised_unit", Text, "unit of promised_limit"),
        may("limit_basis", Text, "where the limit is laid down"),
        may("max_extension_days", Int, "most days that an extension may add; unknown: 10 (行政许可法 art. 42)"),
        may(
            "allowed_stop_kinds",
            Text,
            "kinds of suspension that the item's own rule allows (workflow_event.stop_kind), separated by semicolons; those of 行政许可法 art. 45 need no mention",
        ),
        may("village_limit", Int, "limit of the village's part, in village_unit; unknown: the promise"),
        may("village_unit", Text, "unit of village_limit"),
        may("dept_kind", Text, "kind of the deciding department"),
        may("flow_steps", Text, "steps as level|name:limit, separated by semicolons"),
        may("max_visits", Int, "most visits that the item asks of an applicant"),
        must("certificate", Bool, "whether a certificate is delivered after the decision (行政许可法 art. 44)"),
        must("valid_from", Date, "first day in force"),
        may("valid_to", Date, "first day no longer in force"),
        may("note", Text, "e.g. that the row is made up for the demonstration"),
    ],
};
