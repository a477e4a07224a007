//! What is taken, how much of it and how often.

use clap::Args;
use wfm_shell::server::{Cidr, Proxies, Share};

use crate::service::Settings;

#[derive(Debug, Args)]
pub(super) struct Allowance {
    /// Check-ins of one cluster id in an hour; 0 sets no limit
    #[arg(long, value_name = "COUNT", env = "WFM_API_RATE_PER_CLUSTER", default_value_t = 60)]
    rate_per_cluster: u32,
    /// Requests of one network (/24, or /48 of IPv6) in a minute; 0 sets no limit
    #[arg(long, value_name = "COUNT", env = "WFM_API_RATE_PER_ADDRESS", default_value_t = 6000)]
    rate_per_address: u32,
    /// New clusters of one network on a UTC day; 0 sets no limit
    #[arg(long, value_name = "COUNT", env = "WFM_API_RATE_NEW_CLUSTERS", default_value_t = 200)]
    rate_new_clusters: u32,
    /// Connections at a time
    #[arg(long, value_name = "COUNT", env = "WFM_API_CONNECTIONS", default_value_t = 4096)]
    connections: usize,
    /// Connections of one network (/24, or /48 of IPv6) at a time
    #[arg(long, value_name = "COUNT", env = "WFM_API_CONNECTIONS_PER_NETWORK", default_value_t = 256)]
    connections_per_network: usize,
    /// Take doctor reports of agents of 2016–2020
    #[arg(long, env = "WFM_API_DOCTOR")]
    doctor: bool,
    /// Keep check-ins even if this machine's clock is far from the last check-in or the newest release
    #[arg(long, env = "WFM_API_TRUST_CLOCK")]
    trust_clock: bool,
    /// Every peer is a proxy: count by the last address in its X-Forwarded-For
    #[arg(long, env = "WFM_API_BEHIND_PROXY")]
    behind_proxy: bool,
    /// Peers of this network alone are proxies, such as 10.0.0.0/8; may be repeated
    #[arg(long, value_name = "CIDR", env = "WFM_API_PROXY_NETWORK", value_delimiter = ',')]
    proxy_network: Vec<Cidr>,
}

impl Allowance {
    pub(super) fn write(&self, settings: &mut Settings) {
        settings.rates.per_cluster = self.rate_per_cluster;
        settings.rates.per_address = self.rate_per_address;
        settings.limits.connections = Share { all: self.connections, network: self.connections_per_network };
        settings.limits.proxies = match (&*self.proxy_network, self.behind_proxy) {
            ([], false) => Proxies::None,
            ([], true) => Proxies::Any,
            (networks, _) => Proxies::Networks(networks.to_vec()),
        };
        settings.rates.new_clusters = self.rate_new_clusters;
        settings.takes_doctor_reports = self.doctor;
        settings.trusts_clock = self.trust_clock;
    }
}
