//! The law behind a case.

use analytics::CaseItem;

/// The law's articles. It is about licences; whose limit is laid down elsewhere follows it by
/// analogy (domain §2).
pub(super) fn law(item: &CaseItem, articles: &str) -> String {
    let is_licence = item.limit_basis.as_deref().is_none_or(|basis| basis.contains("行政许可法"));
    format!("{}行政许可法 art {articles}", if is_licence { "" } else { "by analogy " })
}
