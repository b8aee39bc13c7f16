use super::Kind::*;
use super::{BATCH_ID, Contract, IS_DELETED, MadeId, Role, may, must};

/// 代办员: who takes cases in for a village, versioned; one active agent a village and day (claim C1).
pub static AGENT: Contract = Contract {
    table: "agent",
    grain: "one version of one village agent",
    key: &["agent_id", "version"],
    partition: &[],
    sort: &["agent_id", "version"],
    stats: &["agent_id"],
    bloom: &[],
    standard: "our own (domain §0 C1)",
    role: Role::Reference,
    happened: &[],
    made_id: MadeId::Never,
    fields: &[
        must("agent_id", Text, "代办员: workflow_case.agent_id"),
        must("version", Int, "version, 1 upward").unit("no."),
        must("village_code", Text, "12-digit region code of the village"),
        may("name", Text, "name"),
        may("org_code", Text, "organization: organization.org_code"),
        may("is_substitute", Bool, "whether the agent stands in for another"),
        may("status", Text, "ACTIVE, ON_LEAVE, LEFT; unknown: ACTIVE").one_of(&["ACTIVE", "ON_LEAVE", "LEFT"]),
        must("valid_from", Date, "first day in force"),
        may("valid_to", Date, "first day no longer in force"),
        may("note", Prose, "e.g. that the row is made up for the demonstration"),
        IS_DELETED,
        BATCH_ID,
    ],
};
