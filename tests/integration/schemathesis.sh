#!/usr/bin/env bash
# Asks a running node everything its OpenAPI document allows, and much that it does not.
# usage: schemathesis.sh BASE_URL TOKEN [EXAMPLES]     (SCHEMATHESIS: the program, if not in PATH)
set -euo pipefail
url=${1:?the address of a node, as http://127.0.0.1:8080}
token=${2:?a token with a party and "admin": true}
# Streams are no plain HTTP; a contract's own refusal of arguments (400) is not the schema's.
exec "${SCHEMATHESIS:-schemathesis}" run "$url/v1/openapi.json" --url "$url" \
  --header "Authorization: Bearer $token" --exclude-path-regex '^/v1/streams/' \
  --checks all --exclude-checks positive_data_acceptance --seed 1 --workers 2 \
  --max-examples "${3:-30}"
