//! The mappings inside the program.

/// Name and text of each.
pub const SHIPPED: [(&str, &str); 23] = [
    ("workflow_case", include_str!("../../../mappings/workflow_case.toml")),
    ("workflow_event", include_str!("../../../mappings/workflow_event.toml")),
    ("receipt", include_str!("../../../mappings/receipt.toml")),
    ("bpic15", include_str!("../../../mappings/bpic15.toml")),
    ("boston311", include_str!("../../../mappings/boston311.toml")),
    ("xinfadi", include_str!("../../../mappings/xinfadi.toml")),
    ("cn_messages", include_str!("../../../mappings/cn_messages.toml")),
    ("service_items_cn", include_str!("../../../mappings/service_items_cn.toml")),
    ("rating", include_str!("../../../mappings/rating.toml")),
    ("feedback_message", include_str!("../../../mappings/feedback_message.toml")),
    ("feedback_reply", include_str!("../../../mappings/feedback_reply.toml")),
    ("listing", include_str!("../../../mappings/listing.toml")),
    ("deal", include_str!("../../../mappings/deal.toml")),
    ("parcel", include_str!("../../../mappings/parcel.toml")),
    ("market_price", include_str!("../../../mappings/market_price.toml")),
    ("disclosure_obligation", include_str!("../../../mappings/disclosure_obligation.toml")),
    ("disclosure_publication", include_str!("../../../mappings/disclosure_publication.toml")),
    ("region", include_str!("../../../mappings/region.toml")),
    ("organization", include_str!("../../../mappings/organization.toml")),
    ("service_item", include_str!("../../../mappings/service_item.toml")),
    ("agent", include_str!("../../../mappings/agent.toml")),
    ("power_item", include_str!("../../../mappings/power_item.toml")),
    ("policy_item", include_str!("../../../mappings/policy_item.toml")),
];
