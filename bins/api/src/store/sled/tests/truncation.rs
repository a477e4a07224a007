//! A log that was cut off anywhere: recovered as it once was, or refused; never a panic, never wrong counts.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Panics of any thread, sled's among them, that nobody caught.
static PANICS: AtomicUsize = AtomicUsize::new(0);

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A folder with `clusters` clusters of three check-ins each, as a kill leaves it. It was opened again after each of the
/// three, and so has a snapshot of sled's that is older than its log.
async fn folder(clusters: u128) -> TempDir {
    let (folder, killed) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for hour in 0..3 {
        let store = SledStore::open(folder.path()).await.unwrap();
        store.publish(vec![release("v2.9.0"), release("2.10.0")], PublishMode::RefuseChanges, by()).await.unwrap();
        let at = noon() + jiff::SignedDuration::from_hours(hour);
        for some in (0..clusters).collect::<Vec<_>>().chunks(if clusters > 100 { 256 } else { 1 }) {
            let all = some.iter().map(|&n| store.check_in(arrival(n), at));
            let all: Vec<_> = all.map(Box::pin).collect();
            for one in join(all).await {
                one.unwrap();
            }
        }
        if hour == 2 {
            copy(folder.path(), killed.path());
        }
    }
    killed
}

async fn join<T>(mut all: Vec<std::pin::Pin<Box<impl Future<Output = T>>>>) -> Vec<T> {
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        all.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(value) => {
                done.push(value);
                false
            }
            std::task::Poll::Pending => true,
        });
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    done
}

/// How many bytes of the log hold anything.
pub(super) fn used(log: &Path) -> u64 {
    let bytes = fs::read(log).unwrap();
    bytes.iter().rposition(|&byte| byte != 0).map_or(0, |at| at as u64 + 1)
}

/// Opens a copy that was cut off, and made `length` bytes long again with zeros, as a file system does whose power was cut
/// before the data of a longer file reached the disk. Answers its clusters and check-ins.
async fn opened(whole: &Path, cut: u64, length: u64) -> Result<(u64, u64), StoreError> {
    let folder = TempDir::new().unwrap();
    copy(whole, folder.path());
    let log = fs::File::options().write(true).open(folder.path().join("db")).unwrap();
    log.set_len(cut).unwrap();
    log.set_len(length).unwrap();
    drop(log);
    let store = SledStore::open(folder.path()).await?;
    let found = store.verify().await.unwrap();
    assert_eq!(found.differences, Vec::<String>::new(), "cut at {cut}");
    assert_eq!(store.count_clusters().await.unwrap(), found.clusters);
    // What it was recovered to can be worked with.
    store.check_in(arrival(1_000_000), noon()).await.unwrap();
    drop(store);
    let store = SledStore::open(folder.path()).await.unwrap();
    let again = store.verify().await.unwrap();
    assert_eq!((again.clusters, again.differences), (found.clusters + 1, Vec::new()), "cut at {cut}");
    Ok((found.clusters, found.check_ins))
}

async fn truncate(clusters: u128, cuts: u64, newest: u64) {
    quiet::catch(|| ()).unwrap();
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !quiet::is_quiet() {
            PANICS.fetch_add(1, Ordering::SeqCst);
        }
        hook(panic);
    }));
    let whole = folder(clusters).await;
    let log = whole.path().join("db");
    let (length, used) = (fs::metadata(&log).unwrap().len(), used(&log));
    let first = used.saturating_sub(newest);
    for zeros in [false, true] {
        let (mut refused, mut recovered, mut before) = (0, 0, 0);
        for cut in (0..cuts).map(|n| first + (used - first) * n / cuts).chain([used, length]) {
            match opened(whole.path(), cut, if zeros { length } else { cut }).await {
                Ok((_, check_ins)) => {
                    recovered += 1;
                    assert!(check_ins >= before, "a longer log holds no less: {check_ins} after {before} at {cut}");
                    before = check_ins;
                }
                Err(error) => {
                    refused += 1;
                    assert!(error.to_string().contains("/db is damaged"), "cut at {cut}: {error}");
                }
            }
        }
        println!("{recovered} recovered, {refused} refused, of {used} bytes from {first} on, zeros: {zeros}");
        assert_eq!(u128::from(before), clusters * 3, "the whole log holds everything");
    }
    assert_eq!(PANICS.load(Ordering::SeqCst), 0, "threads panicked");
}

#[tokio::test]
async fn a_log_that_was_cut_off_is_recovered_or_refused() {
    truncate(8, 24, u64::MAX).await;
}

#[tokio::test]
#[ignore = "hundreds of truncations take minutes"]
async fn a_log_that_was_cut_off_at_any_of_hundreds_of_places_is_recovered_or_refused() {
    truncate(8, 400, u64::MAX).await;
    truncate(3000, 400, 512 * 1024).await;
}
