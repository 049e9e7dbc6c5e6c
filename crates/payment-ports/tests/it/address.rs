use payment_core::id::Mode;
use payment_ports::{address::AddressCheck as _, fakes::ScriptedAddresses};

#[test]
fn what_is_not_refused_passes() {
    let addresses = ScriptedAddresses::new().refusing("https://a.example/", Mode::Live, "is ours");
    let refused = addresses.check("https://a.example/", Mode::Live).unwrap_err();
    assert_eq!(refused.to_string(), "is ours");
    assert_eq!(addresses.check("https://a.example/", Mode::Test), Ok(()));
    assert_eq!(addresses.check("https://b.example/", Mode::Live), Ok(()));
}
