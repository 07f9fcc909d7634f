import { rolesOf } from '../../lib/assembly/tool-roles';

export const ARN = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
export const statement = (Action: unknown, Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

/** A tool whose role has these statements; `more` adds resources, `role` properties of the role. */
export function rolesWith(statements: unknown[], more: object = {}, role: object = {}) {
  const Resources = {
    Orders: { Type: 'AWS::DynamoDB::Table', Properties: {} },
    Ledger: { Type: 'AWS::DynamoDB::Table', Properties: {} },
    Named: { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'invoices' } },
    Helper: { Type: 'AWS::Lambda::Function', Properties: {} },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: { Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: statements } }], ...role },
    },
    Tool: {
      Type: 'AWS::Lambda::Function',
      Properties: { Role: ARN('Role') },
      Metadata: { 'cdk-secure-mcp': { tool: 'order-lookup', access: [] } },
    },
    ...more,
  };
  const stack = { name: 'Shop', templateFile: 't.json', template: { Resources }, assets: new Map() };
  return rolesOf({ path: 't.json', stacks: [stack], unread: [] } as never);
}
