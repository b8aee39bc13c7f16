//! `/assets/{file}`: style sheet and script, part of the binary. Nothing comes from elsewhere.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::error::HttpError;

/// `htmx.min.js` is htmx 2.0.4 as npm has it (htmx.org, Zero-Clause BSD); `editor.min.js` is made by scripts/bundle-web
/// of what `editor.licences.txt` names; the rest is ours.
const FILES: [(&str, &str, &str); 13] = [
    ("sunlake.css", "text/css; charset=utf-8", include_str!("../../assets/sunlake.css")),
    ("wall.css", "text/css; charset=utf-8", include_str!("../../assets/wall.css")),
    ("htmx.min.js", "text/javascript; charset=utf-8", include_str!("../../assets/htmx.min.js")),
    ("connection.js", "text/javascript; charset=utf-8", include_str!("../../assets/connection.js")),
    ("hub.js", "text/javascript; charset=utf-8", include_str!("../../assets/hub.js")),
    ("live.js", "text/javascript; charset=utf-8", include_str!("../../assets/live.js")),
    ("wall.js", "text/javascript; charset=utf-8", include_str!("../../assets/wall.js")),
    ("editor.min.js", "text/javascript; charset=utf-8", include_str!("../../assets/editor.min.js")),
    ("editor.licences.txt", "text/plain; charset=utf-8", include_str!("../../assets/editor.licences.txt")),
    ("sql.js", "text/javascript; charset=utf-8", include_str!("../../assets/sql.js")),
    ("sql_rows.js", "text/javascript; charset=utf-8", include_str!("../../assets/sql_rows.js")),
    ("sql.css", "text/css; charset=utf-8", include_str!("../../assets/sql.css")),
    ("icon.svg", "image/svg+xml", include_str!("../../assets/icon.svg")),
];

/// One of the files.
pub(crate) async fn show(Path(file): Path<String>) -> Result<Response, HttpError> {
    let found = FILES.iter().find(|(name, _, _)| *name == file);
    let (_, kind, text) = found.ok_or_else(|| HttpError::missing("page", &file))?;
    Ok(([(CONTENT_TYPE, *kind), (CACHE_CONTROL, "max-age=300")], *text).into_response())
}
