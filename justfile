# Task names. `just` lists them.

_default:
    @just --list

# The API on http://localhost:8080 with SQLite, the mock provider and a worker inside.
run:
    cargo run -p gateway-api

# Everything that must hold before a change lands.
test:
    scripts/test

# What is quick: formatting and lints.
check:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --all-features -- -D warnings

# Licences, sources and the direction of dependencies.
deny:
    cargo deny check bans licenses sources

# Changes payment-core in every way that a test should notice; none may be missed.
mutants:
    cargo mutants -p payment-core

# Writes docs/openapi.json anew from the code.
openapi:
    cargo run -q -p gateway-api -- openapi > docs/openapi.json

# Plays N simulated worlds and tells what went wrong in them.
worlds n="50000":
    cargo run -q -p worlds --release -- {{n}} --threads 2

# Plays one simulated world, line by line.
world seed:
    cargo run -q -p worlds -- --seed {{seed}}

# Payments per second and latencies on SQLite, beside the raw ceilings of the same run.
bench:
    scripts/bench

# Lets everything break while payments are made, and writes docs/chaos.md: SECONDS on DATABASE
# (sqlite, postgres, mariadb, galera, or the first three: all).
chaos SECONDS="600" DATABASE="all":
    scripts/chaos --seconds {{ SECONDS }} {{ if DATABASE == "all" { "" } else { "--database " + DATABASE } }} --scoreboard docs/chaos.md

# SQLite's group commit against one commit for each call, on this disk and on one made slow.
bench-group-commit:
    tools/slow-disk/bench

# How fast webhooks go out on PostgreSQL, beside the raw ceilings of the same run.
bench-webhooks *ARGUMENTS:
    scripts/bench-webhooks {{ ARGUMENTS }}
