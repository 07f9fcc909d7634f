import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { type AssetSource, readAssets } from './asset-sources';
import { type CloudFormationResource, type CloudFormationTemplate, isObject, own } from './cloudformation';
import { type AcknowledgedRule, type ConstructInfo, readStackMetadata, type StackMetadata } from './construct-metadata';
import { checkedTemplate, type ReadTemplateOptions, readJson, readTemplate, unreadable } from './read-template';

const NESTED_STACK = 'AWS::CloudFormation::Stack';

export interface StackTemplate {
  /** Stack name; a nested stack adds the logical id of its parent's resource: `Shop/Network`. */
  readonly name: string;
  readonly templateFile: string;
  readonly template: CloudFormationTemplate;
  /** By object key: what the template's code and schema locations point at. */
  readonly assets: ReadonlyMap<string, AssetSource>;
  readonly account?: string;
  readonly region?: string;
  /** The stack and resource that a nested stack belongs to. */
  readonly parent?: NestedStackReference;
  /** By logical id: which construct made a resource. Absent for a template that the CDK did not write. */
  readonly constructs?: ReadonlyMap<string, ConstructInfo>;
  /** Of this stack and its nested stacks. */
  readonly acknowledged?: readonly AcknowledgedRule[];
}

export interface Assembly {
  readonly path: string;
  readonly stacks: readonly StackTemplate[];
  /** Nested stacks whose template is not here, so nothing can be said about them. */
  readonly unread: readonly NestedStackReference[];
}

export interface NestedStackReference {
  readonly stack: string;
  readonly logicalId: string;
}

/**
 * Reads a cloud assembly (`cdk.out`: stages and nested stacks followed) or one template file.
 *
 * Throws `ASSEMBLY_UNREADABLE`.
 */
export function readAssembly(path: string, options: ReadTemplateOptions = {}): Assembly {
  const absolute = resolve(path);
  if (!existsSync(absolute)) {
    throw unreadable(
      path,
      'it does not exist',
      'Run `npx cdk synth` first, or pass the path of a cdk.out folder or a template',
    );
  }
  if (!statSync(absolute).isDirectory()) {
    const template = readTemplate(absolute, options);
    const name = basename(absolute).replace(/(\.template)?\.[^.]+$/, '');
    const stack: StackTemplate = { name, templateFile: absolute, template, assets: new Map() };
    return assemblyOf(absolute, [stack, ...readNested(stack, options)]);
  }
  if (!existsSync(join(absolute, 'manifest.json'))) return readFolder(absolute, options);
  const stacks = readManifest(absolute, options);
  if (stacks.length === 0) throw unreadable(path, 'it holds no stack', 'Check that the app defines a stack');
  return assemblyOf(absolute, stacks);
}

/** An assembly of one template that is already parsed; its nested stacks are not read. Throws `ASSEMBLY_UNREADABLE`. */
export function assemblyOfTemplate(template: unknown, name = 'template'): Assembly {
  const stack: StackTemplate = {
    name,
    templateFile: `${name}.json`,
    template: checkedTemplate(template, name),
    assets: new Map(),
  };
  return assemblyOf(name, [stack]);
}

const TEMPLATE_EXTENSIONS = ['.json', '.yaml', '.yml', '.template'];

