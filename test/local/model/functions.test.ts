import { ConcreteAssembly } from '../../../lib/assembly/concrete';
import { readFunctions } from '../../../lib/local/model/functions';
import { readRoles } from '../../../lib/local/model/roles';
import { assemblyOf } from '../../support/template-assembly';

function read(properties: object) {
  const reports: string[] = [];
  const assembly = new ConcreteAssembly(
    assemblyOf({
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
        Tool: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Runtime: 'nodejs24.x',
            Handler: 'index.handler',
            Code: { ZipFile: 'exports.handler = async () => 1' },
            Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
            ...properties,
          },
        },
      },
    }),
  );
  const functions = readFunctions(assembly, readRoles(assembly), (what) => void reports.push(what));
  const { timeoutSeconds, memoryMb, concurrency } = [...functions.values()][0]!.fn;
  return { limits: [timeoutSeconds, memoryMb, concurrency], reports };
}

test('limits are those of the template, and those of Lambda where it says none', () => {
  const given = { Timeout: 20, MemorySize: 512, ReservedConcurrentExecutions: 0 };

  expect(read(given)).toEqual({ limits: [20, 512, 0], reports: [] });
  expect(read({})).toEqual({ limits: [3, 128, 4], reports: [] });
});

test('limits that are only known after a deployment are low ones, not none, and that is said', () => {
  const later = { Ref: 'OnlyAtDeployment' };

  expect(read({ Timeout: later, MemorySize: later, ReservedConcurrentExecutions: later })).toEqual({
    limits: [3, 128, 1],
    reports: [
      'Tool: its Timeout is not known here, it is 3',
      'Tool: its MemorySize is not known here, it is 128',
      'Tool: its ReservedConcurrentExecutions is not known here, it is 1',
    ],
  });
});
