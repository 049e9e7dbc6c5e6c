//! Points in time as every database keeps them: to the microsecond, and past the year 2038.

use payment_core::time::Timestamp;
use sea_orm::{
    ColIdx, QueryResult, TryGetError, TryGetable, Value,
    sea_query::{ArrayType, ColumnType, Nullable, ValueType, ValueTypeErr},
};

/// A point in time as it is written, compared and read.
///
/// It is bound without a zone, because every session's zone is UTC and the driver would bind it
/// as a TIMESTAMP for MySQL otherwise, which becomes NULL after 2038.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct UtcTime(Timestamp);

impl From<Timestamp> for UtcTime {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

impl From<UtcTime> for Timestamp {
    fn from(time: UtcTime) -> Self {
        time.0
    }
}

impl From<UtcTime> for Value {
    fn from(time: UtcTime) -> Self {
        Self::ChronoDateTime(Some(time.0.naive_utc()))
    }
}

impl Nullable for UtcTime {
    fn null() -> Value {
        Value::ChronoDateTime(None)
    }
}

impl TryGetable for UtcTime {
    fn try_get_by<I: ColIdx>(row: &QueryResult, column: I) -> Result<Self, TryGetError> {
        Timestamp::try_get_by(row, column).map(Self)
    }
}

impl ValueType for UtcTime {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        if let Value::ChronoDateTime(Some(time)) = value {
            Ok(Self(time.and_utc()))
        } else {
            Err(ValueTypeErr)
        }
    }

    fn type_name() -> String {
        "UtcTime".to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::ChronoDateTime
    }

    fn column_type() -> ColumnType {
        ColumnType::DateTime
    }
}
