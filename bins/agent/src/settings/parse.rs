//! Texts as values, each with what to write where it is none.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

use wfm_core::anonymizer::SchemaVersion;
use wfm_core::diff::Pin;

pub(super) fn parsed<T: FromStr>(text: &str) -> Result<T, String>
where
    T::Err: fmt::Display,
{
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// A port on `host`, or a whole address.
pub(super) fn address(text: &str, host: IpAddr) -> Result<SocketAddr, String> {
    let port = text.parse().map(|port| SocketAddr::new(host, port));
    port.or_else(|_| text.parse())
        .map_err(|_| "write a port from 0 to 65535, or an address with a port such as 127.0.0.1:8080".to_owned())
}

/// What Go's `strconv.ParseBool` accepts, as old deployments wrote it, and the words people use.
pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "t" | "true" | "yes" | "on" => Ok(true),
        "0" | "f" | "false" | "no" | "off" => Ok(false),
        _ => Err("write true or false".to_owned()),
    }
}

pub(super) fn schema(text: &str) -> Result<SchemaVersion, String> {
    let number = text.parse().ok().and_then(SchemaVersion::new);
    number.ok_or_else(|| format!("write the number of a schema: 1 to {}", SchemaVersion::CURRENT))
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(seconds) if seconds > 0 => Ok(Duration::from_secs(seconds)),
        _ => Err("write seconds from 1 to 43200".to_owned()),
    }
}

pub(super) fn pins(text: &str) -> Result<Vec<Pin>, String> {
    Pin::list(text).map_err(|error| error.to_string())
}

/// Values with commas or spaces between them.
pub(super) fn list<T: FromStr>(text: &str) -> Result<Vec<T>, String>
where
    T::Err: fmt::Display,
{
    let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
    words.map(parsed).collect()
}