/** A folder of hand-written templates: they are judged together. Other files, such as parameters, are passed over. */
function readFolder(directory: string, options: ReadTemplateOptions): Assembly {
  const files = readdirSync(directory)
    .filter((file) => TEMPLATE_EXTENSIONS.includes(extname(file).toLowerCase()))
    .map((file) => join(directory, file));
  const templates = files.filter((file) => /["']?Resources["']?\s*:/.test(readFileSync(file, 'utf8')));
  if (templates.length === 0) {
    throw unreadable(directory, 'it holds neither manifest.json nor a template', 'Run `npx cdk synth` first');
  }
  const stacks = templates.flatMap((file) => readAssembly(file, options).stacks);
  const nested = new Set(stacks.filter(({ parent }) => parent !== undefined).map((stack) => stack.templateFile));
  return assemblyOf(
    directory,
    stacks.filter(({ parent, templateFile }) => parent !== undefined || !nested.has(templateFile)),
  );
}

function assemblyOf(path: string, stacks: readonly StackTemplate[]): Assembly {
  const read = new Set(stacks.map((stack) => stack.name));
  const unread = stacks.flatMap((stack) =>
    Object.entries(stack.template.Resources)
      .filter(([logicalId, { Type }]) => Type === NESTED_STACK && !read.has(`${stack.name}/${logicalId}`))
      .map(([logicalId]) => ({ stack: stack.name, logicalId })),
  );
  return { path, stacks, unread };
}

/** Stages lie in stages, as deep as an app has them; an assembly that holds itself must end. */
const MAX_STAGE_LEVELS = 50;

function readManifest(directory: string, options: ReadTemplateOptions, level = 0): StackTemplate[] {
  if (level > MAX_STAGE_LEVELS) {
    const why = `it lies in more than ${MAX_STAGE_LEVELS} assemblies, or holds itself`;
    throw unreadable(directory, why, 'Run `npx cdk synth` again');
  }
  const manifest = readJson(join(directory, 'manifest.json'));
  const artifacts = own(manifest, 'artifacts');
  if (!isObject(artifacts)) {
    throw unreadable(join(directory, 'manifest.json'), 'it lists no artifacts', 'Run `npx cdk synth` again');
  }
  const assets = readAssets(directory, Object.values(artifacts));
  const stacks: StackTemplate[] = [];
  for (const [id, artifact] of Object.entries(artifacts)) {
    const type = own(artifact, 'type');
    const properties = own(artifact, 'properties');
    if (type === 'cdk:cloud-assembly') {
      stacks.push(...readManifest(join(directory, String(own(properties, 'directoryName'))), options, level + 1));
    }
    if (type !== 'aws:cloudformation:stack') continue;
    const [account, region] = environmentOf(own(artifact, 'environment'));
    const templateFile = join(directory, String(own(properties, 'templateFile')));
    const metadata = readMetadata(directory, artifact);
    const stack: StackTemplate = {
      name: String(own(properties, 'stackName') ?? own(artifact, 'displayName') ?? id),
      templateFile,
      template: readTemplate(templateFile, options, 'stack'),
      assets,
      account,
      region,
      constructs: metadata.constructs.get(basename(templateFile)),
      acknowledged: metadata.acknowledged,
    };
    stacks.push(stack, ...readNested(stack, options, metadata));
  }
  return stacks;
}

/** In the manifest, or in a file of its own since assembly schema 53. */
function readMetadata(directory: string, artifact: unknown): StackMetadata {
  const file = own(artifact, 'additionalMetadataFile');
  const inside = own(artifact, 'metadata');
  const path = typeof file === 'string' ? join(directory, file) : undefined;
  return readStackMetadata(path !== undefined && existsSync(path) ? readJson(path) : inside);
}

/** CloudFormation's own limits are lower; a template that holds itself must end. */
const MAX_NESTED_LEVELS = 10;
const MAX_STACKS = 500;

/**
 * A nested stack's template is an asset of its parent: its object key stands in `TemplateURL`. Before `aws cloudformation
 * package` it is a file beside the parent.
 */
function readNested(
  parent: StackTemplate,
  options: ReadTemplateOptions,
  metadata?: StackMetadata,
  budget = { stacks: MAX_STACKS },
): StackTemplate[] {
  const nested: StackTemplate[] = [];
  if (parent.name.split('/').length > MAX_NESTED_LEVELS) return nested;
  for (const [logicalId, resource] of Object.entries(parent.template.Resources)) {
    if (resource.Type !== NESTED_STACK) continue;
    const file = nestedFile(parent, resource);
    if (file === undefined || !existsSync(file) || --budget.stacks < 0) continue;
    const stack: StackTemplate = {
      ...parent,
      name: `${parent.name}/${logicalId}`,
      templateFile: file,
      template: readTemplate(file, options, 'stack'),
      parent: { stack: parent.name, logicalId },
      constructs: metadata?.constructs.get(basename(file)),
    };
    nested.push(stack, ...readNested(stack, options, metadata, budget));
  }
  return nested;
}

function nestedFile(parent: StackTemplate, resource: CloudFormationResource): string | undefined {
  const url = own(resource.Properties, 'TemplateURL') ?? '';
  const text = JSON.stringify(url);
  const byKey = [...parent.assets].find(([key]) => text.includes(key))?.[1].path;
  if (byKey !== undefined) return byKey;
  const folder = dirname(parent.templateFile);
  const local = own(resource.Metadata, 'aws:asset:path') ?? url;
  if (typeof local !== 'string' || !TEMPLATE_EXTENSIONS.includes(extname(local).toLowerCase())) return undefined;
  const inside = relative(folder, join(folder, local));
  return local.includes('://') || isAbsolute(local) || inside.startsWith('..') ? undefined : join(folder, local);
}

/** `aws://<account>/<region>`; unknown parts are undefined. */
function environmentOf(environment: unknown): [string | undefined, string | undefined] {
  const [account, region] = String(environment ?? '')
    .replace('aws://', '')
    .split('/');
  const known = (value: string | undefined) =>
    value === undefined || value.startsWith('unknown') || value === '' ? undefined : value;
  return [known(account), known(region)];
}
