use analytics::{Principal, Right, Role, Scope};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use crate::error::HttpError;

/// How somebody has come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// On loopback, while there are no accounts.
    Local,
    /// To what is for everybody, without signing in.
    Public,
    /// By a session's cookie.
    Session,
    /// By an access token.
    Token,
    /// By the token of a wall.
    Device,
}

/// Who asks. The gate puts it on each request, and nothing else does.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub principal: Principal,
    /// Id of the session, if there is one.
    pub session: Option<String>,
    pub way: Way,
    /// Whether the password is one that somebody else has made: then nothing but another is let in.
    pub must_change_password: bool,
    /// What a form that changes something has to carry as `csrf`, a script as `x-csrf-token`; empty where
    /// nothing but the page's own address is asked for.
    pub csrf: String,
    /// Where the request comes from, for the audit.
    pub address: String,
}

impl Visitor {
    /// Whoever sits at this machine, while there are no accounts.
    pub fn local() -> Self {
        super::tokens::of_principal(Principal::local(), Way::Local)
    }

    /// Somebody who has not signed in: sees no row, and comes to what is for everybody alone.
    pub(crate) fn nobody() -> Self {
        let principal =
            Principal { name: "-".to_owned(), role: Role::Agent, scope: Scope::Organization("-".to_owned()) };
        super::tokens::of_principal(principal, Way::Public)
    }

    /// Whether it may do that.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.principal.may(right)
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        // Not there: the gate has not seen the request, so nobody has let it in.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| HttpError::SignIn.into_response())
    }
}
