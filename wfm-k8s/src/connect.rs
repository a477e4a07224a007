//! A client for the API server.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use http::HeaderValue;
use http::header::USER_AGENT as USER_AGENT_HEADER;
use kube::client::ClientBuilder;
use kube::config::{InClusterError, KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use rustls::crypto::CryptoProvider;
use tower::util::MapRequestLayer;

use crate::token::TokenFile;

/// How the API server's audit log names us.
pub const USER_AGENT: &str = concat!("workflow-manager/", env!("CARGO_PKG_VERSION"));

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const READ_TIMEOUT: Duration = Duration::from_secs(30);
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// No client could be built. One sentence that names the file and says what to change; it never quotes the file, which
/// may hold credentials.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ConnectError {
    message: String,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// Builds a client from the current context of a kubeconfig, or without one from the service account of the pod that
/// this runs in. Nothing is sent yet. Needs a tokio runtime.
///
/// Connecting may take 5 s, and waiting for the next byte 30 s: without a limit a dead API server would hold its reader
/// for ever. The client does not retry by itself: kube's own policy waits as long as a `Retry-After` says, which is for
/// the caller to decide. `HTTPS_PROXY` is not followed. A token in a file, as a service account has one, is read anew for
/// every request, so that a rotation needs no restart.
///
/// # Errors
/// Where the kubeconfig, or the pod's service account, cannot be used.
pub async fn connect(kubeconfig: Option<&Path>) -> Result<Client, ConnectError> {
    install_crypto();
    let mut config = match kubeconfig {
        Some(path) => from_file(path).await?,
        None => Config::incluster().map_err(not_in_a_pod)?,
    };
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    config.read_timeout = Some(READ_TIMEOUT);
    config.write_timeout = Some(WRITE_TIMEOUT);
    // Else the time that a pooled connection lay idle counts as time waited for the answer.
    config.reset_reader_on_write = true;
    config.default_retry = false;
    config.headers.push((USER_AGENT_HEADER, HeaderValue::from_static(USER_AGENT)));
    if config.cluster_url.scheme_str() == Some("http") {
        // No TLS, so no trust store: a machine without CA certificates can read a cluster over plain HTTP.
        config.root_cert = Some(Vec::new());
    }
    let token = token_file(&mut config)?;
    let builder = ClientBuilder::try_from(config).map_err(|error| no_client(kubeconfig, error))?;
    Ok(match token {
        Some(token) => builder.with_layer(&MapRequestLayer::new(move |request| token.authorize(request))).build(),
        None => builder.build(),
    })
}

/// The file of the token, taken out of a config that has no other credentials that go before it.
fn token_file(config: &mut Config) -> Result<Option<TokenFile>, ConnectError> {
    let auth = &mut config.auth_info;
    if auth.auth_provider.is_some() || auth.username.is_some() || auth.token.is_some() {
        return Ok(None);
    }
    let Some(path) = auth.token_file.take() else { return Ok(None) };
    let token = TokenFile::open(path.clone().into()).map_err(|why| ConnectError {
        message: format!("the token file {path} cannot be used ({why}): let this user read it, or name another"),
        source: Some(why.into()),
    })?;
    Ok(Some(token))
}

/// Makes ring the process's crypto provider, unless the embedder chose one.
fn install_crypto() {
    if CryptoProvider::get_default().is_none() {
        // It fails only where another thread was faster, and then there is one.
        rustls::crypto::ring::default_provider().install_default().ok();
    }
}

async fn from_file(path: &Path) -> Result<Config, ConnectError> {
    let kubeconfig = Kubeconfig::read_from(path).map_err(|error| unusable(path, error))?;
    let named_proxy = names_proxy(&kubeconfig);
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .map_err(|error| unusable(path, error))?;
    if !matches!(config.cluster_url.scheme_str(), Some("http" | "https")) || config.cluster_url.host().is_none() {
        return Err(bad_server(path, None));
    }
    if !named_proxy {
        // kube takes HTTPS_PROXY from the environment, even for a server on this machine.
        config.proxy_url = None;
    }
    Ok(config)
}

fn names_proxy(kubeconfig: &Kubeconfig) -> bool {
    let clusters = kubeconfig.clusters.iter().filter_map(|named| named.cluster.as_ref());
    clusters.into_iter().any(|cluster| cluster.proxy_url.as_deref().is_some_and(|url| !url.is_empty()))
}

fn unusable(path: &Path, error: KubeconfigError) -> ConnectError {
    let file = path.display();
    let message = match &error {
        KubeconfigError::ReadConfig(why, _) => {
            format!("the kubeconfig {file} cannot be read ({why}): pass the path of a file that this user may read")
        }
        KubeconfigError::Parse(why) => {
            let line = why.location().map(|at| format!(" (line {})", at.line())).unwrap_or_default();
            let message =
                format!("the kubeconfig {file} is not the YAML of a kubeconfig{line}: correct it or pass another");
            // The parser's own text quotes the lines around, and those may hold a token.
            return ConnectError { message, source: None };
        }
        KubeconfigError::CurrentContextNotSet => no_current_context(path),
        KubeconfigError::LoadContext(name) if name.is_empty() => no_current_context(path),
        KubeconfigError::LoadContext(name) => format!(
            "the kubeconfig {file} has no context “{name}”, though it is its current-context: choose another with \
             `kubectl config use-context NAME --kubeconfig {file}`"
        ),
        KubeconfigError::LoadClusterOfContext(name) => {
            format!("the kubeconfig {file} has no cluster “{name}”, which its current context needs: add it")
        }
        KubeconfigError::MissingClusterUrl | KubeconfigError::ParseClusterUrl(_) => {
            return bad_server(path, Some(error.into()));
        }
        other => format!("the kubeconfig {file} cannot be used: {other}"),
    };
    ConnectError { message, source: Some(error.into()) }
}

fn no_current_context(path: &Path) -> String {
    let file = path.display();
    format!(
        "the kubeconfig {file} has no current-context: set one with \
         `kubectl config use-context NAME --kubeconfig {file}`"
    )
}

fn bad_server(path: &Path, source: Option<Box<dyn Error + Send + Sync>>) -> ConnectError {
    let file = path.display();
    let message =
        format!("the kubeconfig {file} has no usable server URL in its current cluster: write it as https://HOST:PORT");
    ConnectError { message, source }
}

fn not_in_a_pod(error: InClusterError) -> ConnectError {
    let message = match &error {
        InClusterError::ReadEnvironmentVariable(_) => {
            "this does not run in a pod (KUBERNETES_SERVICE_HOST is not set): pass --kubeconfig FILE".to_owned()
        }
        other => format!(
            "the pod's service account cannot be used ({other}): mount it (automountServiceAccountToken: true) or pass \
             --kubeconfig FILE"
        ),
    };
    ConnectError { message, source: Some(error.into()) }
}

fn no_client(kubeconfig: Option<&Path>, error: kube::Error) -> ConnectError {
    let place =
        kubeconfig.map_or("the pod's service account".to_owned(), |path| format!("the kubeconfig {}", path.display()));
    let message = match &error {
        kube::Error::ProxyProtocolDisabled { .. } | kube::Error::ProxyProtocolUnsupported { .. } => {
            format!("{place} has a proxy-url, which is not supported: remove it or use a route without a proxy")
        }
        other => format!("{place} cannot be used: {other}"),
    };
    ConnectError { message, source: Some(error.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sentence, with the file's path shortened.
    async fn refusal(yaml: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config");
        std::fs::write(&path, yaml).unwrap();
        let message = connect(Some(&path)).await.map(|_| ()).unwrap_err().to_string();
        message.replace(path.to_str().unwrap(), "FILE")
    }

    fn kubeconfig(server: &str) -> String {
        format!(
            "current-context: a\ncontexts: [{{name: a, context: {{cluster: a}}}}]\n\
             clusters: [{{name: a, cluster: {{server: \"{server}\"}}}}]\n"
        )
    }

    #[tokio::test]
    async fn a_missing_file_is_named() {
        let message = connect(Some(Path::new("/nowhere/config"))).await.map(|_| ()).unwrap_err().to_string();
        assert!(message.starts_with("the kubeconfig /nowhere/config cannot be read (No such file"), "{message}");
    }

    #[tokio::test]
    async fn text_that_is_no_kubeconfig_is_not_quoted() {
        for text in ["users: [{name: a, user: {token: hunter2, }", "hunter2", "clusters: hunter2"] {
            let message = refusal(text).await;
            assert!(message.starts_with("the kubeconfig FILE is not the YAML of a kubeconfig"), "{message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }

    #[tokio::test]
    async fn without_a_current_context_the_command_that_sets_one_is_shown() {
        let said = "the kubeconfig FILE has no current-context: set one with \
                    `kubectl config use-context NAME --kubeconfig FILE`";
        for yaml in ["", "current-context: \"\"", "kind: Config"] {
            assert_eq!(refusal(yaml).await, said, "{yaml}");
        }
        assert!(refusal("current-context: b").await.contains("has no context “b”"));
        assert!(
            refusal("current-context: a\ncontexts: [{name: a, context: {cluster: b}}]")
                .await
                .contains("no cluster “b”")
        );
    }

    #[tokio::test]
    async fn a_server_that_is_no_url_is_refused() {
        for server in ["", "::", "10.0.0.1:6443", "ftp://10.0.0.1", "/", "k8s.example"] {
            let said =
                "the kubeconfig FILE has no usable server URL in its current cluster: write it as https://HOST:PORT";
            assert_eq!(refusal(&kubeconfig(server)).await, said, "{server}");
        }
    }

    #[tokio::test]
    async fn a_proxy_in_the_kubeconfig_is_refused_rather_than_passed_by() {
        let yaml = kubeconfig("http://127.0.0.1:1").replace("server:", "proxy-url: \"http://p:1\", server:");
        assert!(refusal(&yaml).await.contains("has a proxy-url, which is not supported"));
    }

    #[tokio::test]
    async fn a_token_file_that_cannot_be_read_is_named() {
        let yaml = kubeconfig("http://127.0.0.1:1").replace("{cluster: a}", "{cluster: a, user: a}")
            + "users: [{name: a, user: {tokenFile: /nowhere/token}}]";
        let said = refusal(&yaml).await;
        assert!(said.starts_with("the token file /nowhere/token cannot be used (No such file"), "{said}");
    }

    #[tokio::test]
    async fn outside_of_a_pod_the_flag_is_named() {
        let message = connect(None).await.map(|_| ()).unwrap_err().to_string();
        assert_eq!(message, "this does not run in a pod (KUBERNETES_SERVICE_HOST is not set): pass --kubeconfig FILE");
    }
}
