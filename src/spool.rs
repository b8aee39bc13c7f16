//! Input that is no file on this machine: kept in a temporary file outside the lake while it lands,
//! since landing reads it twice.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use futures::StreamExt;
use ingest::Input;
use object_store::ObjectStoreExt;
use tempfile::NamedTempFile;
use url::Url;

/// A file as it is; `-`, standard input; `scheme://…`, an object of a store. The temporary file is
/// gone when what comes with the input is dropped.
pub async fn input(file: &Path) -> Result<(Input, Option<NamedTempFile>)> {
    if file == Path::new("-") {
        let mut made = temporary()?;
        std::io::copy(&mut std::io::stdin().lock(), made.as_file_mut()).context("standard input")?;
        return Ok(named("stdin".into(), made));
    }
    match file.to_str().filter(|text| text.contains("://")) {
        Some(address) => fetch(address).await,
        None => Ok((Input::file(file), None)),
    }
}

async fn fetch(address: &str) -> Result<(Input, Option<NamedTempFile>)> {
    let url = Url::parse(address)
        .with_context(|| format!("{address} is no address; give a path, or one like file:///folder/file.csv"))?;
    let foreign = || format!("{address}: files are read from file:///… so far; fetch it first and give its path");
    // Other stores that are compiled in have not been tried, and ask the network for who we are.
    anyhow::ensure!(url.scheme() == "file", foreign());
    let (store, path) = object_store::parse_url(&url).with_context(foreign)?;
    let unread = || format!("{address} cannot be read; check the address and the permission");
    let mut pieces = store.get(&path).await.with_context(unread)?.into_stream();
    let mut made = temporary()?;
    while let Some(piece) = pieces.next().await {
        made.write_all(&piece.with_context(unread)?).context("the temporary folder")?;
    }
    let name = path.filename().map_or_else(|| address.to_owned(), str::to_owned);
    Ok(named(name, made))
}

fn temporary() -> Result<NamedTempFile> {
    let folder = std::env::temp_dir();
    let made = tempfile::Builder::new().prefix("sunlake-").tempfile_in(&folder);
    made.with_context(|| format!("{}: no temporary file can be made; set TMPDIR to another folder", folder.display()))
}

fn named(name: String, made: NamedTempFile) -> (Input, Option<NamedTempFile>) {
    (Input { path: made.path().to_owned(), name }, Some(made))
}
