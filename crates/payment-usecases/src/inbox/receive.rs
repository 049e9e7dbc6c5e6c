//! Taking a notice: it is verified, stored and answered; nothing is done about it yet.

use payment_core::id::ProviderId;
use payment_ports::{
    notice::{Notice, NoticePost, Receipt, Unread, Untrusted},
    store::{ApplyError, Change, Guard, NoticeProgress, StoredNotice},
};

use crate::{error::Error, ports::Ports};

/// The longest name of a notice that is kept, in characters.
const LONGEST_EVENT_ID: usize = 255;

/// A notice that the provider need not send again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is stored, and a worker will heed it.
    New(Receipt),
    /// It was stored before.
    Again(Receipt),
    /// It is not about a payment, and is not kept.
    NotForUs(Receipt),
}

/// Why a request is not taken. Nothing was stored.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotTaken {
    /// No provider of that name is switched on.
    #[error("there is no provider {0} here")]
    UnknownProvider(ProviderId),
    /// The provider's notices cannot be verified, so none is accepted.
    #[error("notices of {0} are not accepted: no secret to verify them with is configured")]
    NoSecret(ProviderId),
    /// It is not the provider's, or nobody can tell right now.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// It is the provider's, and cannot be read.
    #[error("the notice cannot be read: {0}")]
    Malformed(String),
    /// It could not be stored.
    #[error(transparent)]
    Failed(#[from] Error),
}

/// Takes what was posted in the name of a provider, if it is the provider's.
///
/// # Errors
///
/// [`NotTaken`]; where it is the provider's, it will be sent again.
pub async fn receive(
    ports: &Ports,
    provider: &ProviderId,
    post: NoticePost,
) -> Result<Taken, NotTaken> {
    let unknown = || NotTaken::UnknownProvider(provider.clone());
    let known = ports.providers.get(provider).ok_or_else(unknown)?;
    let notices = known.notices().ok_or_else(|| NotTaken::NoSecret(provider.clone()))?;
    let now = ports.clock.now();
    notices.verify(&post, now).await?;
    let receipt = notices.receipt();
    let event_id = match notices.read(&post) {
        Ok(Notice { id, .. }) if is_storable(&id) => id,
        Ok(_) => return Err(NotTaken::Malformed("its id is not one that can be kept".to_owned())),
        Err(Unread::NotForUs) => return Ok(Taken::NotForUs(receipt)),
        Err(Unread::Malformed(why)) => return Err(NotTaken::Malformed(why)),
    };
    let notice = StoredNotice {
        id: ports.ids.uuid(),
        provider: provider.clone(),
        event_id,
        post,
        progress: NoticeProgress::Received { next_try_at: now },
        tries: 0,
        received_at: now,
    };
    match ports.store.apply(&[Change::InsertNotice(notice)]).await {
        Ok(()) => {
            ports.wake.notices_wait();
            Ok(Taken::New(receipt))
        }
        Err(ApplyError::Conflict(Guard::Notice)) => Ok(Taken::Again(receipt)),
        // If it was stored after all, it is met again when it is sent again.
        Err(error) => Err(Error::from(error).into()),
    }
}

/// Whether every database keeps it as it is.
fn is_storable(event_id: &str) -> bool {
    let length = event_id.chars().count();
    (1..=LONGEST_EVENT_ID).contains(&length) && !event_id.chars().any(char::is_control)
}
