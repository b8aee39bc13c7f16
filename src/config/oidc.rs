//! `[oidc]`: signing in at a provider.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use analytics::{Role, Scope};
use anyhow::{Context, Result, bail};
use dashboard::{Oidc, OidcConfig};
use serde::Deserialize;

use super::access::is_common_text;

/// Letters that a secret must have at least.
const LEAST_SECRET: usize = 16;

/// `[oidc]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSection {
    /// Address of the provider, as it calls itself.
    pub issuer: String,
    /// What the button calls it.
    pub name: String,
    pub client_id: String,
    /// File with the secret that the provider knows this server by; none for a public client.
    pub client_secret_file: Option<PathBuf>,
    /// Address of this server, as browsers have it.
    pub address: String,
    /// Claim of the id token that has the groups. Default: `groups`.
    #[serde(default = "groups_claim")]
    pub groups_claim: String,
    /// What groups may do; the first that somebody is in counts.
    pub group: Vec<GroupSection>,
}

/// `[[oidc.group]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupSection {
    pub name: String,
    pub role: String,
    /// Default: `all`.
    #[serde(default = "all")]
    pub scope: String,
}

fn groups_claim() -> String {
    "groups".to_owned()
}

fn all() -> String {
    "all".to_owned()
}

/// Checks the section.
pub(super) fn resolve(section: &OidcSection) -> Result<Oidc> {
    let OidcSection { issuer, name, client_id, client_secret_file, address, groups_claim, group } = section;
    let client_secret = match client_secret_file {
        Some(file) => secret(file)?,
        None => String::new(),
    };
    if group.is_empty() {
        bail!("[oidc]: no [[oidc.group]] says what a group may do, so nobody could sign in");
    }
    let mut groups = Vec::new();
    for (number, one) in group.iter().enumerate() {
        let at = || format!("[[oidc.group]] {} ({})", number + 1, one.name);
        let role: Role = one.role.parse().with_context(at)?;
        if !Role::ACCOUNTS.contains(&role) {
            bail!("{}: {role} is no role of an account", at());
        }
        let scope: Scope = one.scope.parse().with_context(at)?;
        groups.push((one.name.clone(), role, scope));
    }
    let config = OidcConfig {
        issuer: issuer.clone(),
        name: name.clone(),
        client_id: client_id.clone(),
        client_secret,
        back: format!("{}/login/back", address.trim_end_matches('/')),
        claim: groups_claim.clone(),
        groups,
    };
    Oidc::new(config).context("[oidc]")
}

fn secret(file: &Path) -> Result<String> {
    let shown = || format!("[oidc] client_secret_file {}", file.display());
    if std::fs::metadata(file).with_context(shown)?.permissions().mode() & 0o077 != 0 {
        bail!("{}: others than its owner can read it; run `chmod 600 {}`", shown(), file.display());
    }
    let secret = std::fs::read_to_string(file).with_context(shown)?.trim().to_owned();
    if secret.len() < LEAST_SECRET || is_common_text(&secret) {
        bail!("{}: the secret is one that can be guessed; have the provider make another", shown());
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_taken_with_a_good_secret_and_roles_that_there_are() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("secret");
        let told = |secret: &str, mode: u32, from: &str, to: &str| {
            std::fs::write(&file, secret).expect("written");
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("set");
            let text = format!(
                "issuer = \"https://id.example\"\nname = \"City\"\nclient_id = \"sunlake\"\naddress = \
                 \"https://lake.example\"\nclient_secret_file = {:?}\n[[group]]\nname = \"leaders\"\nrole = \"leader\"\n",
                file.display().to_string()
            );
            let section: OidcSection = toml::from_str(&text.replacen(from, to, 1)).expect("TOML");
            resolve(&section).err().map(|error| format!("{error:#}")).unwrap_or_default()
        };
        let good = "b7c1f0d4a9e2436f8d55";
        for (secret, mode, from, to, says) in [
            (good, 0o600, "", "", ""),
            (good, 0o644, "", "", "chmod 600"),
            ("changeme", 0o600, "", "", "can be guessed"),
            ("changemechangeme", 0o600, "", "", "can be guessed"),
            (good, 0o600, "\"leader\"", "\"operator\"", "no role of an account"),
            (good, 0o600, "\"leader\"", "\"root\"", "[[oidc.group]] 1 (leaders)"),
            (good, 0o600, "https://id", "http://id", "neither https"),
        ] {
            let message = told(secret, mode, from, to);
            assert!(if says.is_empty() { message.is_empty() } else { message.contains(says) }, "{says}: {message}");
        }
    }
}
