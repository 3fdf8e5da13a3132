//! The chain that a command looks at: read whole, or by its links alone until a script is asked for.

use std::ops::Range;

use migrate_chain::Outline;
use migrate_core::{Backends, Chain};

use crate::context::{Context, Loaded};
use crate::error::CommandError;
use crate::ui::Ui;

pub(crate) enum Known<'a> {
    Whole(Loaded<'a>),
    /// With the directory as the user would name it.
    Links(Box<Outline>, String),
}

/// How much of a chain is read: [`Known::links`] or [`Known::whole`].
pub(crate) type Read<'a> = fn(&mut Ui, &Context<'a>) -> Result<Known<'a>, CommandError>;

impl<'a> Known<'a> {
    /// Reads as little as shows the chain. What is not in order is read whole, and reported so.
    pub(crate) fn links(ui: &mut Ui, context: &Context<'a>) -> Result<Self, CommandError> {
        match context.outline(ui)? {
            Some((outline, shown)) => Ok(Self::Links(outline.into(), shown)),
            None => Self::whole(ui, context),
        }
    }

    /// Reads every script too.
    pub(crate) fn whole(ui: &mut Ui, context: &Context<'a>) -> Result<Self, CommandError> {
        context.load_to_look(ui, Backends::ALL).map(Self::Whole)
    }

    /// Reads the scripts of the revisions at these places, if they are not read yet.
    pub(crate) fn read_scripts(
        &mut self,
        ui: &mut Ui,
        context: &Context<'a>,
        places: Range<usize>,
    ) -> Result<(), CommandError> {
        if let Self::Links(outline, _) = self
            && !outline.read_scripts(places)
        {
            *self = Self::whole(ui, context)?;
        }
        Ok(())
    }

    pub(crate) fn chain(&self) -> &Chain {
        match self {
            Self::Whole(loaded) => loaded.migrations.chain(),
            Self::Links(outline, _) => outline.chain(),
        }
    }

    /// The directory as the user would name it.
    pub(crate) fn shown(&self) -> &str {
        match self {
            Self::Whole(loaded) => &loaded.shown,
            Self::Links(_, shown) => shown,
        }
    }
}
