//! What can be done inside a transaction.

use std::cell::RefCell;
use std::sync::Arc;

use ::sled::Transactional;
use ::sled::transaction::{ConflictableTransactionError, TransactionError, TransactionalTree};
use wfm_core::fleet::Changes;
use wfm_core::release::{
    Notice, NoticeId, PlainText, PublishMode, PublishOutcome, Release, ReleaseKey, Releases, Yank,
};
use wfm_core::store::{AuditEntry, By, Change, StoreError};
use wfm_core::version::Train;

use super::disk::Trees;
use super::failed;
use super::fleet::Said;
use super::rows::{self, FactsKey};
use super::work::Work;

pub(super) type InTransaction<T> = Result<T, ConflictableTransactionError<StoreError>>;

/// What a transaction came to.
pub(super) struct Committed {
    /// The releases, where it changed them.
    pub(super) releases: Option<Arc<Releases>>,
    /// Whether it wrote anything that may be long.
    pub(super) large: bool,
}

/// Does all of `work`, or nothing.
pub(super) fn commit(
    trees: &Trees,
    latest: &Arc<Releases>,
    (said, counts): (&mut Said, bool),
    work: &mut [Box<dyn Work>],
) -> Result<Committed, StoreError> {
    let Trees { meta, releases, ledger, clusters, runs, facts, rollups, waiting } = trees;
    let (work, said) = (RefCell::new(work), RefCell::new(said));
    let committed = (meta, releases, ledger, clusters, runs, facts, rollups, waiting).transaction(
        |(meta, releases, ledger, clusters, runs, facts, rollups, waiting)| {
            let trees = InTrees { meta, releases, ledger, clusters, runs, facts, rollups, waiting };
            let mut said = said.borrow_mut();
            let mut group = Group {
                trees,
                latest: Arc::clone(latest),
                clusters: 0,
                check_ins: 0,
                logged: None,
                closed: None,
                doctors: 0,
                large: false,
                changes: Changes::default(),
                said: &mut said,
                weight: 0,
                counts,
            };
            for one in work.borrow_mut().iter_mut() {
                one.apply(&mut group)?;
            }
            group.finish()
        },
    );
    let (after, large) = committed.map_err(|e| match e {
        TransactionError::Abort(error) => error,
        TransactionError::Storage(error) => failed(error),
    })?;
    Ok(Committed { releases: (!Arc::ptr_eq(&after, latest)).then_some(after), large })
}

pub(super) struct InTrees<'a> {
    pub(super) meta: &'a TransactionalTree,
    pub(super) releases: &'a TransactionalTree,
    pub(super) ledger: &'a TransactionalTree,
    pub(super) clusters: &'a TransactionalTree,
    pub(super) runs: &'a TransactionalTree,
    pub(super) facts: &'a TransactionalTree,
    pub(super) rollups: &'a TransactionalTree,
    pub(super) waiting: &'a TransactionalTree,
}

/// The trees inside one transaction, and what has changed so far.
pub(super) struct Group<'a> {
    pub(super) trees: InTrees<'a>,
    latest: Arc<Releases>,
    /// How many more clusters there are, and how many more check-ins; less than none where some were erased.
    pub(super) clusters: u64,
    pub(super) check_ins: u64,
    /// The number of the audit log's last line, where one was added.
    logged: Option<u64>,
    /// The number of the last closed run, where one was closed.
    pub(super) closed: Option<u64>,
    /// How many more doctor reports there are.
    pub(super) doctors: u64,
    pub(super) large: bool,
    /// What is to be added to the rollups.
    pub(super) changes: Changes<FactsKey>,
    pub(super) said: &'a mut Said,
    /// By how much the rollups and those who wait weigh more.
    pub(super) weight: u64,
    /// Whether check-ins are counted at all.
    pub(super) counts: bool,
}

