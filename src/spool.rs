//! Input that is no file on this machine: kept in a temporary file outside the lake while it lands,
//! since landing reads it twice. The file has no name, so nothing of it stays behind, whatever ends
//! this process.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use datasets::remote::{self, Remote};
use ingest::Input;
use url::Url;

use crate::cli::Misuse;
use crate::progress::Bar;

/// A file as it is; `-`, standard input; `file:///…`, a file by its address; any other address, an object
/// of a store. What comes with the input has to live as long as that is read.
pub async fn input(file: &Path, json: bool) -> Result<(Input, Option<File>)> {
    if file == Path::new("-") {
        let mut made = temporary()?;
        std::io::copy(&mut std::io::stdin().lock(), &mut made).context("standard input")?;
        return Ok(named("stdin".into(), made));
    }
    match file.to_str().filter(|text| text.contains("://")) {
        Some(address) if address.starts_with("file://") => Ok((Input::file(local(address)?), None)),
        Some(address) => fetch(address, json).await,
        None => Ok((Input::file(file), None)),
    }
}

/// Refuses what was meant as an address and can be none, before anything else is done.
pub fn check(files: &[PathBuf]) -> Result<(), Misuse> {
    for text in files.iter().filter_map(|file| file.to_str()) {
        let checked = match text.contains("://") && !text.starts_with("file://") {
            true => Remote::check_object(text),
            false => remote::refuse_without_slashes(text),
        };
        checked.map_err(|error| Misuse(error.to_string()))?;
        if text.starts_with("file://") {
            local(text)?;
        }
    }
    Ok(())
}

fn local(address: &str) -> Result<PathBuf, Misuse> {
    let path = Url::parse(address).ok().and_then(|url| url.to_file_path().ok());
    path.ok_or_else(|| Misuse(format!("{address} is no address; write file:///folder/file.csv")))
}

async fn fetch(address: &str, json: bool) -> Result<(Input, Option<File>)> {
    let object = Remote::object(address)?;
    let mut made = temporary()?;
    let bar = Bar::fetching(&object.name, json);
    let fetched = remote::fetch(&object, &mut made, &|came, of| bar.at_of(came, of)).await;
    bar.finish();
    fetched?;
    Ok(named(object.name, made))
}

fn temporary() -> Result<File> {
    let no_room = || {
        let folder = std::env::temp_dir();
        format!("{}: no temporary file can be made; set TMPDIR to another folder", folder.display())
    };
    tempfile::tempfile().with_context(no_room)
}

/// A file without a name is opened again by the number under which this process holds it.
fn named(name: String, made: File) -> (Input, Option<File>) {
    let path = PathBuf::from(format!("/proc/self/fd/{}", made.as_raw_fd()));
    (Input { path, name }, Some(made))
}
