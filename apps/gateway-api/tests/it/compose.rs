//! The compose files say nothing that the programs do not know.

use std::collections::BTreeMap;

use gateway_runtime::settings::{Environment, Settings};
use serde_yaml_ng::Value;

use crate::support::TestApp;

const COMPOSE: &str = include_str!("../../../../compose.yaml");
const MYSQL: &str = include_str!("../../../../compose.mysql.yaml");
const IMAGE: &str = include_str!("../../../../Dockerfile");
const TOOLCHAIN: &str = include_str!("../../../../rust-toolchain.toml");

/// Those that run our programs.
const OURS: [&str; 3] = ["migrate", "gateway-api", "outbox-worker"];

fn services(file: &str) -> Value {
    let mut file: Value = serde_yaml_ng::from_str(file).unwrap();
    file.apply_merge().unwrap();
    file["services"].clone()
}

fn words(list: &Value) -> Vec<&str> {
    list.as_sequence().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

/// The variables of a service, with what an operator would put into `.env`.
fn environment(service: &Value) -> BTreeMap<String, String> {
    let variables = service["environment"].as_mapping().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    variables.map(|(name, value)| (text(name), filled_in(&text(value)))).collect()
}

fn filled_in(value: &str) -> String {
    let Some((before, rest)) = value.split_once("${") else { return value.to_owned() };
    let (variable, after) = rest.split_once('}').unwrap();
    let (name, _) = variable.split_once(":?").unwrap_or_else(|| panic!("{value} has a default"));
    let given = match name {
        "DATABASE_PASSWORD" => "b04d5ebc5b3b2c0e",
        "PUBLIC_URL" => "https://pay.example.com",
        "SECURITY_ENCRYPTION_KEY" => "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "SECURITY_API_KEY_PEPPER" => "0123456789abcdef0123456789abcdef",
        _ => panic!("{name} is not told of at the top of compose.yaml"),
    };
    assert!(COMPOSE.contains(&format!("#   {name}=")), "{name}");
    format!("{before}{given}{after}")
}

#[test]
fn every_variable_is_one_that_the_programs_need() {
    let (services, mysql) = (services(COMPOSE), services(MYSQL));
    for name in OURS {
        let mut variables = environment(&services[name]);
        for database in ["postgres://gateway:", "mysql://gateway:"] {
            let settings = Settings::read(None, &variables).unwrap();
            assert_eq!(settings.environment, Environment::Production);
            assert!(variables["DATABASE_URL"].starts_with(database), "{variables:?}");
            for left_out in variables.keys() {
                let mut fewer = variables.clone();
                fewer.remove(left_out);
                let without = Settings::read(None, &fewer);
                let is_production =
                    |settings: &Settings| settings.environment == Environment::Production;
                assert!(!without.is_ok_and(|settings| is_production(&settings)), "{left_out}");
            }
            variables.extend(environment(&mysql[name]));
        }
    }
}

#[test]
fn every_command_is_a_program_of_the_image() {
    let services = services(COMPOSE);
    for name in OURS {
        let command = words(&services[name]["command"]);
        assert!(IMAGE.contains(&format!("/release/{}", command[0])), "{command:?}");
        let rest = &command[1..];
        assert!(rest.is_empty() || (command[0] == "gateway-api" && rest == ["migrate"]));
    }
    assert!(IMAGE.contains("\nUSER 10001\n"));
    let version = TOOLCHAIN.split('"').nth(1).unwrap();
    assert!(IMAGE.contains(&format!("FROM rust:{version}-")), "{version}");
}

#[tokio::test]
async fn the_port_and_the_path_of_the_health_check_are_served() {
    let services = services(COMPOSE);
    let api = &services["gateway-api"];
    let port = Settings::read(None, &environment(api)).unwrap().server.port.to_string();
    let published = words(&api["ports"])[0];
    assert_eq!(published.rsplit(':').next(), Some(port.as_str()));
    assert!(IMAGE.contains(&format!("\nEXPOSE {port}\n")));
    let check = words(&api["healthcheck"]["test"]);
    let prefix = format!("http://127.0.0.1:{port}");
    let path = check.last().unwrap().strip_prefix(&prefix).unwrap();

    let app = TestApp::in_memory().await;

    app.client.browse(path).await.assert_status(200);
}

#[test]
fn every_volume_is_declared_and_every_service_waited_for_is_there() {
    for file in [COMPOSE, MYSQL] {
        let file: Value = serde_yaml_ng::from_str(file).unwrap();
        for volume in words(&file["services"]["database"]["volumes"]) {
            let (name, _) = volume.split_once(':').unwrap();
            assert!(file["volumes"].as_mapping().unwrap().contains_key(name), "{name}");
        }
    }
    let services = services(COMPOSE);
    for (_, service) in services.as_mapping().unwrap() {
        for (name, _) in service["depends_on"].as_mapping().into_iter().flatten() {
            assert!(services.as_mapping().unwrap().contains_key(name), "{name:?}");
        }
    }
}
