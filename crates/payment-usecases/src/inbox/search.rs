//! Which attempts a notice is about.

use payment_core::{
    attempt::Attempt,
    id::{AttemptId, ProviderId},
};
use payment_ports::notice::About;

use crate::{engine::load_open, error::Error, ports::Ports};

/// How many attempts of one name are looked at; they belong to one payment.
const MOST_CALLED: u64 = 20;

/// The attempts that a notice is about.
#[derive(Debug, Default)]
pub(super) struct Matches {
    /// Those that it names.
    pub(super) named: Vec<AttemptId>,
    /// Those that the payments of the others wait for: what the notice tells may be of them.
    pub(super) awaited: Vec<AttemptId>,
}

/// Finds them; none if nobody knows yet what the provider means.
pub(super) async fn search(
    ports: &Ports,
    provider: &ProviderId,
    about: &About,
) -> Result<Matches, Error> {
    let candidates = match about {
        About::Attempt(attempt) => vec![*attempt],
        About::Reference(reference) => {
            ports.store.attempts_called(provider, reference, MOST_CALLED).await?
        }
    };
    let mut matches = Matches::default();
    for candidate in candidates {
        let Some((open, _)) = load_open(ports, candidate).await? else { continue };
        if is_foreign(&open.attempt, provider) {
            continue;
        }
        matches.named.push(candidate);
        let pending = open.payment.pending.map(|pending| pending.attempt);
        matches.awaited.extend(pending.filter(|_| matches!(about, About::Reference(_))));
    }
    matches.awaited.sort_unstable();
    matches.awaited.dedup();
    matches.awaited.retain(|attempt| !matches.named.contains(attempt));
    Ok(matches)
}

/// One provider has nothing to say of another's attempts.
fn is_foreign(attempt: &Attempt, provider: &ProviderId) -> bool {
    let is_foreign = attempt.provider != *provider;
    if is_foreign {
        tracing::error!(
            attempt = %attempt.id, of = %attempt.provider, from = %provider,
            "a provider sent a notice about another provider's attempt"
        );
    }
    is_foreign
}
