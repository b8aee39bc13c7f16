//! One macro for the enums that are codes in files, tables and exports.

/// A text that is no value of the enum `what`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is not a value of {what}")]
pub struct UnknownName {
    pub what: &'static str,
    pub found: String,
}

/// An enum with its code of record: `as_str`, `Display`, `FromStr` (which also takes the aliases)
/// and serde all use the same text.
macro_rules! named_enum {
    (
        $(#[$meta:meta])*
        $name:ident {
            $($(#[$note:meta])* $variant:ident = $text:tt $(| $alias:tt)*),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $($(#[$note])* #[serde(rename = $text $(, alias = $alias)*)] $variant),+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code of record.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text $(| $alias)* => Ok(Self::$variant),)+
                    _ => Err($crate::UnknownName {
                        what: stringify!($name),
                        found: text.to_owned(),
                    }),
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::{EventKind, Unit};

    #[test]
    fn codes_round_trip_and_units_take_the_provincial_codes() {
        for kind in EventKind::ALL {
            assert_eq!(kind.as_str().parse::<EventKind>(), Ok(*kind));
        }
        let units: Vec<Unit> = ["1", "2", "3", "4", "5"].iter().map(|code| code.parse().unwrap()).collect();
        assert_eq!(units, Unit::ALL);
        assert_eq!("wd".parse::<Unit>().unwrap_err().to_string(), "`wd` is not a value of Unit");
        assert!(EventKind::ALL.is_sorted_by_key(|kind| kind.rank()));
    }
}
