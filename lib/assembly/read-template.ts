import { existsSync, statSync } from 'node:fs';
import { extname } from 'node:path';
import { jsonProblem, oneLine, SecureMcpError, shown } from '../core/errors';
import { type CloudFormationTemplate, isObject, own } from './cloudformation';
import { prepareTemplate } from './prepare-template';
import { readText } from './read-json-file';

export interface ReadTemplateOptions {
  /** For templates in YAML; the reader itself knows JSON only. */
  readonly parseYaml?: (text: string) => unknown;
}

/** CloudFormation takes templates of 1 MB; indentation may triple that. */
const MAX_TEMPLATE_BYTES = 8 * 1024 * 1024;

/** CloudFormation templates are some 20 levels deep; what is deeper is not one. */
const MAX_NESTING = 200;

/** `stack` is a file that something names as the template of a stack; any other file has to look like a template. */
export function readTemplate(file: string, options: ReadTemplateOptions, known?: 'stack'): CloudFormationTemplate {
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

export function checkedTemplate(template: unknown, file: string): CloudFormationTemplate {
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

function readYaml(file: string, options: ReadTemplateOptions): unknown {
  if (options.parseYaml === undefined) {
    throw unreadable(file, 'it is YAML, which is not read here', 'Convert the template to JSON');
  }
  try {
    return options.parseYaml(readText(file));
  } catch (error) {
    throw unreadable(file, `it is not YAML: ${oneLine((error as Error).message)}`, 'Check the file');
  }
}

export function readJson(file: string): unknown {
  try {
    return JSON.parse(readText(file));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw missing
      ? unreadable(file, 'it does not exist', 'Run `npx cdk synth` first')
      : unreadable(file, `it is not JSON: ${jsonProblem(error)}`, 'Run `npx cdk synth` again, or check the file');
  }
}

export function unreadable(path: string, why: string, fix: string): SecureMcpError {
  return new SecureMcpError({ code: 'ASSEMBLY_UNREADABLE', message: `${shown(path)} cannot be read: ${why}`, fix });
}
