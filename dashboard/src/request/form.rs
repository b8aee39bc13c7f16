//! What a form sends.

use std::time::Duration;

use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, FromRequest, Request};
use axum::http::StatusCode;

use crate::error::HttpError;

/// How long a form may take to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Names and values as they were sent.
pub(crate) struct Fields(Vec<(String, String)>);

/// Reads a form of at most so many bytes.
pub(crate) async fn read_form(mut request: Request, most: usize) -> Result<Fields, HttpError> {
    DefaultBodyLimit::max(most).apply(&mut request);
    let form = Form::<Vec<(String, String)>>::from_request(request, &());
    match tokio::time::timeout(PATIENCE, form).await {
        Ok(Ok(Form(pairs))) => Ok(Fields(pairs)),
        Ok(Err(rejection)) if is_too_large(&rejection) => Err(HttpError::TooLarge),
        Ok(Err(_)) | Err(_) => Err(HttpError::Form),
    }
}

fn is_too_large(rejection: &FormRejection) -> bool {
    rejection.status() == StatusCode::PAYLOAD_TOO_LARGE
}

impl Fields {
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value, or none at all.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.value(name).unwrap_or_default()
    }
}
