//! Where a database is, and how a connection to it is kept from others.
//!
//! The address is that of libpq, several hosts among it. Where the server offers TLS it is used, and then
//! its certificate must be good: signed by somebody the system trusts, or whom `sslrootcert` names.

use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio_postgres::Config;
use tokio_postgres::config::Host;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;
use url::form_urlencoded;

use crate::store::DatabaseError;
use crate::store::StoreError;

/// How long it may take to connect, unless the address says otherwise.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// How long a server may not answer before its connection is given up.
const SILENCE: Duration = Duration::from_secs(20);

/// Where a database is.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
    /// Hosts and database, without secrets.
    pub(super) place: String,
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut kept = form_urlencoded::Serializer::new(String::new());
        let mut root_file = None;
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match (name.as_ref(), value.as_ref()) {
                ("sslrootcert", file) => root_file = Some(file.to_owned()),
                // A certificate that is looked at is always looked at whole.
                ("sslmode", "verify-ca" | "verify-full") => {
                    kept.append_pair("sslmode", "require");
                }
                (name, value) => {
                    kept.append_pair(name, value);
                }
            }
        }
        let mut config: Config =
            format!("{base}?{}", kept.finish()).parse().or(Err(StoreError::Url))?;
        if !matches!(base.split_once("://"), Some(("postgres" | "postgresql", _))) {
            return Err(StoreError::Url);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_WITHIN);
        }
        if config.get_application_name().is_none() {
            config.application_name("baton");
        }
        config.keepalives_idle(SILENCE / 2).keepalives_interval(SILENCE / 4).keepalives_retries(2);
        config.tcp_user_timeout(SILENCE);
        let place = place(&config);
        let tls = tls(&config, root_file)
            .map_err(|source| StoreError::Open { place: place.clone(), source })?;
        Ok(Self { config, tls, place })
    }
}

fn place(config: &Config) -> String {
    let ports = config.get_ports();
    let host = |(at, host): (usize, &Host)| match (host, ports.get(at).or(ports.first())) {
        (Host::Tcp(name), Some(port)) => format!("{name}:{port}"),
        (Host::Tcp(name), None) => name.clone(),
        (Host::Unix(path), _) => path.display().to_string(),
    };
    let hosts: Vec<String> = config.get_hosts().iter().enumerate().map(host).collect();
    format!("{}/{}", hosts.join(","), config.get_dbname().unwrap_or_default())
}

fn tls(config: &Config, root_file: Option<String>) -> Result<MakeRustlsConnect, DatabaseError> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = root_file {
        let failed = |source| DatabaseError::Certificates { path: path.clone(), source };
        let read = CertificateDer::pem_file_iter(&path).map_err(failed)?;
        roots.add_parsable_certificates(read.collect::<Result<Vec<_>, _>>().map_err(failed)?);
    } else if config.get_ssl_mode() != SslMode::Disable {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(DatabaseError::Tls)?;
    Ok(MakeRustlsConnect::new(builder.with_root_certificates(roots).with_no_client_auth()))
}
