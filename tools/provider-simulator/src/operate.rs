//! An order, from its arrival to its answer, with all that goes wrong in between.

use std::{io, sync::Arc, time::Duration};

use http::Response;

use crate::{
    answer::Answer,
    bank::{Arrival, Said},
    card::News,
    delivery::{self, Body, Delivery},
    fault::{Fault, Faults},
    reply,
    server::Shared,
};

/// Does what is asked, and answers; or not, as `fault` wants it.
pub(crate) async fn operate(shared: &Arc<Shared>, arrival: Arrival, fault: Fault) -> Delivery {
    shared.bank.count(arrival.operation, &arrival.order.reference);
    let faults = shared.dice().faults().clone();
    if let Some(delay) = landing(shared, fault, &faults) {
        land_later(shared, arrival, delay);
        return delivery::hang_up();
    }
    let said = shared.bank.operate(arrival, false).await?;
    tell(shared, &said, fault, &faults).await;
    deliver(said, fault, &faults).await
}

/// When an order takes effect whose sender is hung up on.
fn landing(shared: &Shared, fault: Fault, faults: &Faults) -> Option<Duration> {
    let latest = shared.max_late_landing;
    if fault == Fault::LandLate {
        return Some(shared.dice().moment(latest));
    }
    let too_late = Duration::from_millis(faults.land_too_late_ms);
    (fault == Fault::LandTooLate).then(|| latest.saturating_add(too_late))
}

fn land_later(shared: &Arc<Shared>, arrival: Arrival, delay: Duration) {
    shared.bank.put_off();
    let late = Arc::clone(shared);
    shared.in_background(async move {
        tokio::time::sleep(delay).await;
        if let Ok(said) = late.bank.land(arrival).await {
            let faults = late.dice().faults().clone();
            tell(&late, &said, Fault::None, &faults).await;
        }
    });
}

/// Posts the notice of what was done; unless it goes out early, nobody waits for it.
async fn tell(shared: &Arc<Shared>, said: &Said, fault: Fault, faults: &Faults) {
    let (Said::Taken(answer, _), Some(notices)) = (said, &shared.notices) else {
        return;
    };
    let (answer, notices) = (answer.clone(), Arc::clone(notices));
    let delay = if fault == Fault::LateNotice { faults.notice_delay_ms } else { 0 };
    let times = if fault == Fault::DuplicateNotice { 2 } else { 1 };
    if fault == Fault::EarlyNotice {
        notices.post(&answer).await.unwrap_or_default();
        return tokio::time::sleep(Duration::from_millis(faults.notice_lead_ms)).await;
    }
    shared.in_background(async move {
        tokio::time::sleep(Duration::from_millis(delay)).await;
        for _ in 0..times {
            // A notice that nobody takes is lost, as at many banks.
            notices.post(&answer).await.unwrap_or_default();
        }
    });
}

async fn deliver(said: Said, fault: Fault, faults: &Faults) -> Delivery {
    let response = match said {
        Said::Taken(_, News::Lost) => return delivery::hang_up(),
        Said::Taken(answer, News::After(delay)) => {
            tokio::time::sleep(delay).await;
            answered(answer, fault)?
        }
        Said::Taken(answer, News::AtOnce) | Said::Known(answer) => answered(answer, fault)?,
        Said::Refused(refusal) => reply::refusal(&refusal)?,
    };
    match fault {
        Fault::RefuseConnection
        | Fault::HangUpAfterReading
        | Fault::LandLate
        | Fault::LandTooLate => delivery::hang_up(),
        Fault::Error500AfterEffect => delivery::error_page(),
        Fault::AnswerLate => {
            tokio::time::sleep(Duration::from_millis(faults.answer_late_ms)).await;
            Ok(response)
        }
        Fault::SlowBytes => {
            delivery::slowed(response, Duration::from_millis(faults.slow_byte_ms)).await
        }
        Fault::None
        | Fault::WrongAmountEchoed
        | Fault::DuplicateNotice
        | Fault::LateNotice
        | Fault::EarlyNotice => Ok(response),
    }
}

fn answered(answer: Answer, fault: Fault) -> io::Result<Response<Body>> {
    let wrong = i64::from(fault == Fault::WrongAmountEchoed);
    let amount_minor = answer.amount_minor.saturating_add(wrong);
    reply::answer(&Answer { amount_minor, ..answer })
}
