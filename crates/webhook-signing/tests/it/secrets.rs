//! Which texts are secrets, and that none of them leaks.

use secrecy::ExposeSecret;
use webhook_signing::secret::{InvalidSecret, Secret, Secrets, generate_secret};

#[test]
fn a_generated_secret_is_the_base64_of_the_random_bytes() {
    let displayed = generate_secret([0; 32]);
    assert_eq!(displayed.expose_secret(), "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    assert!(Secret::parse(&displayed).is_ok());
}

#[test]
fn a_text_of_another_form_is_refused() {
    let (bytes_23, bytes_65) = ("A".repeat(31) + "=", "A".repeat(87) + "=");
    let texts = [
        String::new(),
        "whsec_".to_owned(),
        "my-webhook-secret".to_owned(),
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS".to_owned(),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_".to_owned(),
        format!("whsec_{bytes_23}"),
        format!("whsec_{bytes_65}"),
    ];
    for text in texts {
        let parsed = Secret::parse(&text.as_str().into());
        assert_eq!(parsed.unwrap_err(), InvalidSecret, "{text}");
    }
}

#[test]
fn no_secret_shows_in_debug_output() {
    let displayed = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let secret = Secret::parse(&displayed.into()).unwrap();
    let text = format!("{:?}", Secrets { current: secret.clone(), next: Some(secret) });
    assert!(!text.contains("MfKQ"), "{text}");
    // The decoded key, as the numbers that a derived `Debug` would print.
    assert!(!text.contains("49, 242"), "{text}");
}
