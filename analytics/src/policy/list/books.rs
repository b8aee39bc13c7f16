//! Sums, lists and the lake's own books.

use super::{Class, Rows, Table};

/// Sums have a place or a department; lists are for everyone; books tell of everyone.
pub(super) const TABLES: &[Table] = &[
    Table {
        names: &["village_day"],
        rows: Rows::Of { place: Some("village_code"), organization: &[] },
        columns: &[(Class::Open, "village_code day received accepted closed closed_on_time due due_on_time")],
    },
    Table {
        names: &["village_item_month"],
        rows: Rows::Of { place: Some("village_code"), organization: &[] },
        columns: &[(
            Class::Open,
            "village_code item_id month received accepted closed ended clo clo_on_time clo_not_instant clo_early \
                due due_on_time due_not_instant due_not_instant_on_time due_moved decided decided_instant \
                statutory_n statutory_wd used_wd supervised supervised_ended overdue_began overdue_ended",
        )],
    },
    Table {
        names: &["org_item_day"],
        rows: Rows::Of { place: None, organization: &["org_code"] },
        columns: &[(
            Class::Open,
            "org_code item_id day received accepted closed ended clo clo_on_time clo_not_instant clo_early due \
                due_on_time due_not_instant due_not_instant_on_time due_moved decided decided_instant statutory_n \
                statutory_wd used_wd supervised supervised_ended overdue_began overdue_ended",
        )],
    },
    Table {
        names: &["handling_hist"],
        rows: Rows::Of { place: Some("village_code"), organization: &["org_code"] },
        columns: &[(Class::Open, "grain month village_code org_code item_id is_instant used_days_tenths n zero_day")],
    },
    Table {
        names: &["agent", "agent_history"],
        rows: Rows::Of { place: Some("village_code"), organization: &["org_code"] },
        columns: &[
            (
                Class::Open,
                "agent_id version village_code org_code is_substitute status valid_from valid_to is_deleted batch_id",
            ),
            (Class::Staff, "name note"),
        ],
    },
    Table {
        names: &["organization", "organization_history"],
        rows: Rows::Everyone,
        columns: &[(Class::Open, "org_code name name_en level kind valid_to is_deleted batch_id")],
    },
    Table {
        names: &["region", "region_history"],
        rows: Rows::Everyone,
        columns: &[(Class::Open, "edition code name level parent_code valid_from valid_to is_deleted batch_id")],
    },
    Table {
        names: &["region_edition"],
        rows: Rows::Everyone,
        columns: &[(Class::Open, "edition first_day end_day told_end villages")],
    },
    Table {
        names: &["region_change"],
        rows: Rows::Everyone,
        columns: &[(Class::Open, "earlier later change code level name_before name_after successor_code first_day")],
    },
    Table {
        names: &["village"],
        rows: Rows::Everyone,
        columns: &[(Class::Open, "village_code village_name township_code township_name county_code county_name")],
    },
    Table {
        names: &["village_edition"],
        rows: Rows::Everyone,
        columns: &[(
            Class::Open,
            "edition village_code village_name township_code township_name county_code county_name first_day \
                end_day",
        )],
    },
    Table {
        names: &["village_ever"],
        rows: Rows::Everyone,
        columns: &[(
            Class::Open,
            "village_code village_name township_code township_name county_code county_name edition first_day \
                gone_on",
        )],
    },
    Table {
        names: &["service_item", "service_item_history"],
        rows: Rows::Everyone,
        columns: &[(
            Class::Open,
            "item_id version item_code name name_en item_type case_kind statutory_limit statutory_unit \
                promised_limit promised_unit limit_basis max_extension_days allowed_stop_kinds village_limit \
                village_unit dept_kind flow_steps max_visits certificate item_impl_code item_base_code \
                exercise_level conditions materials is_charged fee_standard channels dept_code dept_name region_code \
                status valid_from valid_to note is_deleted batch_id put_at replaced_at",
        )],
    },
    Table {
        names: &["power_item", "power_item_history"],
        rows: Rows::Everyone,
        columns: &[(
            Class::Open,
            "power_id version village_code area_no area_name name basis holder_role flowchart_uri responsibility \
                risk_points disclosure_cycle retention_days valid_from valid_to note is_deleted batch_id",
        )],
    },
    Table {
        names: &["policy_item", "policy_item_history"],
        rows: Rows::Everyone,
        columns: &[(
            Class::Open,
            "policy_id version title category issuer doc_no audience summary body_uri published_on valid_from \
                valid_to note is_deleted batch_id",
        )],
    },
    Table {
        names: &["calendar_day"],
        rows: Rows::Everyone,
        columns: &[(Class::Open, "region date is_workday kind name version known_from")],
    },
    Table {
        names: &["calendar_year"],
        rows: Rows::Everyone,
        columns: &[(Class::Open, "region year status source_doc known_from")],
    },
    Table {
        names: &["office_hours"],
        rows: Rows::Everyone,
        columns: &[(Class::Open, "region valid_from valid_to weekday_windows put_at replaced_at")],
    },
    Table {
        names: &["sla_policy"],
        rows: Rows::Everyone,
        columns: &[(Class::Open, "policy version region official valid_from valid_to body put_at replaced_at")],
    },
    Table {
        names: &["metric_parameter"],
        rows: Rows::Everyone,
        columns: &[(Class::Open, "key value valid_from source")],
    },
    Table { names: &["lake_meta"], rows: Rows::Everyone, columns: &[(Class::Open, "key value")] },
    Table {
        names: &["source_status"],
        rows: Rows::Everyone,
        columns: &[(
            Class::Open,
            "source_system watermark last_batch_at batches rows_landed rows_quarantined rows_known",
        )],
    },
    Table {
        names: &["freshness"],
        rows: Rows::Everyone,
        columns: &[(Class::Open, "villages sources batches watermark last_batch_at")],
    },
    Table {
        names: &["data_incident"],
        rows: Rows::Nobody,
        columns: &[(Class::Open, "kind region year cases open_cases")],
    },
    Table {
        names: &["quarantine"],
        rows: Rows::Nobody,
        columns: &[
            (
                Class::Open,
                "batch_id source_system mapping line table_name field rule ingested_at output attempt resolved",
            ),
            (Class::Words, "reason"),
            (Class::Source, "file_name row_hash"),
        ],
    },
    Table {
        names: &["refusal"],
        rows: Rows::Nobody,
        columns: &[
            (
                Class::Open,
                "batch_id attempt source_system mapping line output table_name field rule is_resolution ingested_at \
                is_open",
            ),
            (Class::Words, "reason"),
            (Class::Source, "file_name row_hash"),
        ],
    },
    Table {
        names: &["ingest_batch"],
        rows: Rows::Nobody,
        columns: &[
            (
                Class::Open,
                "batch_id source_system mapping mapping_version file_bytes extract_time is_complete records rows_in \
                rows_landed rows_quarantined rows_known first_event_at last_event_at ingested_at known_at attempt \
                state withdrawn_at",
            ),
            (Class::Source, "file_name pull_name pull_cursor idempotency_key new_columns"),
        ],
    },
    Table {
        names: &["standing_batch"],
        rows: Rows::Nobody,
        columns: &[
            (
                Class::Open,
                "batch_id attempt source_system mapping extract_time is_complete rows_in rows_landed rows_quarantined \
                rows_known ingested_at",
            ),
            (Class::Source, "file_name"),
        ],
    },
];
