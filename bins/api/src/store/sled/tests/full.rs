//! A disk that is really full, on a file system in memory that the test mounts: for root, and ignored.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::*;

/// A small file system, gone with the value.
struct Small(TempDir);

impl Small {
    fn mount(mib: u32) -> Self {
        let folder = TempDir::new().unwrap();
        let size = format!("size={mib}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).status();
        assert!(mounted.unwrap().success(), "only root can mount");
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

fn cluster(n: u128) -> ClusterId {
    ClusterId::new(uuid::Uuid::from_u128(n))
}

/// Checks new clusters in, one after the other, until it fails; answers how many.
async fn fill(store: &SledStore, first: u128) -> (u128, StoreError) {
    let mut n = first;
    loop {
        match store.check_in(arrival(n), noon()).await {
            Ok(_) => n += 1,
            Err(error) => return (n, error),
        }
    }
}

async fn full_and_free_again(reserve: u64) {
    let disk = Small::mount(24);
    let room = disk::Room { reserve, ..disk::Room::default() };
    let store = SledStore::open_with(&disk.path().join("store"), room, true).await.unwrap();
    let ballast = disk.path().join("ballast");
    let (mut kept, mut erased) = (0, 0);
    for round in 0..4 {
        fs::write(&ballast, vec![1; (20 << 20) - round * (2 << 20)]).unwrap();
        let (now, error) = fill(&store, kept).await;
        assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
        assert!(now > kept, "something fitted");
        kept = now;
        for _ in 0..20 {
            assert_eq!(store.check_in(arrival(kept), noon()).await.unwrap_err().kind(), StoreErrorKind::Unavailable);
        }
        store.ready().await.unwrap_err();
        if reserve > 0 {
            let until = kept.min(erased + 20);
            for n in erased..until {
                assert!(store.erase(cluster(n), by()).await.unwrap(), "{n} is erased on a full disk");
            }
            erased = until;
        }
        fs::remove_file(&ballast).unwrap();
        for _ in 0..100 {
            if store.ready().await.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        store.ready().await.unwrap();
        for n in 0..kept {
            assert_eq!(store.cluster(cluster(n)).await.unwrap().is_some(), n >= erased, "{n} of {kept}");
        }
        let found = store.verify().await.unwrap();
        assert_eq!(found.differences, Vec::<String>::new());
        println!("round {round}: {kept} acknowledged, {} kept", found.clusters);
    }
}

#[tokio::test]
#[ignore = "mounts a file system"]
async fn a_disk_with_a_reserve_refuses_and_goes_on_when_there_is_room() {
    full_and_free_again(2 << 20).await;
}

#[tokio::test]
#[ignore = "mounts a file system"]
async fn a_disk_that_is_full_to_the_last_byte_loses_nothing_and_goes_on_when_there_is_room() {
    full_and_free_again(0).await;
}
