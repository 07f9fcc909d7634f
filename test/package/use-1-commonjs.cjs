const assert = require('node:assert');
const { SecureMcpGateway, FourLayerChecks } = require('cdk-secure-mcp');
const { defineTool } = require('cdk-secure-mcp/runtime');
const { startLocalGateway } = require('cdk-secure-mcp/local');
const { authorizationOf, rolesOf } = require('cdk-secure-mcp/testing');

for (const part of [SecureMcpGateway, FourLayerChecks, defineTool, startLocalGateway, authorizationOf, rolesOf])
  assert.equal(typeof part, 'function');
