#!/bin/sh
# The packed package on every Node that it is for: installed, a new project made, built, run, tested.
# npm fetches each Node from its registry.
set -eu
for version in 20 22 24; do
    npx --yes --package "node@$version" sh -c '
        node --version
        node --import ./host/register.js --test --test-reporter=spec test/system/package.test.ts
    '
done
