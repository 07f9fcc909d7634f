import type { RuleOptions } from '../../lib/rules/options';
import { runRules } from '../../lib/rules/run-rules';
import { assemblyOf } from '../support/template-assembly';
import type { Change } from './cases/case';
import { changed, idOf } from './cases/four-layers';

const issuer = {
  'Gateway/AuthorizerConfiguration/CustomJWTAuthorizer/DiscoveryUrl':
    'https://idp.example.com/.well-known/openid-configuration',
};
const callback = { 'PeopleClient/CallbackURLs': ['http://localhost:8080/cb'] };
const localReturn = { 'Identity/AllowedResourceOauth2ReturnUrls/1': 'http://localhost:8080/cb' };
const operation = (operationId: string) => ({ get: { operationId, responses: {} } });
const twoOperations = {
  'CrmTarget/TargetConfiguration/Mcp/OpenApiSchema/InlinePayload': JSON.stringify({
    openapi: '3.0.3',
    servers: [{ url: 'https://api.crm.example.com/v1' }],
    paths: { '/a': operation('getA'), '/b': operation('getB') },
  }),
};

/** Rule, change of a template that every rule is content with, options with which the rule fires, and with which it does not. */
const TABLE: readonly (readonly [string, Change, Partial<RuleOptions>, Partial<RuleOptions>])[] = [
  ['IN06', issuer, { approvedIssuers: ['other.example.com'] }, { approvedIssuers: ['idp.example.com'] }],
  ['IN06', issuer, { approvedIssuers: [] }, {}],
  ['OUT09', {}, { approvedHosts: ['api.crm.example.com'] }, {}],
  ['OUT09', {}, { approvedHosts: [] }, { approvedHosts: ['api.crm.example.com', 'mcp.weather.example.com'] }],
  ['IN13', callback, {}, { allowLocalCallbacks: true }],
  ['OUT06', localReturn, {}, { allowLocalCallbacks: true }],
  ['IN11', {}, { maxAccessTokenMinutes: 14 }, { maxAccessTokenMinutes: 15 }],
  ['IN11', { 'ReaderClient/AccessTokenValidity': 90 }, {}, { maxAccessTokenMinutes: 90 }],
  ['IN11', { 'PeopleClient/RefreshTokenValidity': 30 }, {}, { maxRefreshTokenDays: 30 }],
  ['IN11', { 'PeopleClient/RefreshTokenValidity': 2 }, { maxRefreshTokenDays: 1 }, {}],
  ['IN15', {}, { maxSessionSeconds: 899 }, { maxSessionSeconds: 900 }],
  ['LP10', {}, { maxTimeoutSeconds: 9 }, { maxTimeoutSeconds: 10 }],
  ['AZ14', {}, { maxTimeoutSeconds: 9 }, { maxTimeoutSeconds: 10 }],
  ['LP14', {}, { minLogRetentionDays: 400 }, { minLogRetentionDays: 365 }],
  ['LP14', { 'LookupLogs/RetentionInDays': 30 }, {}, { minLogRetentionDays: 30 }],
  ['OUT12', twoOperations, { maxToolsPerTarget: 1 }, { maxToolsPerTarget: 2 }],
  ['LP10', { 'LookupFn/Runtime': 'python3.12' }, { today: '2028-10-31' }, { today: '2026-11-24' }],
];

test.each(TABLE)('%s after %j fires with %j, and does not with %j', (id, change, fires, content) => {
  const rules = (options: Partial<RuleOptions>) =>
    runRules(assemblyOf(changed(change)), { options: { profile: 'private', today: '2026-11-24', ...options } }).map(
      idOf,
    );

  expect(rules(fires)).toContain(id);
  expect(rules(content)).not.toContain(id);
});
