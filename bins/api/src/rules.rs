//! Rules about whose clusters are: a file of cohorts and cluster ids.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use wfm_core::cluster::{ClusterId, Cohort};

/// The file of rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// It cannot be read.
    #[error("the cohort rules {} cannot be read ({source}): name another file with --cohort-rules", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It cannot be understood.
    #[error("the cohort rules {}, {problem}", .path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Which line, and what to write there.
        problem: NotRules,
    },
}

/// A line that is no rule. It is not repeated: an id is known to its cluster alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct NotRules {
    line: usize,
    problem: &'static str,
}

/// The rules of a file: a line for each, of a cohort and a cluster's id; `#` starts a comment.
///
/// # Errors
/// Where the file cannot be read or understood, or has two rules for one cluster.
pub fn from_file(path: &Path) -> Result<BTreeMap<ClusterId, Cohort>, RulesError> {
    let text = fs::read_to_string(path).map_err(|source| RulesError::Unreadable { path: path.to_owned(), source })?;
    parse(&text).map_err(|problem| RulesError::Malformed { path: path.to_owned(), problem })
}

fn parse(text: &str) -> Result<BTreeMap<ClusterId, Cohort>, NotRules> {
    let mut rules = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        let refuse = |problem| NotRules { line: at + 1, problem };
        let line = line.split('#').next().unwrap_or_default().trim();
        if !line.is_empty() {
            let (cohort, id) = rule(line).map_err(refuse)?;
            if rules.insert(id, cohort).is_some() {
                return Err(refuse("there is a rule for this cluster above: remove one of them"));
            }
        }
    }
    Ok(rules)
}

fn rule(line: &str) -> Result<(Cohort, ClusterId), &'static str> {
    let (cohort, id) = line
        .split_once(char::is_whitespace)
        .ok_or("write a cohort and a cluster's id, such as “staff 8c6da034-c8b1-489a-a55d-a2215d93f934”")?;
    let cohort = cohort.parse().map_err(|_| "the first word is no cohort: write customer, staff, ci or test")?;
    let id = id.trim().parse().map_err(|_| "the second word is no cluster's id: write the UUID that its page shows")?;
    Ok((cohort, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "8c6da034-c8b1-489a-a55d-a2215d93f934";

    #[test]
    fn a_rule_is_a_line_and_the_rest_are_comments() {
        let rules = parse(&format!("# ours\n\nstaff {ID} # the office\n  ci\t{}\n", ID.replace('8', "9"))).unwrap();
        assert_eq!(rules.len(), 2);
        assert_eq!(rules[&ID.parse().unwrap()], Cohort::Staff);
        assert_eq!(parse("# nobody\n"), Ok(BTreeMap::new()));
    }

    #[test]
    fn a_line_that_is_no_rule_is_named_by_number_and_not_repeated() {
        for (line, problem) in [
            (ID.to_owned(), "write a cohort and"),
            (format!("acme {ID}"), "the first word"),
            ("staff acme".to_owned(), "the second word"),
            (format!("staff {ID} x"), "the second word"),
            (format!("ci {ID}\nci {ID}"), "there is a rule for this cluster above"),
        ] {
            let said = parse(&format!("# rules\n{line}")).unwrap_err().to_string();
            let at = if line.contains('\n') { "line 3: " } else { "line 2: " };
            assert!(said.starts_with(at) && said.contains(problem) && !said.contains("acme"), "{said}");
        }
    }
}
