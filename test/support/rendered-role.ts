import type { RequestContext } from '../../lib/core/iam/conditions';
import { evaluate, type IamPrincipal } from '../../lib/core/iam/evaluate';
import type { PolicyDocument, Statement } from '../../lib/core/iam/policy-document';
import { statementsOf } from '../../lib/core/iam/policy-document';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

export interface RenderedResource {
  readonly Type: string;
  readonly Properties: { readonly [name: string]: unknown };
  readonly Metadata?: { readonly [name: string]: unknown };
}

export interface RenderedTemplate {
  readonly Resources: { readonly [logicalId: string]: RenderedResource };
}

/** What a role of a rendered template may do, asked of the evaluator. */
export class RenderedRole {
  public readonly documents: readonly PolicyDocument[];
  public readonly statements: readonly Statement[];
  private readonly arn: string;

  public constructor(
    template: RenderedTemplate,
    public readonly logicalId: string,
  ) {
    const role = template.Resources[logicalId]!;
    const inline = (role.Properties.Policies ?? []) as { PolicyDocument: unknown }[];
    const attached = Object.values(template.Resources).filter(
      (resource) =>
        resource.Type === 'AWS::IAM::Policy' && JSON.stringify(resource.Properties.Roles).includes(`"${logicalId}"`),
    );
    this.documents = [
      ...inline.map((policy) => concrete(policy.PolicyDocument) as PolicyDocument),
      ...attached.map((policy) => concrete(policy.Properties.PolicyDocument) as PolicyDocument),
    ];
    this.statements = this.documents.flatMap((document) => [...statementsOf(document)]);
    this.arn = `arn:aws:iam::${ACCOUNT}:role/${logicalId}`;
  }

  /** The role whose logical id starts with this. */
  public static find(template: RenderedTemplate, prefix: string): RenderedRole {
    const [id, ...others] = Object.entries(template.Resources).flatMap(([logicalId, { Type }]) =>
      Type === 'AWS::IAM::Role' && logicalId.startsWith(prefix) ? [logicalId] : [],
    );
    if (id === undefined || others.length > 0) throw new Error(`${others.length + 1} or no roles start with ${prefix}`);
    return new RenderedRole(template, id);
  }

  public allows(action: string, resource: string, context: RequestContext = {}): boolean {
    const principal: IamPrincipal = {
      kind: 'role-session',
      arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${this.logicalId}/s`,
      roleArn: this.arn,
      account: ACCOUNT,
    };
    return evaluate({ principal, action, resource, context }, { identity: this.documents }).decision === 'allow';
  }
}

const PSEUDO: { readonly [name: string]: string } = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com',
};

/** Intrinsic functions as a deployment would fill them in: `Ref` is the logical id, `Arn` an ARN that ends with it. */
export function concrete(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(concrete);
  if (typeof value !== 'object' || value === null) return value;
  const [[name, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length > 0 || !/^(Ref|Fn::)/.test(name)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, concrete(item)]));
  }
  switch (name) {
    case 'Ref':
      return PSEUDO[argument as string] ?? argument;
    case 'Fn::GetAtt': {
      const [id, attribute] = argument as [string, string];
      return attribute === 'Arn' ? `arn:aws:made:${REGION}:${ACCOUNT}:${id}` : `${id}.${attribute}`;
    }
    case 'Fn::Join': {
      const [separator, parts] = argument as [string, unknown[]];
      return (concrete(parts) as string[]).join(separator);
    }
    case 'Fn::Split': {
      const [separator, text] = argument as [string, unknown];
      return (concrete(text) as string).split(separator);
    }
    case 'Fn::Select': {
      const [index, list] = argument as [number, unknown];
      return (concrete(list) as string[])[Number(index)];
    }
    default:
      throw new Error(`this test support does not know ${name}`);
  }
}
