//! What is known of one thing that a schema can say.

/// One thing that a schema may say, or be silent about. A `table!` block says nothing of defaults: then a default is
/// unknown, and what is unknown never differs.
///
/// ```
/// use migrate_schema::Facet;
/// assert!(Facet::Known(1).differs(&Facet::Known(2)));
/// assert!(!Facet::Known(1).differs(&Facet::Unknown));
/// assert!(!Facet::Known(1).differs(&Facet::Suggested(2)));
/// assert_eq!(Facet::Suggested(2).value(), Some(&2));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
pub enum Facet<T> {
    /// Nothing is said.
    #[default]
    Unknown,
    /// Nothing is said of what is there; what is made new is made like this. The name that a constraint gets by the
    /// project's template is one.
    Suggested(T),
    /// It is so.
    Known(T),
}

impl<T> Facet<T> {
    /// What is known or suggested.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Unknown => None,
            Self::Suggested(value) | Self::Known(value) => Some(value),
        }
    }

    /// The same, to be changed.
    pub const fn value_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Unknown => None,
            Self::Suggested(value) | Self::Known(value) => Some(value),
        }
    }

    /// What is known for certain.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown | Self::Suggested(_) => None,
        }
    }

    /// Whether both are known, and different.
    pub fn differs(&self, other: &Self) -> bool
    where
        T: PartialEq,
    {
        match (self.known(), other.known()) {
            (Some(one), Some(other)) => one != other,
            _ => false,
        }
    }

    /// The same with another value.
    pub fn map<U>(self, with: impl FnOnce(T) -> U) -> Facet<U> {
        match self {
            Self::Unknown => Facet::Unknown,
            Self::Suggested(value) => Facet::Suggested(with(value)),
            Self::Known(value) => Facet::Known(with(value)),
        }
    }

    /// What is so after a change towards this: what this knows; else what was there; else what this suggests.
    #[must_use]
    pub fn over(self, before: &Self) -> Self
    where
        T: Clone,
    {
        match (&self, before) {
            (Self::Known(_), _) | (_, Self::Unknown) => self,
            (_, there) => there.clone(),
        }
    }
}

impl<T> Facet<Option<T>> {
    /// The value, if there is said to be one.
    pub fn get(&self) -> Option<&T> {
        self.value().and_then(Option::as_ref)
    }

    /// The value, if there is said to be one, to be changed.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value_mut().and_then(Option::as_mut)
    }
}

impl<T> Facet<Vec<T>> {
    /// All that is known or suggested.
    pub fn all(&self) -> &[T] {
        self.value().map_or(&[], Vec::as_slice)
    }
}

impl<T> From<T> for Facet<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}
