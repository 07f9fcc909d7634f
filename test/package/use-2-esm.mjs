import assert from 'node:assert';
import { SecureMcpGateway } from 'cdk-secure-mcp';
import { startLocalGateway } from 'cdk-secure-mcp/local';
import { defineTool } from 'cdk-secure-mcp/runtime';

for (const part of [SecureMcpGateway, defineTool, startLocalGateway]) assert.equal(typeof part, 'function');
