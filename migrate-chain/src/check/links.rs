//! The links: one base, one head, one line, ids that ascend.

use crate::{Chain, Problem, Revision};

/// Puts revisions in order. If there are problems, the order is of no use.
pub(crate) fn order(revisions: Vec<Revision>, problems: &mut Vec<Problem>) -> Chain {
    let _ = problems;
    Chain::in_order(revisions)
}
