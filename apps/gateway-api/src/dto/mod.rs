//! The bodies and parameters of requests, and what answers add to the views of the use-cases.

mod amount;
mod authorize;
mod create;
mod endpoint;
mod health;
mod list;
mod nullable;
mod operations;
mod page;
mod webhooks;

pub(crate) use amount::Amount;
pub(crate) use authorize::AuthorizeBody;
pub(crate) use create::CreateBody;
pub(crate) use endpoint::{EndpointUpdateBody, NewEndpointBody, NoBody, RotationBody};
pub(crate) use health::{AdminHealth, App, Component, Components, Health, Info, Status};
pub(crate) use list::ListParameters;
pub(crate) use nullable::Nullable;
pub(crate) use operations::{CaptureBody, RefundBody, VoidBody};
pub(crate) use page::Page;
pub(crate) use webhooks::{DeliveryParameters, EventParameters, RecoverBody};
