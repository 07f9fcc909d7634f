import { type ProofTarget, RoleProofs, type RoleStatementText } from '../core/iam/proofs';
import { METADATA_KEY } from '../protocol/template-metadata';
import { ARN_TYPES, ArnOwners } from './arn-owners';
import type { Assembly } from './read-assembly';
import { isUnknown, type Unknown } from './resolve';
import { hasCondition, openCondition, ResourceGrants, statementText, variablesAsText } from './resource-grants';
import { asList, type ModelResource, property, TemplateModel, within } from './template-model';

/** Resources whose `Ref` is their ARN. */
const REF_IS_ARN = new Set(['AWS::SecretsManager::Secret', 'AWS::SNS::Topic']);

/** The roles of an assembly, for tests that prove what a tool cannot do. */
export class ToolRoles {
  private readonly model: TemplateModel;
  private readonly owners: ArnOwners;

  public constructor(assembly: Assembly) {
    this.model = new TemplateModel(assembly);
    this.owners = new ArnOwners(this.model);
  }

  /** The role of a tool, by the tool's name. Throws when there is not just one such tool or its role is not in the assembly. */
  public tool(name: string): RoleProofs {
    const toolOf = (fn: ModelResource) => within(fn.metadata, METADATA_KEY, 'tool');
    const functions = this.model.ofType('AWS::Lambda::Function').filter((fn) => toolOf(fn) !== undefined);
    const [fn, ...others] = functions.filter((candidate) => toolOf(candidate) === name);
    if (fn === undefined) {
      const known = functions.map(toolOf).join(', ');
      throw new RangeError(`there is no tool ${JSON.stringify(name)}; there are: ${known || 'none'}`);
    }
    if (others.length > 0) {
      const found = [fn, ...others].map(({ stack, logicalId }) => `${stack.name}/${logicalId}`).join(', ');
      throw new RangeError(`several functions are the tool ${JSON.stringify(name)}: ${found}; ask for the role of one`);
    }
    const role = this.model.referenced(property(fn, 'Role'));
    if (role?.type !== 'AWS::IAM::Role') throw new RangeError(`the role of the tool ${name} is not in the assembly`);
    return this.proofsOf(role);
  }

  /** The role with this logical id. */
  public role(logicalId: string): RoleProofs {
    return this.proofsOf(this.resource(logicalId, { type: 'AWS::IAM::Role' }));
  }

  /** The resource with this logical id, as something to prove about; `stack` is needed where several stacks have it. */
  public target(logicalId: string, stack?: string): ProofTarget {
    const resource = this.resource(logicalId, { stack });
    const kind = ARN_TYPES[resource.type];
    if (kind?.name === undefined) throw new RangeError(`nothing can be proven about ${resource.type}`);
    const key = `${resource.stack.name}:${logicalId}`;
    const name = property(resource, kind.name);
    return {
      arn: REF_IS_ARN.has(resource.type) ? `\${${key}}` : `\${${key}.Arn}`,
      service: kind.service,
      ...(typeof name === 'string' && !name.includes('${') && { name }),
    };
  }

  private resource(logicalId: string, { type, stack }: { type?: string; stack?: string | undefined }): ModelResource {
    const found = this.model.resources.filter(
      (resource) =>
        resource.logicalId === logicalId &&
        (type === undefined || resource.type === type) &&
        (stack === undefined || resource.stack.name === stack),
    );
    if (found.length !== 1)
      throw new RangeError(`${found.length} resources have the logical id ${JSON.stringify(logicalId)}`);
    return found[0]!;
  }

  private proofsOf(role: ModelResource): RoleProofs {
    const { statements, unknown, managed } = this.model.statementsOf(role);
    const doubts = unknown.map((value) => `a policy is not known: ${value.why}`);
    for (const arn of managed) doubts.push(`the managed policy ${isUnknown(arn) ? arn.why : String(arn)} is not known`);
    const texts = statements.map((statement): RoleStatementText => {
      const at = `${statement.holder.logicalId}.${statement.path}`;
      const known = (values: readonly (string | Unknown)[]) =>
        values.flatMap((value) => {
          if (!isUnknown(value)) return [this.owners.exact(value)];
          doubts.push(`${at} is not known: ${value.why}`);
          return [];
        });
      for (const action of [...statement.actions, ...statement.notActions])
        if (!isUnknown(action) && action.includes('${'))
          doubts.push(`${at} is not known: it names the action ${action}`);
      const isConditional = statement.holder !== role && hasCondition(statement.holder);
      return {
        effect: isUnknown(statement.effect) ? 'unknown' : statement.effect,
        actions: known(statement.actions),
        notActions: known(statement.notActions),
        resources: known(statement.resources),
        notResources: known(statement.notResources),
        condition: openCondition(statement.condition),
        ...variablesAsText(statement.version, statement.resources, statement.notResources, statement.condition),
        ...(isConditional && { uncertain: `the condition of ${statement.holder.logicalId}` }),
        at,
      };
    });
    const { grants, delegations } = new ResourceGrants(this.model, this.owners, role, doubts).statements();
    const ownerOf = (key: string) => this.owners.of(key);
    return new RoleProofs(role.logicalId, [...texts, ...grants], doubts, this.boundaryOf(role), ownerOf, delegations);
  }

  private boundaryOf(role: ModelResource): RoleStatementText[] | string | undefined {
    const value = property(role, 'PermissionsBoundary');
    if (value === undefined) return undefined;
    const policy = this.model.referenced(value);
    const doubts: string[] = [];
    const statements = asList(policy && property(policy, 'PolicyDocument', 'Statement'));
    const version = policy && property(policy, 'PolicyDocument', 'Version');
    const texts = statements.map((each) => statementText(each, `the boundary ${policy?.logicalId}`, doubts, version));
    const isKnown = policy?.type === 'AWS::IAM::ManagedPolicy' && !hasCondition(policy) && doubts.length === 0;
    return isKnown ? texts : 'its permissions boundary is not known';
  }
}

/** The roles of an assembly, for proofs in tests: `rolesOf(assembly).tool('order-lookup').cannotReach(…)`. */
export function rolesOf(assembly: Assembly): ToolRoles {
  return new ToolRoles(assembly);
}
