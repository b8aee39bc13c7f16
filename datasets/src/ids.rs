//! Identifiers as types, so that a batch id cannot be passed where a case number belongs.

/// Declares a text identifier: a newtype with `new`, `as_str`, `Display` and conversions.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is; the contract's checks decide whether it may land.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// 办件编号: one application (domain §1). Lengths differ by standard, so it is text.
    CaseNo
);
text_id!(
    /// One landed file, push or pull: `sha256(bytes + mapping version)` in hexadecimal.
    BatchId
);
text_id!(
    /// The platform a record came from, as its mapping names it.
    SourceSystem
);
text_id!(
    /// 行政区划代码: 12 places, 6 county + 3 township + 3 village (domain §6).
    RegionCode
);

impl RegionCode {
    /// The significant part of a code: `450521000000` -> `450521`, `450521101000` -> `450521101`.
    /// Everything below a region starts with it.
    pub fn prefix(&self) -> &str {
        let code = self.as_str();
        for (len, zeros) in [(4, "00000000"), (6, "000000"), (9, "000")] {
            if code.len() == 12 && code.is_char_boundary(len) && &code[len..] == zeros {
                return &code[..len];
            }
        }
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_prefix_covers_what_lies_below() {
        for (code, prefix) in [
            ("450500000000", "4505"),
            ("450521000000", "450521"),
            ("450521101000", "450521101"),
            ("450521101201", "450521101201"),
            ("450521", "450521"),
            ("市", "市"),
        ] {
            assert_eq!(RegionCode::new(code).prefix(), prefix);
        }
    }
}
