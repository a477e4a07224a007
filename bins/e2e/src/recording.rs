//! The recordings, embedded.

use std::collections::BTreeMap;
use std::io;

use rust_embed::Embed;
use serde_json::Value;

/// What a real API server (1.36) answered; 1.5 MB for both, which a demo's binary can bear.
#[derive(Embed)]
#[folder = "recordings/"]
struct Files;

/// A recorded cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recording {
    /// The default chart on five own machines, two years behind: one component crash-looping, one node not ready, versions
    /// in odd places, a customer's workload beside ours, no identity yet.
    Onprem2018,
    /// The default chart on three rented machines, all current: one component crash-looping, an unmanaged
    /// ReplicationController, an identity.
    EksCurrent,
}

impl Recording {
    /// Every recording.
    pub const ALL: [Self; 2] = [Self::Onprem2018, Self::EksCurrent];

    /// What stands at each path of the API, such as `/api/v1/nodes`.
    pub(crate) fn documents(self) -> io::Result<BTreeMap<String, Value>> {
        let mut documents = BTreeMap::new();
        for file in Files::iter() {
            let Some(path) = self.api_path(&file) else { continue };
            let content = Files::get(&file).ok_or(io::ErrorKind::NotFound)?;
            documents.insert(path.to_owned(), serde_json::from_slice(&content.data)?);
        }
        Ok(documents)
    }

    /// `onprem-2018/api/v1/nodes.json` stands at `/api/v1/nodes`. Watch streams and error bodies stand at no path.
    fn api_path(self, file: &str) -> Option<&str> {
        let path = file.strip_prefix(self.folder())?.strip_suffix(".json")?;
        let answers = !path.ends_with(".404") && !path.starts_with("/errors/");
        answers.then_some(path)
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Onprem2018 => "onprem-2018",
            Self::EksCurrent => "eks-current",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stands_at_its_path() {
        let documents = Recording::Onprem2018.documents().unwrap();
        assert_eq!(documents["/version"]["gitVersion"], "v1.36.2");
        assert_eq!(documents["/api/v1/nodes"]["items"].as_array().unwrap().len(), 5);
    }

    #[test]
    fn error_bodies_and_streams_stand_nowhere() {
        for recording in Recording::ALL {
            let odd = |path: &&String| path.contains("errors") || path.contains("404") || path.contains("watch");
            assert_eq!(recording.documents().unwrap().keys().find(odd), None);
        }
    }
}
