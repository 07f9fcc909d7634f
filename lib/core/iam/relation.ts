import { patternsIntersect } from './match';

/** What a proof is about. */
export interface ProofTarget {
  /** ARN, as the role's statements write it. */
  readonly arn: string;
  /** IAM prefix, e.g. `dynamodb`. */
  readonly service: string;
  /** Name of the resource, where the template fixes it. Without it, a literal ARN of the service may be the target. */
  readonly name?: string;
  /** Only this ARN is meant, and nothing below it. */
  readonly alone?: boolean;
}

/** A resource of the template that is known to have an ARN of its own. */
export interface ArnOwner {
  /** `<stack>:<logical id>`. */
  readonly key: string;
  readonly service?: string;
  readonly name?: string;
}

/** The resource to which what an atom stands for belongs; `undefined` when the template does not tell. */
export type OwnerOf = (key: string) => ArnOwner | undefined;

/** `${aws:PrincipalTag/team}` and `${*}`: what a request fills in, and no reference of the template. */
export const POLICY_VARIABLE =
  /\$\{(?:[*?$]|(?:[aA][wW][sS]|s3|sts|saml|ec2|dynamodb|cognito-identity[\w.-]*|[\w-]+(?:\.[\w-]+)+):(?!:)[^${}]*)\}/g;

/** An atom of the template: `${Stack:LogicalId}` or `${Stack:LogicalId.Attribute}`, not `${AWS::Region}`. */
const ATOM = /\$\{(?!AWS::)([^${}]+?:[^${}.]+)(?:\.[^${}]+)?\}/;

/** The whole ARN of a resource, or its name as all that follows the type; below it anything may stand. */
const WHOLE = /^(?:arn:[^:]*:[^:*?]+:[^:]*:[^:]*:(?:[a-z-]+[/:])?)?\$\{[^{}]+\}(?:[/:].*)?$/;

const ANY_ATOM = /\$\{[^}]*\}/g;

/** How a resource pattern and a target, with what is below it, are related: `unknown` when what is open decides. */
export function relation(text: string, target: ProofTarget, ownerOf: OwnerOf): 'same' | 'apart' | 'unknown' {
  const pattern = completed(text.replace(POLICY_VARIABLE, '*'));
  const parts = [target.arn, `${target.arn}/*`, `${target.arn}:*`];
  if (parts.some((each) => patternsIntersect(pattern, each))) return 'same';
  const [own, other] = [ATOM.exec(target.arn)?.[1], ATOM.exec(pattern)?.[1]];
  const owner = other === undefined ? undefined : ownerOf(other);
  if (own !== undefined && (own === other || own === owner?.key)) return 'unknown';
  if (own !== undefined && owner !== undefined && isOther(pattern, owner, target)) return 'apart';
  const open = pattern.replace(ANY_ATOM, '*');
  const service = /^arn:[^:]*:([^:]*):/.exec(open)?.[1];
  if (service !== undefined && !patternsIntersect(service, target.service)) return 'apart';
  // The ARN of an access point does not tell the bucket behind it; that of a bucket has no region and no account.
  if (service !== undefined && target.service === 's3' && !/^arn:[^:]*:[^:]*:::/.test(open)) return 'unknown';
  if (own === undefined)
    return parts.some((each) => patternsIntersect(open, each.replace(ANY_ATOM, '*'))) ? 'unknown' : 'apart';
  return target.name === undefined || mayBeNamed(open, target.service, target.name) ? 'unknown' : 'apart';
}

/** What stands before the name in an ARN. */
const TYPES: { readonly [service: string]: string | undefined } = {
  dynamodb: 'table/',
  lambda: 'function:',
  secretsmanager: 'secret:',
};

/** Whether a pattern may name a resource of this name, or what is below it. */
function mayBeNamed(pattern: string, service: string, name: string): boolean {
  const [, , , region, account, ...rest] = pattern.split(':');
  // A star that reaches over parts may take in anything.
  if (!/^[a-z0-9*-]*$/.test(region ?? '/') || !/^(\*|\d*|aws)$/.test(account ?? '/')) return true;
  // The service adds to the name of a secret, and a star before may take in the type.
  const ends = ['', '/*', ':*', ...(service === 'secretsmanager' ? ['-*'] : [])];
  const heads = ['', TYPES[service] ?? ''];
  return heads.some((head) => ends.some((end) => patternsIntersect(rest.join(':'), `${head}${name}${end}`)));
}

/** Two resources of the template are two resources, where the pattern names the other one and no more. */
function isOther(pattern: string, owner: ArnOwner, target: ProofTarget): boolean {
  if (!WHOLE.test(pattern.replace(/\$\{AWS::\w+\}/g, 'x')) || isObjectOfBucket(pattern)) return false;
  if (!pattern.startsWith('arn:')) return true;
  // A name is one of its kind only: a function may be called like a table, and a table like one of another region.
  return owner.service === target.service && (target.name === undefined || owner.name !== target.name);
}

/** In `arn:aws:s3:::orders/${…}` the bucket is fixed, and what is open is a key. */
function isObjectOfBucket(pattern: string): boolean {
  return /^arn:[^:]*:s3:::[^$]/.test(pattern.replace(/\$\{AWS::\w+\}/g, 'x'));
}

/** `arn:aws:dynamodb` stands for everything that it begins. */
export function completed(pattern: string): string {
  if (!pattern.startsWith('arn:')) return pattern;
  return pattern + ':*'.repeat(Math.max(0, 6 - pattern.replace(ANY_ATOM, 'x').split(':').length));
}

/** What the template leaves open is a value of its own here, no policy variable. */
export function withoutAtoms(text: string): string {
  return text.replace(/\$\{([^{}]*[:.][^{}]*)\}/g, (whole, inner: string) =>
    new RegExp(POLICY_VARIABLE.source).test(whole) ? whole : `<${inner.replaceAll(':', '.')}>`,
  );
}
