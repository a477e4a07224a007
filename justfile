# The one door: `just` lists everything.

set positional-arguments

_default:
    @just --list --unsorted

# See the product on this machine
demo *args:
    cargo run --release -- demo "$@"

# Everything that must pass before a change lands
check: lint test examples fuzz-build

# Format
fmt:
    cargo fmt
    cargo fmt --manifest-path fuzz/Cargo.toml

# rustfmt, clippy and docs, warnings as errors
lint:
    cargo fmt --check
    cargo fmt --check --manifest-path fuzz/Cargo.toml
    cargo clippy --workspace --all-targets --locked -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# Write the generated files: docs/openapi.json, and the tables of docs/PRIVACY.md
generate:
    WFM_GENERATE=1 cargo test -q -p wfm-api --lib openapi
    WFM_GENERATE=1 cargo test -q -p wfm-e2e --test privacy_document

# What the README says
test:
    cargo test --workspace

# Exports as Parquet: lints and tests of the service with that feature (two minutes, as all of it is built once more)
parquet:
    cargo clippy -p wfm-api --all-targets --features parquet --locked -- -D warnings
    cargo test -p wfm-api --features parquet

# Run every example
examples:
    cargo run -q -p wfm-examples --bin what_is_behind
    cargo run -q -p wfm-examples --bin another_product
    cargo run -q -p wfm-examples --bin see_a_cluster
    cargo run -q -p wfm-examples --bin own_collector

# The README's first command, asked over HTTP
smoke:
    .ci/smoke

# Licences, sources and banned crates (cargo install cargo-deny)
deny:
    cargo deny check bans licenses sources

# The fuzz targets build
fuzz-build:
    cargo check --manifest-path fuzz/Cargo.toml --locked

# The bodies of the fuzz targets on stable: every seed, and many mutations of it
fuzz-seeds:
    cargo test --release --manifest-path fuzz/Cargo.toml --no-default-features --lib --locked

# Fuzz a target for some seconds (cargo install cargo-fuzz, nightly)
fuzz target="version_diff" seconds="60":
    cd fuzz && mkdir -p corpus/{{ target }} && cargo +nightly fuzz run {{ target }} corpus/{{ target }} seeds/{{ target }} -- -max_total_time={{ seconds }}

# Every target, one after the other, each for some seconds
fuzz-all seconds="60":
    just fuzz anonymizer_non_interference {{ seconds }}
    just fuzz anonymizer_canary {{ seconds }}
    just fuzz quantity_parse {{ seconds }}
    just fuzz version_diff {{ seconds }}
    just fuzz wire_roundtrip {{ seconds }}

# Pairs of inventories that agree on what may leave and nowhere else: the anonymizer must make the same bytes of both
non-interference cases="10000000":
    cargo bench -q -p wfm-core --profile dist --features testing --bench non_interference -- {{ cases }}

# Mutations of every normaliser, in a copy: each must turn wfm-core's tests red (some ten minutes)
mutants:
    cargo test -p wfm-e2e --test mutants -- --ignored --nocapture

# How many clusters of the seeded fleet report something that no other one reports, by envelope and size of the fleet
uniqueness clusters="100000":
    cargo bench -q -p wfm-api --bench uniqueness -- {{ clusters }}

# The ignored tests, against a real cluster: KUBECONFIG (the agent's) and KUBECONFIG_ADMIN
test-cluster:
    cargo test -p wfm-e2e --test real_cluster -- --ignored --test-threads 1

# The agent's page in Chromium, state by state: needs node, `npm install playwright-core axe-core` in WFM_BROWSER_MODULES, CHROMIUM
test-browser:
    cargo test -p wfm-e2e --test browser -- --ignored --nocapture

# Every scripted fault of the cluster's API and of the versions service under 50 seeds
weather:
    cargo test --release -p wfm-e2e --test weather -- --ignored --nocapture

# The slow tests of the service: 200 kills under load, hundreds of truncations, thousands of silent peers
hard:
    cargo test --release -p wfm-api --test crash -- --ignored --nocapture
    cargo test --release -p wfm-api --lib truncation -- --ignored --nocapture
    cargo test --release -p wfm-shell --lib load -- --ignored --nocapture

# A disk that fills up under the store (mounts a small file system: needs root)
full-disk:
    cargo test --release -p wfm-api --lib full -- --ignored --nocapture --test-threads 1

# Sizes of the binaries, start to first page, the agent's memory
bench:
    cargo build --release --workspace --bins
    cargo bench -q -p wfm-e2e --bench first_page

# What a cluster of 10,000 pods and 5,000 nodes costs the agent: time, memory, the processor while nobody looks
bench-agent:
    cargo build --release -p wfm-agent
    cargo bench -q -p wfm-e2e --bench agent

# Durable check-ins and reads, against the same server without a store
bench-api:
    cargo build --release --workspace --bins
    cargo bench -q -p wfm-e2e --bench api

# The service's memory under check-ins for some minutes
bench-soak minutes="10":
    cargo build --release --workspace --bins
    WFM_BENCH_SOAK_MINUTES={{ minutes }} cargo bench -q -p wfm-e2e --bench api

# What the numbers of a fleet cost: a question at a million clusters, a check-in, bytes on the disk, memory
bench-fleet:
    cargo bench -q -p wfm-api --bench fleet

# Page = API = a recount of every check-in, on 5,000 clusters over 400 days
recount:
    cargo test --release -p wfm-api --test recount -- --ignored --nocapture

# Write the insights page in each of its states as HTML files into a folder, to look at
samples folder:
    WFM_SAMPLES={{ folder }} cargo test -q -p wfm-api --lib dashboard::tests::writes_the_samples -- --ignored
