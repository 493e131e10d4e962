# The commands of CONTRIBUTING.md. `just` alone lists them.

[private]
default:
    @just --list --unsorted

# All that CI asks of a change on this system
gate:
    .ci/run

# Run the example with its page
notes:
    cargo run -p notes

# Unit tests of the library and of the macros, optionally those whose names contain FILTER
unit FILTER="":
    cargo test -p clerk-auth --lib {{ FILTER }}
    cargo test -p clerk-auth-macros {{ FILTER }}

# One test binary over real sockets: `just test tokens expired`
test BINARY FILTER="":
    cargo test -p clerk-auth-tests --test {{ BINARY }} {{ FILTER }}

# What must not compile, and what must
ui:
    cargo test -p clerk-auth-ui-tests

# Write new messages and expansions. Read the difference
bless:
    UPDATE_EXPECT=1 cargo test -p clerk-auth-macros
    TRYBUILD=overwrite cargo test -p clerk-auth-ui-tests --test ui

# The example's page in a browser
browser:
    cargo test -p notes --test playground -- --ignored

# Licenses and sources of dependencies, and spelling
policies:
    cargo deny check licenses bans sources
    typos
