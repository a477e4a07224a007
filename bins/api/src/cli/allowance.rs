//! How much and how often one may ask.

use clap::Args;

use crate::service::Settings;

#[derive(Debug, Args)]
pub(super) struct Allowance {
    /// Check-ins of one cluster id in an hour; 0 sets no limit
    #[arg(long, value_name = "COUNT", env = "WFM_API_RATE_PER_CLUSTER", default_value_t = 60)]
    rate_per_cluster: u32,
    /// Requests of one network (/24, or /48 of IPv6) in a minute; 0 sets no limit
    #[arg(long, value_name = "COUNT", env = "WFM_API_RATE_PER_ADDRESS", default_value_t = 6000)]
    rate_per_address: u32,
    /// Connections at a time
    #[arg(long, value_name = "COUNT", env = "WFM_API_CONNECTIONS", default_value_t = 8192)]
    connections: usize,
    /// Connections of one address at a time
    #[arg(long, value_name = "COUNT", env = "WFM_API_CONNECTIONS_PER_ADDRESS", default_value_t = 512)]
    connections_per_address: usize,
    /// A proxy stands in front: count by the last address in its X-Forwarded-For
    #[arg(long, env = "WFM_API_BEHIND_PROXY")]
    behind_proxy: bool,
}

impl Allowance {
    pub(super) fn write(&self, settings: &mut Settings) {
        settings.rates.per_cluster = self.rate_per_cluster;
        settings.rates.per_address = self.rate_per_address;
        settings.limits.connections = self.connections;
        settings.limits.per_address = self.connections_per_address;
        settings.limits.behind_proxy = self.behind_proxy;
    }
}
