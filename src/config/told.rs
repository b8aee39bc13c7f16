//! The configuration as it may be shown to whoever keeps the accounts: by name what is harmless, so that
//! a new key is not told before somebody has thought of it. Connections and hashes never are.

use super::Config;

/// Keys and values.
pub(super) fn lines(config: &Config) -> Vec<(String, String)> {
    let Config { accounts, compact, proxy, push, pull, serve, tls, token, vault, watch, .. } = config;
    let list = |items: Vec<String>| items.join(", ");
    let told = [
        ("accounts.file", config.accounts_file().display().to_string()),
        ("accounts.idle_minutes", accounts.idle_minutes.to_string()),
        ("accounts.session_hours", accounts.session_hours.to_string()),
        ("audit", config.audit_file().display().to_string()),
        ("compact.every_seconds", compact.every_seconds.to_string()),
        ("compact.settled_seconds", compact.settled_seconds.to_string()),
        ("compact.small_files", compact.small_files.to_string()),
        ("proxy.addresses", list(proxy.addresses.iter().map(ToString::to_string).collect())),
        ("pull", pull.len().to_string()),
        ("push.queue", push.queue.to_string()),
        ("push.max_body", push.max_body.to_string()),
        ("serve.hosts", list(serve.hosts.clone())),
        ("serve.max_connections", serve.max_connections.to_string()),
        ("tls.certificate", tls.certificate.as_ref().map_or_else(String::new, |file| file.display().to_string())),
        ("token", list(token.iter().map(|token| token.name.clone()).collect())),
        ("vault.keep_days", vault.keep_days.to_string()),
        ("vault.originals", vault.originals.to_string()),
        ("watch", list(watch.iter().map(|watch| watch.folder.display().to_string()).collect())),
    ];
    told.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_stands_for_a_secret_is_told() {
        let sha256 = "a1".repeat(32);
        let text = format!("[[token]]\nname = \"hall\"\nsource = \"s\"\nsha256 = \"{sha256}\"\nmappings = []\n");
        let config: Config = toml::from_str(&text).expect("TOML");
        let told: Vec<String> = lines(&config).into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let told = told.join("\n");
        assert!(told.contains("token = hall") && told.contains("serve.max_connections"), "{told}");
        assert!(!told.contains(&sha256), "{told}");
    }
}
