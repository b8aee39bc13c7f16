//! The supervision dashboard: the only crate that knows HTTP, HTML, SVG and PostgreSQL's protocol. A handler extracts what
//! is asked for, asks `analytics`, and renders.

pub mod accounts;
mod api;
mod audit;
mod charts;
mod corrections;
mod error;
mod format;
mod frame;
mod gate;
mod guard;
mod i18n;
mod kept;
mod live;
mod oidc;
mod pages;
mod place;
mod request;
mod serve;
mod sheet;
mod sql;
mod state;
mod svg;
mod theme;
mod tls;
pub mod wire;
mod work_days;

use std::sync::Arc;

use accounts::Accounts;
use analytics::{CheckRun, Engine};
pub use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use datasets::audit::AuditLog;
use ingest::push::{Push, Token};
use tokio::sync::{Semaphore, watch};
pub use tokio_rustls::TlsAcceptor;

use audit::Audit;
pub use corrections::Corrections;
pub use gate::Door;
use live::Pulse;
pub use oidc::{Oidc, OidcConfig, OidcError};
pub use serve::{Limits, serve};
use state::App;
pub use tls::{TlsError, acceptor};

/// Passwords that are hashed at a time: each takes 19 MiB and a core.
const HASHED_AT_ONCE: usize = 4;

/// How the pages are to look, and what may come in.
#[derive(Clone, Default)]
pub struct Options {
    /// Whether every page says that its records are made up.
    pub demo_banner: bool,
    /// What is pushed, if anybody may push.
    pub pushes: Option<Pushes>,
    /// What refused rows are read and corrected with, if the server has a vault with its key.
    pub corrections: Option<Corrections>,
    /// The latest run of the checks, if this server runs them.
    pub checks: Option<Checks>,
    /// How people come in by their accounts; without it whoever reaches the server is `local`.
    pub door: Option<Arc<Door>>,
    /// The provider at whom people may sign in, too.
    pub oidc: Option<Arc<Oidc>>,
    /// Where is noted who saw or did what; nothing is without it.
    pub audit: Option<AuditLog>,
    /// What `/admin` tells of the configuration: keys and values, none of them secret.
    pub told: Arc<[(String, String)]>,
}

/// The latest run of the checks; none before the first.
pub type Checks = watch::Receiver<Option<Arc<CheckRun>>>;

/// Where pushed rows go, and who may push them.
#[derive(Clone)]
pub struct Pushes {
    pub push: Push,
    pub tokens: Arc<[Token]>,
}

/// All pages over an open engine, behind the gate. Pages are read (GET, HEAD); rows are pushed to
/// `/api/v1/ingest/{mapping}`, a refused row is corrected by the form on its page, and accounts are kept by
/// the forms of theirs. Within a tokio runtime: what looks for news of the lake begins here, and ends with
/// the router.
pub fn router(engine: Engine, accounts: Accounts, options: Options) -> Router {
    let max_body = options.pushes.as_ref().map_or(0, |pushes| pushes.push.options().max_body);
    let door = options.door.clone();
    let app = App {
        pulse: Pulse::start(engine.clone()),
        engine,
        audit: Audit::new(options.audit.clone(), accounts.clock()),
        accounts,
        options,
        rates: Arc::default(),
        hashing: Arc::new(Semaphore::new(HASHED_AT_ONCE)),
        forms: Arc::default(),
        kept: Arc::default(),
        published: Arc::default(),
    };
    Router::new()
        .merge(pages::own_routes())
        .route("/api/v1/ingest/{mapping}", post(api::ingest::take))
        .route("/", get(pages::overview::show))
        .route("/cards", get(pages::cards::show))
        .route("/cards.csv", get(pages::cards::export))
        .route("/cards.xlsx", get(pages::cards::export))
        .route("/cases/{case_no}", get(pages::case::show))
        .route("/villages", get(pages::villages::show))
        .route("/villages.csv", get(pages::villages::export))
        .route("/villages.xlsx", get(pages::villages::export))
        .route("/villages/{code}", get(pages::village::show))
        .route("/search", get(pages::search::show))
        .route("/quality", get(pages::quality::show))
        .route("/quality/{table}", get(pages::quality::export))
        .route("/quality/rows", get(pages::quality::rows::show))
        .route("/quality/rows.csv", get(pages::quality::rows::export))
        .route("/quality/rows.xlsx", get(pages::quality::rows::export))
        .route("/quality/rows/{id}", get(pages::quality::row::show).post(pages::quality::correct::take))
        .route("/organizations", get(pages::desk::show))
        .route("/organizations/{table}", get(pages::desk::export))
        .route("/items", get(pages::desk::show))
        .route("/items/{table}", get(pages::desk::export))
        .route("/market", get(pages::desk::show))
        .route("/market/{table}", get(pages::desk::export))
        .route("/feedback", get(pages::desk::show))
        .route("/feedback/{table}", get(pages::desk::export))
        .route("/disclosure", get(pages::desk::show))
        .route("/disclosure/{table}", get(pages::desk::export))
        .route("/savings", get(pages::savings::show))
        .route("/savings/{table}", get(pages::desk::export))
        .route("/metrics", get(pages::dictionary::show))
        .route("/metrics/{id}", get(pages::dictionary::one::show))
        .route("/metrics/{id}/figures.csv", get(pages::dictionary::one::export))
        .route("/metrics/{id}/figures.xlsx", get(pages::dictionary::one::export))
        .route("/metrics/{id}/rows", get(pages::dictionary::rows::show))
        .route("/metrics/{id}/rows.csv", get(pages::dictionary::rows::export))
        .route("/metrics/{id}/rows.xlsx", get(pages::dictionary::rows::export))
        .route("/sql", get(pages::sql::show).post(pages::sql::take))
        .route("/sql/chart", post(pages::sql::draw).layer(DefaultBodyLimit::max(sql::MOST_BODY)))
        .route("/sql/catalog.json", get(pages::sql::catalog::list))
        .route("/sql/tables/{name}", get(pages::sql::catalog::show))
        .route("/api", get(api::openapi::show))
        .route("/api/openapi.json", get(api::openapi::document))
        .route("/api/v1/sql", post(api::sql::take))
        .route("/api/v1/metrics/{id}", get(api::metric::show))
        .route("/sunshine", get(pages::sunshine::show))
        .route("/sunshine.csv", get(pages::sunshine::export))
        .route("/sunshine.xlsx", get(pages::sunshine::export))
        .route("/wall", get(pages::wall::show))
        .route("/live", get(live::show))
        .route("/healthz", get(pages::healthz::show))
        .route("/assets/{file}", get(pages::assets::show))
        .fallback(pages::missing)
        .method_not_allowed_fallback(pages::not_allowed)
        .layer(DefaultBodyLimit::max(max_body))
        .layer(from_fn_with_state(app.clone(), gate::keep))
        .layer(from_fn(error::dress))
        .layer(from_fn_with_state(door, guard::watch))
        .with_state(app)
}
