//! Where each problem is.

use super::Problem;
use crate::Position;

impl Problem {
    /// The file, relative to the migrations directory, with `/` between its parts; `""` is the directory itself.
    #[must_use]
    pub fn file(&self) -> &str {
        match self {
            Self::MissingDirectory { file }
            | Self::NoRevision { file }
            | Self::Unreadable { file, .. }
            | Self::NotAFile { file }
            | Self::NoFunction { file }
            | Self::PrivateFunction { file, .. }
            | Self::NoId { file }
            | Self::IdTooLong { file, .. }
            | Self::ReservedId { file, .. }
            | Self::DuplicateId { file, .. }
            | Self::FollowsItself { file, .. }
            | Self::MissingParent { file, .. }
            | Self::Cycle { file, .. }
            | Self::Fork { file, .. }
            | Self::SeveralBases { file, .. }
            | Self::Backwards { file, .. }
            | Self::Unlinked { file, .. }
            | Self::NotToml { file, .. }
            | Self::UnknownKey { file, .. }
            | Self::WrongType { file, .. }
            | Self::BadValue { file, .. }
            | Self::NoRunInTransaction { file }
            | Self::UnknownRevision { file, .. }
            | Self::Nested { file }
            | Self::MissingUp { file, .. }
            | Self::MissingDown { file, .. }
            | Self::EmptyDown { file }
            | Self::AdoptedDowns { file, .. }
            | Self::IrreversibleWithDown { file, .. }
            | Self::Counterpart { file, .. }
            | Self::Misspelt { file, .. }
            | Self::NotUtf8 { file, .. }
            | Self::Nul { file, .. }
            | Self::Script { file, .. }
            | Self::TransactionControl { file, .. }
            | Self::LockConflict { file, .. }
            | Self::LockVersion { file, .. }
            | Self::Vanished { file, .. }
            | Self::Sealed { file, .. } => file,
        }
    }

    /// The line in the file, where there is one.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::NotToml { line, .. } => *line,
            Self::UnknownKey { line, .. }
            | Self::WrongType { line, .. }
            | Self::BadValue { line, .. }
            | Self::UnknownRevision { line, .. }
            | Self::IrreversibleWithDown { line, .. }
            | Self::NotUtf8 { line, .. }
            | Self::LockConflict { line, .. }
            | Self::LockVersion { line, .. }
            | Self::Vanished { line, .. } => Some(*line),
            _ => self.position().map(|at| at.line),
        }
    }

    /// The line and column in the file, where both are known.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        match self {
            Self::Nul { at, .. }
            | Self::Script { at, .. }
            | Self::TransactionControl { at, .. } => Some(*at),
            _ => None,
        }
    }
}
