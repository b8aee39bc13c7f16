//! Cases, cards and what people write and trade.

use super::{Class, Rows, Table};

/// Their rows belong to a place or a department.
pub(super) const TABLES: &[Table] = &[
    Table {
        names: &["case_state"],
        rows: Rows::Of { place: Some("village_code"), organization: &["org_code", "holder_org"] },
        columns: &[(
            Class::Open,
            "case_no source_system item_id item_name case_kind village_code township_code county_code org_code \
                holder_org apply_channel received_at start_kind start_from due_basis limit_n limit_unit \
                extension_days statutory_limit promised_limit due_on due_at yellow_at red_at statutory_due_on \
                statutory_due_at village_started_at village_due_on village_due_at village_ended_at suspended_from \
                suspended_until excluded_days closed_at closed_on closed_known_at close_result is_decided used_wd \
                used_days_tenths used_office_sec is_provisional events first_known_at last_known_at reasons steps \
                suspensions started_at started_on status is_open is_excluded is_judged",
        )],
    },
    Table {
        names: &["case_step"],
        rows: Rows::Through { key: "case_no", table: "case_state" },
        columns: &[(
            Class::Open,
            "case_no case_org_code item_id village_code township_code county_code step_seq step_name org_code \
                started_at ended_at limit_n limit_unit due_on due_at used_wd",
        )],
    },
    Table {
        names: &["case_suspension"],
        rows: Rows::Through { key: "case_no", table: "case_state" },
        columns: &[(
            Class::Open,
            "case_no case_org_code item_id village_code township_code county_code stop_id kind started_at \
                ended_at cap_at deducted_from deducted_until",
        )],
    },
    Table {
        names: &["card", "card_all", "card_forecast", "card_shadow"],
        rows: Rows::Of { place: Some("village_code"), organization: &["responsible_org"] },
        columns: &[(
            Class::Open,
            "card_id object_type object_id case_no clock level policy policy_version is_official cycle \
                source_system item_id item_name village_code township_code county_code responsible_org condition_at \
                issued_at due_at due_on over_statutory_at superseded_at lapsed_at cancelled_at cancel_reason \
                object_ended_at reasons state is_net is_open",
        )],
    },
    Table {
        names: &["workflow_case", "workflow_case_history"],
        rows: Rows::Through { key: "case_no", table: "case_state" },
        columns: &[
            (
                Class::Open,
                "case_no data_version source_system op_type item_id item_version item_name case_kind village_code \
                applicant_type apply_channel agent_id is_agent_assisted org_code statutory_limit statutory_unit \
                promised_limit promised_unit due_binding visits_count delivery_mode fee_due fee_paid entry_mode \
                is_deleted recorded_at known_at ingested_at batch_id",
            ),
            (Class::Words, "refuse_reason"),
            (Class::Source, "source_pk accept_doc_no result_cert_no attributes row_hash"),
            (Class::Personal, "applicant_hash hash_key_id"),
        ],
    },
    Table {
        names: &["workflow_event", "workflow_event_history"],
        rows: Rows::Through { key: "case_no", table: "case_state" },
        columns: &[
            (
                Class::Open,
                "event_id case_no source_system op_type seq event_type step_seq step_name step_limit actor_role \
                org_code close_result occurred_at ended_at recorded_at due_at stop_id stop_kind basis \
                approved_length approved_unit applied_at approved_at applicant_notified_at extension_wd to_village \
                to_org is_deleted unfolded biz_date known_at ingested_at batch_id biz_month",
            ),
            (Class::Words, "decision opinion stop_result"),
            (Class::Staff, "actor_id approver_id"),
            (Class::Source, "source_pk doc_uri source_prev_digest attributes row_hash"),
            (Class::Personal, "device_id ip_hash hash_key_id geo"),
        ],
    },
    Table {
        names: &["rating", "rating_history"],
        rows: Rows::Through { key: "case_no", table: "case_state" },
        columns: &[
            (
                Class::Open,
                "rating_id source_system op_type case_no round_no stars raw_code code_system channel rated_at \
                rater_kind is_default is_real_name eval_point rectify_due_at rectified_at follow_up_at appeal_state \
                is_deleted recorded_at known_at ingested_at batch_id",
            ),
            (Class::Words, "tags comment rectify_result"),
            (Class::Source, "source_pk attributes row_hash"),
            (Class::Personal, "rater_hash device_id ip_hash hash_key_id"),
        ],
    },
    Table {
        names: &["feedback_message", "feedback_message_history"],
        rows: Rows::Of { place: Some("village_code"), organization: &["assigned_org"] },
        columns: &[
            (
                Class::Open,
                "msg_id source_system op_type board village_code is_real_name kind posted_at reply_limit reply_unit \
                reply_due_at assigned_org assigned_at signed_at ended_at state visibility linked_case_no is_deleted \
                recorded_at known_at ingested_at batch_id",
            ),
            (Class::Words, "title text"),
            (Class::Source, "source_pk attributes row_hash"),
            (Class::Personal, "author_hash hash_key_id"),
        ],
    },
    Table {
        names: &["feedback_reply", "feedback_reply_history"],
        rows: Rows::Through { key: "msg_id", table: "feedback_message" },
        columns: &[
            (
                Class::Open,
                "reply_id msg_id source_system op_type is_first_human org_code replied_at outcome citizen_confirmed \
                satisfaction reopened_at is_deleted recorded_at known_at ingested_at batch_id",
            ),
            (Class::Words, "text"),
            (Class::Staff, "author_id"),
            (Class::Source, "source_pk attributes row_hash"),
        ],
    },
    Table {
        names: &["listing", "listing_history"],
        rows: Rows::Of { place: Some("village_code"), organization: &[] },
        columns: &[
            (
                Class::Open,
                "listing_id source_system op_type real_name_status verified_at village_code direction category \
                product grade qty unit qty_kg price price_unit price_per_kg harvest_date shelf_life_d posted_at \
                ends_at ended_at status review_state views inquiries photos is_deleted recorded_at known_at \
                ingested_at batch_id",
            ),
            (Class::Words, "title text"),
            (Class::Source, "source_pk attributes row_hash"),
            (Class::Personal, "seller_hash hash_key_id"),
        ],
    },
    Table {
        names: &["deal", "deal_history"],
        rows: Rows::Through { key: "listing_id", table: "listing" },
        columns: &[
            (
                Class::Open,
                "deal_id source_system op_type listing_id qty_kg unit_price amount confirmed_by agreed_at \
                confirmed_at cancelled_at pay_mode parcel_id is_deleted recorded_at known_at ingested_at batch_id",
            ),
            (Class::Source, "source_pk attributes row_hash"),
            (Class::Personal, "buyer_hash hash_key_id"),
        ],
    },
    Table {
        names: &["parcel", "parcel_history"],
        rows: Rows::Of { place: Some("from_village"), organization: &[] },
        columns: &[
            (
                Class::Open,
                "parcel_id source_system op_type carrier from_village to_region picked_at promised_at \
                arrived_endpoint_at delivered_at signed_at state exception_code is_deleted recorded_at known_at \
                ingested_at batch_id",
            ),
            (Class::Source, "source_pk attributes row_hash"),
            (Class::Personal, "tracking_no_hash hash_key_id"),
        ],
    },
    Table {
        names: &["market_price", "market_price_history"],
        rows: Rows::Everyone,
        columns: &[
            (
                Class::Open,
                "price_id source_system op_type market region_code category product grade unit low average high \
                low_per_kg average_per_kg high_per_kg price_on is_deleted recorded_at known_at ingested_at batch_id",
            ),
            (Class::Source, "source_pk attributes row_hash"),
        ],
    },
    Table {
        names: &["disclosure_obligation", "disclosure_obligation_history"],
        rows: Rows::Of { place: Some("village_code"), organization: &[] },
        columns: &[
            (
                Class::Open,
                "obligation_id source_system op_type catalogue_item item_name domain village_code cycle period \
                period_from period_to due_rule due_at on_display_days not_applicable_reason approved_at is_deleted \
                recorded_at known_at ingested_at batch_id",
            ),
            (Class::Staff, "approver_id"),
            (Class::Source, "source_pk attributes row_hash"),
        ],
    },
    Table {
        names: &["disclosure_publication", "disclosure_publication_history"],
        rows: Rows::Of { place: Some("village_code"), organization: &[] },
        columns: &[
            (
                Class::Open,
                "pub_id source_system op_type obligation_id domain village_code template_id title body_uri period \
                period_from period_to due_at submitted_at reviewed_at published_at channels notice_from notice_to \
                withdrawn_at corrected_from_pub_id required_fields_total required_fields_filled pii_scan_result \
                views is_deleted recorded_at known_at ingested_at batch_id",
            ),
            (Class::Words, "withdraw_reason"),
            (Class::Staff, "reviewer_id"),
            (Class::Source, "source_pk attributes row_hash"),
        ],
    },
];
