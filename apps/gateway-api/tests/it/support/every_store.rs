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

        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                super::$name($crate::support::TestApp::on_sqlite().await).await;
            })+
        }
    };
}

pub(crate) use on_every_store;
