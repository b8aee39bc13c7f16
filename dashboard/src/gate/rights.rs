//! What it takes to come to an address: one table for all routes. What is not in it is a page.

use analytics::Right;
use axum::http::Method;

use crate::accounts::{Visitor, Way};

/// What a visitor needs.
#[derive(Clone, Copy)]
pub(super) enum Need {
    /// Nothing: it is for everybody, or asks for a token of its own.
    Nobody,
    /// To have signed in.
    Anyone,
    /// To have all of these.
    All(&'static [Right]),
}

/// How an address is met.
enum At {
    /// This very path, or whatever stands below it.
    Under(&'static str),
    /// A path that ends so.
    Ends(&'static str),
}

/// The first that fits counts. With true, it is for methods that change something alone.
const TABLE: &[(At, bool, Need)] = &[
    (At::Under("/login"), false, Need::Nobody),
    (At::Under("/assets"), false, Need::Nobody),
    (At::Under("/healthz"), false, Need::Nobody),
    (At::Under("/sunshine"), false, Need::Nobody),
    (At::Under("/sunshine.csv"), false, Need::Nobody),
    (At::Under("/sunshine.xlsx"), false, Need::Nobody),
    // It asks for the token of a source.
    (At::Under("/api/v1/ingest"), false, Need::Nobody),
    (At::Under("/logout"), false, Need::Anyone),
    (At::Under("/account"), false, Need::Anyone),
    (At::Under("/live"), false, Need::Anyone),
    (At::Under("/admin/audit"), false, Need::All(&[Right::Audit])),
    (At::Under("/admin"), false, Need::All(&[Right::Accounts])),
    (At::Under("/sql"), false, Need::All(&[Right::Sql])),
    (At::Under("/api/v1/sql"), false, Need::All(&[Right::Sql])),
    (At::Under("/quality/rows"), true, Need::All(&[Right::Quarantine, Right::Correct])),
    (At::Under("/quality/rows.csv"), false, Need::All(&[Right::Quarantine, Right::Export])),
    (At::Under("/quality/rows.xlsx"), false, Need::All(&[Right::Quarantine, Right::Export])),
    (At::Under("/quality/rows"), false, Need::All(&[Right::Quarantine])),
    (At::Ends(".csv"), false, Need::All(&[Right::Pages, Right::Export])),
    (At::Ends(".xlsx"), false, Need::All(&[Right::Pages, Right::Export])),
    (At::Ends(".parquet"), false, Need::All(&[Right::Pages, Right::Export])),
    (At::Ends(".arrow"), false, Need::All(&[Right::Pages, Right::Export])),
];

/// What an address takes.
pub(super) fn need(method: &Method, path: &str) -> Need {
    let fits = |(at, changes, _): &&(At, bool, Need)| at.is(path) && (!changes || !method.is_safe());
    TABLE.iter().find(fits).map_or(Need::All(&[Right::Pages]), |(_, _, need)| *need)
}

impl At {
    fn is(&self, path: &str) -> bool {
        match self {
            Self::Under(at) => path.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            Self::Ends(end) => path.ends_with(end),
        }
    }
}

impl Need {
    /// Whether that visitor has it. A wall shows the wall, and no other page.
    pub(super) fn is_met_by(self, visitor: &Visitor, path: &str) -> bool {
        let is_of_wall = visitor.way != Way::Device || ["/wall", "/live"].contains(&path);
        match self {
            Self::Nobody => true,
            Self::Anyone => is_of_wall && visitor.way != Way::Public,
            Self::All(rights) => is_of_wall && rights.iter().all(|right| visitor.may(*right)),
        }
    }
}

/// Whether an address has a bound of its own for what comes in.
pub(super) fn is_bounded(path: &str) -> bool {
    path.starts_with("/api/v1/ingest/")
}

/// Whether somebody comes there with a password that another has made.
pub(super) fn is_for_newcomers(path: &str) -> bool {
    ["/account", "/account/password", "/logout", "/healthz"].contains(&path) || path.starts_with("/assets/")
}

/// Whether a request makes a password be hashed, or the provider be asked.
pub(super) fn is_costly(method: &Method, path: &str) -> bool {
    let is_hashed = path == "/login" || path == "/account/password";
    (!method.is_safe() && is_hashed) || ["/login/provider", "/login/back"].contains(&path)
}

#[cfg(test)]
mod tests {
    use analytics::{Principal, Role, Scope};

    use super::*;

    fn rights(method: Method, path: &str) -> Option<&'static [Right]> {
        match need(&method, path) {
            Need::All(rights) => Some(rights),
            Need::Nobody | Need::Anyone => None,
        }
    }

    #[test]
    fn every_address_has_its_right_and_what_is_new_is_a_page() {
        for path in ["/", "/cards", "/cases/X", "/wall", "/no-such-page", "/loginx", "/assetsx", "/api/v1/new"] {
            assert!(matches!(rights(Method::GET, path), Some([Right::Pages])), "{path}");
        }
        for path in ["/login", "/login/back", "/assets/sunlake.css", "/sunshine.csv", "/api/v1/ingest/x"] {
            assert!(matches!(need(&Method::GET, path), Need::Nobody), "{path}");
        }
        for path in ["/cards.csv", "/organizations/ranking.xlsx", "/metrics/M01/rows.csv"] {
            assert!(matches!(rights(Method::GET, path), Some([Right::Pages, Right::Export])), "{path}");
        }
        let row = "/quality/rows/abc";
        assert!(matches!(rights(Method::GET, row), Some([Right::Quarantine])));
        assert!(matches!(rights(Method::POST, row), Some([Right::Quarantine, Right::Correct])));
        assert!(matches!(rights(Method::GET, "/quality/rows.csv"), Some([Right::Quarantine, Right::Export])));
        assert!(matches!(rights(Method::POST, "/admin/accounts"), Some([Right::Accounts])));
        assert!(matches!(rights(Method::GET, "/admin/audit"), Some([Right::Audit])));
        assert!(is_costly(&Method::POST, "/login") && !is_costly(&Method::GET, "/login"));
        assert!(is_costly(&Method::GET, "/login/back") && is_bounded("/api/v1/ingest/x") && !is_bounded("/api/v1/sql"));
    }

    #[test]
    fn a_wall_comes_to_the_wall_alone_and_nobody_to_no_page() {
        let principal = Principal { name: "wall a".into(), role: Role::Leader, scope: Scope::All };
        let wall = Visitor { principal, way: Way::Device, ..Visitor::nobody() };
        let comes = |visitor: &Visitor, path: &str| need(&Method::GET, path).is_met_by(visitor, path);
        assert!(comes(&wall, "/wall") && comes(&wall, "/live") && comes(&wall, "/assets/wall.css"));
        for path in ["/", "/cards", "/account", "/admin", "/sql", "/cards.csv"] {
            assert!(!comes(&wall, path), "{path}");
        }
        assert!(!comes(&Visitor::nobody(), "/account") && !comes(&Visitor::nobody(), "/live"));
    }
}
