import { Token } from 'aws-cdk-lib';
import { type Problem, shown } from '../core/errors';
import type { ToolFunctionOptions } from './tool-function-options';
import type { HandlerRendering } from './tool-handler';

/** What is wrong with the options of a tool's function, all of it. */
export function checkFunctionOptions(options: ToolFunctionOptions, handler: HandlerRendering, at: string): Problem[] {
  if (handler.kind === 'existing') return notForExisting(options, at);
  return [
    ...(options.concurrency?._problems(at) ?? []),
    ...(options.codeAnalysis?._problems(at) ?? []),
    ...checkTimeout(options, at),
    ...checkMemory(options, at),
    ...(handler.kind === 'image' ? notForImages(options, at) : []),
  ];
}

function checkTimeout({ timeout }: ToolFunctionOptions, at: string): Problem[] {
  if (timeout === undefined || timeout.isUnresolved()) return [];
  const seconds = timeout.toSeconds({ integral: false });
  if (seconds >= 1 && seconds <= 30) return [];
  return [
    {
      code: 'TOOL_TIMEOUT',
      message: `a tool may run 1 to 30 seconds, got ${shown(seconds)}`,
      fix: 'Start long work in the tool and return a handle, or pass a shorter timeout',
      at,
    },
  ];
}

function checkMemory({ memorySize }: ToolFunctionOptions, at: string): Problem[] {
  if (memorySize === undefined || Token.isUnresolved(memorySize)) return [];
  if (Number.isInteger(memorySize) && memorySize >= 128 && memorySize <= 10_240) return [];
  return [
    {
      code: 'FUNCTION_OPTION',
      message: `memory is a whole number of MiB from 128 to 10240, got ${shown(memorySize)}`,
      fix: 'Pass for example memorySize: 256',
      at,
    },
  ];
}

function notForImages({ layers, codeSigningConfig, codeAnalysis }: ToolFunctionOptions, at: string): Problem[] {
  return given({ layers, codeSigningConfig, codeAnalysis }).map((name) => ({
    code: 'FUNCTION_OPTION',
    message: `a container image takes no ${name}`,
    fix: `Remove ${name}: an image is taken as it is, and its digest pins it`,
    at,
  }));
}

function notForExisting(options: ToolFunctionOptions, at: string): Problem[] {
  return given(options).map((name) => ({
    code: 'FUNCTION_OPTION',
    message: `${name} does not apply to an existing function`,
    fix: `Remove ${name}, or set it where the function is defined`,
    at,
  }));
}

function given(options: object): string[] {
  return Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}
