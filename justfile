# The commands of CONTRIBUTING.md by name: https://just.systems. `just` alone lists them.

_list:
    @just --list --unsorted

# Format, compile and lint everything; run nothing: the fastest answer.
check:
    cargo fmt --all --check
    cargo clippy --release --workspace --all-targets --locked -- -D warnings

# The language and the macro; `just test-fast estimators` runs another folder of tests/ instead.
test-fast suite="language":
    cargo test --release --locked -p elbow-macros
    cargo test --release --locked -p elbow-tests --test {{ suite }}

# Everything that the CI runs.
ci:
    .ci/run

# Rewrite the expected messages of tests/ui; then read `git diff`.
ui-bless:
    TRYBUILD=overwrite cargo test --release --locked -p elbow-tests --test ui

# Break the code on purpose, a hundred times; a test must notice each.
mutants:
    cargo test --release --locked -p elbow-tests --test mutations -- --ignored --nocapture

# One bench, such as `just bench compile` or `just bench vae_step W4_32`.
bench name="vae_step" *arguments:
    cargo bench --locked -p elbow --bench {{ name }} -- {{ arguments }}
