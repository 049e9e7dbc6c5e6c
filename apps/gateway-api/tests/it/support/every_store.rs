//! The same test on every store.

/// Runs each of these tests on each store.
macro_rules! on_every_store {
    ($($name:ident)+) => {
        mod memory {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::support::TestApp::in_memory().await).await;
            })+
        }

        payment_store::on_every_database! { crate::support::TestApp::on: $($name)+ }
    };
}

pub(crate) use on_every_store;
