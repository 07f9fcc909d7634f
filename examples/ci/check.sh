#!/bin/sh
# Any CI: fails the build on errors only, and prints what to fix.
set -eu
npx secure-mcp check "${1:-cdk.out}" --fail-on error
