import { ConcreteAssembly } from '../../../lib/assembly/concrete';
import { IamCallers } from '../../../lib/local/inbound/iam-callers';
import { readRoles } from '../../../lib/local/model/roles';
import { assemblyOf } from '../../support/template-assembly';

test('a logical id of two stacks is no role; the ARN of one, or an id of one stack, is', () => {
  const role = (RoleName: string) => ({
    Type: 'AWS::IAM::Role',
    Properties: { RoleName, AssumeRolePolicyDocument: {} },
  });
  const one = assemblyOf({ Resources: { Robot: role('first'), Alone: role('alone') } });
  const [stack] = assemblyOf({ Resources: { Robot: role('second') } }).stacks;
  const assembly = new ConcreteAssembly({ ...one, stacks: [...one.stacks, { ...stack!, name: 'T' }] });
  const callers = new IamCallers(assembly, readRoles(assembly));
  const arn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

  expect(() => callers.assume('Robot')).toThrow(
    `2 roles of the assembly are meant, got "Robot". Pass the ARN of one: ${arn('first')}, ${arn('second')}`,
  );
  for (const [given, name] of [
    [arn('second'), 'second'],
    ['Alone', 'alone'],
  ] as const) {
    expect(callers.find(callers.assume(given).accessKeyId)!.roleArn).toBe(arn(name));
  }
});
