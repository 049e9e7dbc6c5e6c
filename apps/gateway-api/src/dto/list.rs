//! The parameters that choose payments.

use payment_usecases::list::List;
use serde::Deserialize;
use utoipa::IntoParams;

/// Which payments are listed; every parameter that is given must match.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListParameters {
    /// In which status.
    #[param(
        pattern = "^(CREATED|AUTHORIZED|CAPTURED|PARTIALLY_REFUNDED|REFUNDED|FAILED|VOIDED|EXPIRED)$",
        example = "CAPTURED"
    )]
    status: Option<String>,
    /// For which of your orders.
    #[param(example = "ORDER-12345")]
    order_id: Option<String>,
    /// At which provider.
    #[param(pattern = "^[A-Z0-9_]{1,50}$", example = "MOCK_PROVIDER")]
    provider: Option<String>,
    /// Created at this time or later.
    #[param(format = DateTime)]
    created_from: Option<String>,
    /// Created before this time.
    #[param(format = DateTime)]
    created_to: Option<String>,
    /// At most so many, 1 to 100; 20 by default.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

impl From<ListParameters> for List {
    fn from(parameters: ListParameters) -> Self {
        Self {
            status: parameters.status,
            order_id: parameters.order_id,
            provider: parameters.provider,
            created_from: parameters.created_from,
            created_to: parameters.created_to,
            limit: parameters.limit,
            cursor: parameters.cursor,
        }
    }
}