impl Group<'_> {
    pub(super) fn publish(&mut self, batch: &[Release], mode: PublishMode, by: By) -> InTransaction<PublishOutcome> {
        let outcome = self.latest.plan(batch, mode);
        for release in outcome.news() {
            self.put_release(release.clone())?;
        }
        self.reissue(outcome.trains(), by)?;
        for change in Change::published(&outcome) {
            self.log(change, by)?;
        }
        Ok(outcome)
    }

    pub(super) fn yank(
        &mut self,
        key: &ReleaseKey,
        reason: Option<&PlainText>,
        by: By,
    ) -> InTransaction<Option<Release>> {
        let yank = reason.map(|reason| Yank { reason: reason.clone(), at: by.at });
        let Some((before, after)) = self.latest.yank(key, yank) else { return Ok(None) };
        if let Some(change) = Change::yanked(before, &after) {
            self.put_release(after.clone())?;
            self.reissue([&key.train], by)?;
            self.log(change, by)?;
        }
        Ok(Some(after))
    }

    pub(super) fn put_notice(&mut self, notice: &Notice, by: By) -> InTransaction<Option<Notice>> {
        let before = self.latest.notice(&notice.train, &notice.id).cloned();
        if let Some(change) = Change::of_notice(before.as_ref(), Some(notice)) {
            self.trees.ledger.insert(rows::notice_key(&notice.train, &notice.id), rows::to_json(notice))?;
            Arc::make_mut(&mut self.latest).insert_notice(notice.clone());
            self.reissue([&notice.train], by)?;
            self.log(change, by)?;
        }
        Ok(before)
    }

    pub(super) fn remove_notice(&mut self, train: &Train, id: &NoticeId, by: By) -> InTransaction<Option<Notice>> {
        let before = self.latest.notice(train, id).cloned();
        if let Some(change) = Change::of_notice(before.as_ref(), None) {
            self.trees.ledger.remove(rows::notice_key(train, id))?;
            Arc::make_mut(&mut self.latest).remove_notice(train, id);
            self.reissue([train], by)?;
            self.log(change, by)?;
        }
        Ok(before)
    }

    fn put_release(&mut self, release: Release) -> InTransaction<()> {
        self.trees.releases.insert(rows::release_key(&release.key()), rows::to_json(&release))?;
        Arc::make_mut(&mut self.latest).insert(release);
        Ok(())
    }

    /// Notes that the lists of these trains have changed.
    fn reissue<'t>(&mut self, changed: impl IntoIterator<Item = &'t Train>, by: By) -> InTransaction<()> {
        for train in self.latest.lists_with(changed) {
            let issue = Arc::make_mut(&mut self.latest).reissue(&train, by.at);
            self.trees.ledger.insert(rows::issue_key(&train), rows::to_json(&issue))?;
        }
        Ok(())
    }

    pub(super) fn log(&mut self, change: Change, by: By) -> InTransaction<()> {
        self.large = true;
        let last = match self.logged {
            Some(number) => number,
            None => rows::read_count(self.trees.meta.get(rows::AUDIT)?.as_deref()).map_err(abort)?,
        };
        if change.is_counted() && self.count_in_a_line(&change, by, last)? {
            return Ok(());
        }
        let number = last.saturating_add(1);
        self.trees.ledger.insert(rows::audit_key(number), rows::to_json(&change.numbered(number, by)))?;
        self.logged = Some(number);
        Ok(())
    }

    /// Counts a change in one of the last lines, if one of them counts the same.
    fn count_in_a_line(&mut self, change: &Change, by: By, last: u64) -> InTransaction<bool> {
        for number in (1..=last).rev().take(AuditEntry::LOOKED_THROUGH) {
            let Some(line) = self.trees.ledger.get(rows::audit_key(number))? else { continue };
            let mut line: AuditEntry = rows::from_json(&line).map_err(abort)?;
            if line.count(change, by) {
                self.trees.ledger.insert(rows::audit_key(number), rows::to_json(&line))?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn finish(mut self) -> InTransaction<(Arc<Releases>, bool)> {
        self.add_changes()?;
        let meta = self.trees.meta;
        for (key, more) in [
            (rows::CLUSTERS, self.clusters),
            (rows::CHECK_INS, self.check_ins),
            (rows::WEIGHT, self.weight),
            (rows::DOCTORS, self.doctors),
        ] {
            if more != 0 {
                let known = rows::read_count(meta.get(key)?.as_deref()).map_err(abort)?;
                meta.insert(key, &known.wrapping_add(more).to_be_bytes())?;
            }
        }
        for (key, last) in [(rows::AUDIT, self.logged), (rows::CLOSED, self.closed)] {
            if let Some(number) = last {
                meta.insert(key, &number.to_be_bytes())?;
            }
        }
        Ok((self.latest, self.large))
    }
}

pub(super) fn abort(error: StoreError) -> ConflictableTransactionError<StoreError> {
    ConflictableTransactionError::Abort(error)
}
