use tempfile::TempDir;
use wfm_core::release::Release;

use super::*;

fn some_records() -> Vec<Record> {
    ["v2.9.0", "v2.10.0"]
        .iter()
        .map(|version| {
            let released = "2020-01-01T00:00:00Z".parse().unwrap();
            let release = Release::new(
                "deis-router".parse().unwrap(),
                "stable".parse().unwrap(),
                version.parse().unwrap(),
                released,
            );
            Record::Release(release)
        })
        .collect()
}

fn written() -> Vec<u8> {
    let mut bytes = Vec::new();
    assert_eq!(write(Box::new(some_records().into_iter().map(Ok)), &mut bytes).unwrap(), 2);
    bytes
}

fn checked(bytes: &[u8]) -> Result<u64, BackupError> {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("backup");
    std::fs::write(&file, bytes).unwrap();
    check(&file)
}

#[test]
fn a_backup_reads_back() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("backup");
    std::fs::write(&file, written()).unwrap();
    assert_eq!(check(&file).unwrap(), 2);
    let read: Vec<Record> = records(&file).unwrap().map(Result::unwrap).collect();
    assert_eq!(read, some_records());
}

#[test]
fn every_truncation_and_every_changed_byte_is_refused() {
    let whole = written();
    for length in 0..whole.len() {
        assert!(matches!(checked(&whole[..length]), Err(BackupError::NotABackup { .. })), "{length}");
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert!(matches!(checked(&changed), Err(BackupError::NotABackup { .. })), "{at}");
    }
    assert!(checked(&[whole.as_slice(), b"\n"].concat()).is_err());
}

#[test]
fn another_file_and_a_newer_form_are_told_apart() {
    let said = |bytes: &[u8]| checked(bytes).unwrap_err().to_string();
    assert!(said(b"{}").ends_with("it is no backup: name a file that wfm-api backup wrote"));
    assert!(said(b"{\"wfmBackup\":2}\n").contains("has form 2"));
}
