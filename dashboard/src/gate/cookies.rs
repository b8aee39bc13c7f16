//! The cookies of whoever has signed in: for scripts not to be read, for this server alone, and over TLS
//! alone where there is TLS.

/// Their names and what follows their values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Jar {
    is_https: bool,
}

impl Jar {
    pub(crate) fn new(is_https: bool) -> Self {
        Self { is_https }
    }

    /// `__Host-`: browsers take it over TLS alone, and from no other host of the domain.
    pub(crate) fn session(self) -> &'static str {
        if self.is_https { "__Host-sunlake" } else { "sunlake_session" }
    }

    pub(crate) fn device(self) -> &'static str {
        if self.is_https { "__Host-sunlake-wall" } else { "sunlake_wall" }
    }

    /// Binds a sign-in at the provider to the browser that began it.
    pub(crate) fn begun(self) -> &'static str {
        if self.is_https { "__Host-sunlake-begun" } else { "sunlake_begun" }
    }

    /// A `Set-Cookie` that lasts so many seconds, or as long as the browser. `Lax`: a link to a page of
    /// ours, also from the provider, finds its reader signed in; what is sent from elsewhere does not.
    pub(crate) fn set(self, name: &str, value: &str, seconds: Option<i64>) -> String {
        let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let secure = if self.is_https { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}")
    }
}

/// A `Set-Cookie` after which there is none.
pub(crate) fn forgotten(jar: Jar, name: &str) -> String {
    jar.set(name, "", Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_kept_from_scripts_and_from_plain_connections() {
        let (secure, plain) = (Jar::new(true), Jar::new(false));
        let set = secure.set(secure.session(), "x", None);
        assert_eq!(set, "__Host-sunlake=x; Path=/; HttpOnly; SameSite=Lax; Secure");
        let gone = forgotten(plain, plain.session());
        assert_eq!(gone, "sunlake_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
        assert_ne!(secure.begun(), secure.device());
    }
}
