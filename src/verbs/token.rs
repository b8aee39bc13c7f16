use anyhow::{Result, bail};
use ingest::Mapping;
use ingest::push::new_secret;

use super::Shared;
use super::ingest::find_mapping;
use crate::cli::{Misuse, TokenVerb};
use crate::output::say;

/// Makes a token; only its SHA-256 is to be kept, in the configuration.
pub fn run(shared: &Shared, verb: &TokenVerb) -> Result<()> {
    let TokenVerb::New { name, mappings } = verb;
    let found = mappings.iter().map(|mapping| find_mapping(mapping)).collect::<Result<Vec<Mapping>>>()?;
    let source = found.first().map(|mapping| mapping.source.system.clone()).unwrap_or_default();
    if let Some(other) = found.iter().find(|mapping| mapping.source.system != source) {
        let (other, name) = (&other.source.system, &other.name);
        bail!(Misuse(format!(
            "mapping {name} is of the system {other:?}, the first of {source:?}; make a token for each"
        )));
    }
    let (token, sha256) = new_secret();
    let quoted = |text: &String| toml::Value::from(text.as_str()).to_string();
    let list = mappings.iter().map(quoted).collect::<Vec<_>>().join(", ");
    let (name_text, source_text) = (quoted(name), quoted(&source));
    let section =
        format!("[[token]]\nname = {name_text}\nsource = {source_text}\nsha256 = \"{sha256}\"\nmappings = [{list}]\n");
    if shared.global.json {
        say!("{}", serde_json::json!({ "token": token, "section": section }));
        return Ok(());
    }
    say!("token, shown this once: {token}");
    say!("\nFor the configuration file:\n\n{section}");
    Ok(())
}
