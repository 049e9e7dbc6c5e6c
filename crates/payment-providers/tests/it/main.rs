//! Every provider as its callers see it.

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod mock_modes;
#[cfg(test)]
mod mock_operations;
#[cfg(test)]
mod mock_three_ds;
#[cfg(test)]
mod mock_tokens;
#[cfg(test)]
mod remote;
#[cfg(test)]
mod settings;
