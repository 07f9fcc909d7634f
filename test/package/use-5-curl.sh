# The local gateway of the packed command, driven by curl alone: a token, a call, a refusal.
set -euo pipefail
node_modules/.bin/secure-mcp dev cdk.out --port 0 --json --seed seed.json >started.json 2>decisions.log &
server=$!
trap 'kill $server' EXIT
for _ in $(seq 100); do [ -s started.json ] && break; sleep 0.1; done
read_json() { node -pe "JSON.parse(require('fs').readFileSync('started.json','utf8')).$1"; }

token=$(curl --silent --fail --user "$(read_json 'agents[0].clientId'):$(read_json 'agents[0].clientSecret')" \
  --data grant_type=client_credentials "$(read_json tokenEndpoint)" | node -pe "JSON.parse(require('fs').readFileSync(0,'utf8')).access_token")

call='{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"lookup___lookup","arguments":{"id":"o-1"}}}'
post() { curl --silent --header 'content-type: application/json' --header 'mcp-protocol-version: 2025-11-25' --data "$call" "$@" "$(read_json mcpUrl)"; }

post --header "authorization: Bearer $token" | grep --quiet '"isError":false'
post --output /dev/null --write-out '%{http_code}' | grep --quiet 401
post --header "authorization: Bearer $token.x" --output /dev/null --write-out '%{http_code}' | grep --quiet 401
echo 'curl works'
