import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { jsonProblem, oneLine, SecureMcpError, shown } from '../core/errors';
import { type CloudFormationResource, type CloudFormationTemplate, isObject, own } from './cloudformation';
import { type AcknowledgedRule, type ConstructInfo, readStackMetadata, type StackMetadata } from './construct-metadata';
import { prepareTemplate } from './prepare-template';
import { readText } from './read-json-file';

const NESTED_STACK = 'AWS::CloudFormation::Stack';

export interface AssetSource {
  /** Absolute path of the file or folder. */
  readonly path: string;
  readonly packaging: 'file' | 'zip';
  /** Content of a file in JSON, read when it is asked for. */
  readonly text?: string;
}

/** Documents of targets have up to 10 MB. */
const MAX_DOCUMENT_BYTES = 10 * 1024 * 1024;

export function assetSource(path: string, packaging: 'file' | 'zip'): AssetSource {
  return {
    path,
    packaging,
    get text() {
      const readable = packaging === 'file' && path.endsWith('.json') && existsSync(path);
      return readable && statSync(path).size <= MAX_DOCUMENT_BYTES ? readFileSync(path, 'utf8') : undefined;
    },
  };
}

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

export interface ReadAssemblyOptions {
  /** For templates in YAML; the reader itself knows JSON only. */
  readonly parseYaml?: (text: string) => unknown;
}

/**
 * Reads a cloud assembly (`cdk.out`: stages and nested stacks followed) or one template file.
 *
 * Throws `ASSEMBLY_UNREADABLE`.
 */
export function readAssembly(path: string, options: ReadAssemblyOptions = {}): Assembly {
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
function readFolder(directory: string, options: ReadAssemblyOptions): Assembly {
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

function readManifest(directory: string, options: ReadAssemblyOptions, level = 0): StackTemplate[] {
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
  options: ReadAssemblyOptions,
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

function readAssets(directory: string, artifacts: readonly unknown[]): Map<string, AssetSource> {
  const assets = new Map<string, AssetSource>();
  for (const artifact of artifacts) {
    if (own(artifact, 'type') !== 'cdk:asset-manifest') continue;
    const manifest = readJson(join(directory, String(own(own(artifact, 'properties'), 'file'))));
    for (const file of Object.values((own(manifest, 'files') ?? {}) as object)) {
      const path = own(own(file, 'source'), 'path');
      const packaging = own(own(file, 'source'), 'packaging') === 'zip' ? 'zip' : 'file';
      if (typeof path !== 'string') continue;
      for (const destination of Object.values((own(file, 'destinations') ?? {}) as object)) {
        const key = own(destination, 'objectKey');
        if (typeof key === 'string') assets.set(key, assetSource(join(directory, path), packaging));
      }
    }
  }
  return assets;
}

/** CloudFormation takes templates of 1 MB; indentation may triple that. */
const MAX_TEMPLATE_BYTES = 8 * 1024 * 1024;

/** CloudFormation templates are some 20 levels deep; what is deeper is not one. */
const MAX_NESTING = 200;

/** `stack` is a file that something names as the template of a stack; any other file has to look like a template. */
function readTemplate(file: string, options: ReadAssemblyOptions, known?: 'stack'): CloudFormationTemplate {
  const yaml = ['.yaml', '.yml', '.template'].includes(extname(file).toLowerCase()) && !startsAsJson(file);
  const bytes = existsSync(file) ? statSync(file).size : 0;
  if (bytes > MAX_TEMPLATE_BYTES) {
    throw unreadable(file, `it has ${bytes} bytes`, 'Split the template: CloudFormation accepts 1 MB');
  }
  const template = yaml ? readYaml(file, options) : readJson(file);
  if (isNestedDeeper(template, MAX_NESTING)) {
    throw unreadable(file, `it is nested more than ${MAX_NESTING} levels deep`, 'Pass a CloudFormation template');
  }
  return checkedTemplate(known === 'stack' ? withResources(template) : template, file);
}

/** The CDK writes no Resources for a stack that has none. A macro could bring some, so what it leaves open stays open. */
function withResources(template: unknown): unknown {
  const empty = isObject(template) && !('Resources' in template) && !('Transform' in template);
  return empty ? { ...template, Resources: {} } : template;
}

function checkedTemplate(template: unknown, file: string): CloudFormationTemplate {
  const resources = own(template, 'Resources');
  if (!isObject(resources)) {
    throw unreadable(file, 'it has no Resources', 'Pass a CloudFormation template or a cdk.out folder');
  }
  for (const [logicalId, resource] of Object.entries(resources)) {
    if (!logicalId.startsWith('Fn::') && typeof own(resource, 'Type') !== 'string') {
      throw unreadable(file, `resource ${shown(logicalId)} has no Type`, 'Pass a CloudFormation template');
    }
  }
  return prepareTemplate(template as unknown as CloudFormationTemplate);
}

function startsAsJson(file: string): boolean {
  return existsSync(file) && /^\s*\{/.test(readText(file).slice(0, 1000));
}

/** Level by level, so that hostile input cannot exhaust the stack. */
function isNestedDeeper(value: unknown, levels: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levels) return true;
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
  }
  return false;
}

function readYaml(file: string, options: ReadAssemblyOptions): unknown {
  if (options.parseYaml === undefined) {
    throw unreadable(file, 'it is YAML, which is not read here', 'Convert the template to JSON');
  }
  try {
    return options.parseYaml(readText(file));
  } catch (error) {
    throw unreadable(file, `it is not YAML: ${oneLine((error as Error).message)}`, 'Check the file');
  }
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readText(file));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw missing
      ? unreadable(file, 'it does not exist', 'Run `npx cdk synth` first')
      : unreadable(file, `it is not JSON: ${jsonProblem(error)}`, 'Run `npx cdk synth` again, or check the file');
  }
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

function unreadable(path: string, why: string, fix: string): SecureMcpError {
  return new SecureMcpError({ code: 'ASSEMBLY_UNREADABLE', message: `${shown(path)} cannot be read: ${why}`, fix });
}
