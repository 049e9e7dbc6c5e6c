//! Fields of which null says something else than that they are not there.

use payment_usecases::endpoints::Edit;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field that may be left out, be null, or have a value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Nullable<T>(Edit<T>);

impl<T> Nullable<T> {
    /// Whether it was left out.
    pub(crate) const fn is_absent(&self) -> bool {
        matches!(self.0, Edit::Keep)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::<T>::deserialize(deserializer)?;
        Ok(Self(value.map_or(Edit::Clear, Edit::Set)))
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Edit::Keep | Edit::Clear => serializer.serialize_none(),
            Edit::Set(value) => value.serialize(serializer),
        }
    }
}

impl<T> From<Nullable<T>> for Edit<T> {
    fn from(field: Nullable<T>) -> Self {
        field.0
    }
}
