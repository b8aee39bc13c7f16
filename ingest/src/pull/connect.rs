//! The connection to a server: where, as whom, and never in the clear over a foreign wire.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};

use super::error::{reason, remedy};
use super::{Pull, PullError};

/// A server that does not answer for so long is not there.
const PATIENCE: Duration = Duration::from_secs(10);
/// A connection without a word for so long is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(60);

/// A connection string that has been read and checked.
#[derive(Debug, Clone)]
pub struct Connection {
    config: Config,
    password: Password,
}

/// Where the password rests; it is read anew for each connection.
#[derive(Debug, Clone)]
pub enum Password {
    /// The server asks for none.
    None,
    /// The whole text of a file, but for line ends behind it.
    File(PathBuf),
    /// An environment variable.
    Variable(String),
}

impl Connection {
    /// Reads `postgres://user@host/database` or `host=… user=… dbname=…`.
    ///
    /// # Errors
    ///
    /// What is wrong and what to do; never the text itself, since passwords are put there too.
    pub fn read(text: &str, password: Password) -> Result<Self, String> {
        let mut config: Config = text.parse().map_err(|_| {
            "connection is neither a postgres://user@host/database nor a list such as `host=… user=… dbname=…`; of \
             sslmode it may say disable or prefer, and blanks stand in '…'"
                .to_owned()
        })?;
        if config.get_password().is_some() {
            return Err("connection holds a password; name a file with password_file or a variable with \
                        password_env instead, and change the password"
                .into());
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err("connection names no host; add host=… (or the folder of the server's socket)".into());
        }
        if let Some(reason) = refuse_wire(&config) {
            return Err(reason);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        if !text.contains("keepalives") {
            config.keepalives_idle(SILENCE);
        }
        Ok(Self { config, password })
    }

    /// The server as messages name it.
    pub(super) fn server(&self) -> String {
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(folder) => folder.display().to_string(),
        });
        let addresses = self.config.get_hostaddrs().iter().map(IpAddr::to_string);
        let mut text = format!("the server at {}", hosts.chain(addresses).collect::<Vec<_>>().join(", "));
        if let Some(port) = self.config.get_ports().first() {
            text += &format!(":{port}");
        }
        if let Some(database) = self.config.get_dbname() {
            text += &format!(", database {database}");
        }
        text
    }
}

/// There is no TLS: what crosses a wire has to be said to be safe there.
fn refuse_wire(config: &Config) -> Option<String> {
    let is_own = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
    };
    let stays_here =
        config.get_hosts().iter().all(is_own) && config.get_hostaddrs().iter().all(|address| address.is_loopback());
    match config.get_ssl_mode() {
        SslMode::Disable => None,
        SslMode::Prefer if stays_here => None,
        _ => Some(
            "this program speaks to PostgreSQL without TLS: pull over the loopback interface, the server's socket, a \
             VPN or an SSH tunnel, and say sslmode=disable in connection where the host is not this machine"
                .into(),
        ),
    }
}

impl Password {
    fn read(&self, pull: &str) -> Result<Option<String>, PullError> {
        let wrong = |place: String, reason: String| PullError::Password { pull: pull.to_owned(), place, reason };
        match self {
            Self::None => Ok(None),
            Self::File(file) => {
                let place = || file.display().to_string();
                let text = std::fs::read_to_string(file).map_err(|error| wrong(place(), error.to_string()))?;
                match text.trim_end_matches(['\r', '\n']) {
                    "" => Err(wrong(place(), "the file is empty; put the password there".into())),
                    password => Ok(Some(password.to_owned())),
                }
            }
            Self::Variable(name) => match std::env::var(name) {
                Ok(password) if !password.is_empty() => Ok(Some(password)),
                _ => Err(wrong(format!("${name}"), "the variable is not set; set it before the start".into())),
            },
        }
    }
}

/// Connects, and sets what decides how values are written: values have to read the same whoever
/// asks, and whatever the server's configuration.
pub(super) async fn connect(pull: &Pull) -> Result<Client, PullError> {
    let wrong = |error: &tokio_postgres::Error| PullError::Connect {
        pull: pull.name.clone(),
        server: pull.connection.server(),
        reason: reason(error),
        remedy: remedy(error),
    };
    let mut config = pull.connection.config.clone();
    if let Some(password) = pull.connection.password.read(&pull.name)? {
        config.password(password);
    }
    if config.get_application_name().is_none() {
        config.application_name(format!("sunlake pull {}", pull.name));
    }
    let (client, connection) = config.connect(NoTls).await.map_err(|error| wrong(&error))?;
    // It ends when the client is dropped.
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!("a connection to PostgreSQL ended: {}", reason(&error));
        }
    });
    let settings = "set timezone to 'UTC'; set datestyle to 'ISO, YMD'; set intervalstyle to 'iso_8601'; \
                    set extra_float_digits to 1";
    client.batch_execute(settings).await.map_err(|error| wrong(&error))?;
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Connection, String> {
        Connection::read(text, Password::None)
    }

    #[test]
    fn connections_are_read_in_both_forms() {
        for (text, server) in [
            ("postgres://desk@localhost:5433/cases", "the server at localhost:5433, database cases"),
            ("host=/run/postgresql user=desk dbname=cases", "the server at /run/postgresql, database cases"),
            ("host=10.0.0.5 user=desk sslmode=disable", "the server at 10.0.0.5"),
            ("host=127.0.0.1 sslmode=prefer", "the server at 127.0.0.1"),
        ] {
            assert_eq!(read(text).expect(text).server(), server);
        }
    }

    #[test]
    fn what_is_refused_is_told_without_the_password() {
        for (text, says) in [
            ("postgres://desk:geheim@localhost/cases", "holds a password"),
            ("host=localhost password=geheim", "holds a password"),
            ("host=localhost geheim", "neither a postgres://"),
            ("host=localhost geheim=geheim", "neither a postgres://"),
            ("host=localhost sslmode=verify-full", "disable or prefer"),
            ("user=desk", "names no host"),
            ("host=localhost sslmode=require", "without TLS"),
            ("host=db.example.org user=desk", "sslmode=disable"),
            ("host=localhost hostaddr=10.0.0.5", "sslmode=disable"),
        ] {
            let reason = read(text).expect_err(text);
            assert!(reason.contains(says) && !reason.contains("geheim"), "{text}: {reason}");
        }
    }

    #[test]
    fn a_password_file_is_read_without_its_line_end() {
        let dir = tempfile::tempdir().expect("dir");
        let file = dir.path().join("password");
        let password = Password::File(file.clone());
        assert!(password.read("p").expect_err("missing").to_string().contains("password"));
        std::fs::write(&file, " two words \n").expect("write");
        assert_eq!(password.read("p").expect("read").as_deref(), Some(" two words "));
        std::fs::write(&file, "\n").expect("write");
        assert!(password.read("p").expect_err("empty").to_string().contains("is empty"));
        let unset = Password::Variable("SUNLAKE_NO_SUCH_VARIABLE".into());
        assert!(unset.read("p").expect_err("unset").to_string().contains("$SUNLAKE_NO_SUCH_VARIABLE"));
    }
}
