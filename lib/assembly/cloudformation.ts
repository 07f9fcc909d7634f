/** A CloudFormation template as data. */
export interface CloudFormationTemplate {
  readonly Resources: { readonly [logicalId: string]: CloudFormationResource };
  readonly Parameters?: { readonly [name: string]: { readonly Type?: string; readonly Default?: unknown } };
  readonly Conditions?: { readonly [name: string]: unknown };
  readonly Transform?: unknown;
  readonly Mappings?: { readonly [name: string]: unknown };
  readonly Outputs?: {
    readonly [name: string]: { readonly Value?: unknown; readonly Export?: { readonly Name?: unknown } };
  };
}

export interface CloudFormationResource {
  readonly Type: string;
  readonly Properties?: { readonly [name: string]: unknown };
  readonly DependsOn?: string | readonly string[];
  readonly Condition?: string;
  readonly Metadata?: { readonly [name: string]: unknown };
}

/** Own property of untrusted JSON: a template may hold keys such as `__proto__`. */
export function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
