import assert from 'node:assert';
import { SecureMcpGateway } from 'cdk-secure-mcp';
import { startLocalGateway } from 'cdk-secure-mcp/local';
import { defineTool } from 'cdk-secure-mcp/runtime';
import { authorizationOf, rolesOf } from 'cdk-secure-mcp/testing';

for (const part of [SecureMcpGateway, defineTool, startLocalGateway, authorizationOf, rolesOf])
  assert.equal(typeof part, 'function');
