//! What production refuses.

use super::{
    model::Settings,
    reader::Reader,
    security::{API_KEY_PEPPER, ENCRYPTION_KEY},
};

pub(super) fn check(reader: &mut Reader<'_>, settings: &Settings) {
    if settings.database.is_in_memory() {
        reader.refuse::<()>("database.url", "must not be in memory in production");
    }
    reader.demand("public-url");
    reader.demand(ENCRYPTION_KEY);
    reader.demand(API_KEY_PEPPER);
    if settings.payment.default_provider.as_str() == "MOCK_PROVIDER" {
        reader.notice("the default provider is the mock, which declines live payments".to_owned());
    }
}
