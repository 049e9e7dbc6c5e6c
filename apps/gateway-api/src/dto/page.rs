//! Lists.

use payment_usecases::pages;
use serde::Serialize;
use utoipa::ToSchema;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T: ToSchema> {
    /// What is on the page.
    pub(crate) data: Vec<T>,
    /// Where the next page begins; null after the last.
    pub(crate) next_cursor: Option<String>,
}

impl<T: ToSchema> Page<T> {
    /// A list that has only one page.
    pub(crate) const fn whole(data: Vec<T>) -> Self {
        Self { data, next_cursor: None }
    }
}

impl<T: ToSchema> From<pages::Page<T>> for Page<T> {
    fn from(page: pages::Page<T>) -> Self {
        Self { data: page.data, next_cursor: page.next_cursor }
    }
}
