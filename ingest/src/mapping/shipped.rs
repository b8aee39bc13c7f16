//! The mappings inside the program.

/// Name and text of each.
pub const SHIPPED: [(&str, &str); 5] = [
    ("workflow_case", include_str!("../../mappings/workflow_case.toml")),
    ("workflow_event", include_str!("../../mappings/workflow_event.toml")),
    ("receipt", include_str!("../../mappings/receipt.toml")),
    ("bpic15", include_str!("../../mappings/bpic15.toml")),
    ("boston311", include_str!("../../mappings/boston311.toml")),
];
