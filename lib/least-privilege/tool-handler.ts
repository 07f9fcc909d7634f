import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { IRepository } from 'aws-cdk-lib/aws-ecr';
import { Architecture, type IAlias, Runtime, RuntimeFamily } from 'aws-cdk-lib/aws-lambda';
import { type Problem, shown } from '../core/errors';

/** How a handler's code reaches Lambda. */
export type HandlerRendering =
  /** One file, bundled together with all others of the app. */
  | { readonly kind: 'entry'; readonly entry: string }
  /** A folder as it is. */
  | { readonly kind: 'folder'; readonly folder: string; readonly handler: string; readonly runtime: Runtime }
  | {
      readonly kind: 'image';
      readonly repository: IRepository;
      readonly digest: string;
      readonly architecture: Architecture;
      readonly command?: string[];
    }
  | { readonly kind: 'existing'; readonly alias: IAlias };

/** Options of {@link ToolHandler.fromPythonFolder}. */
export interface PythonHandlerOptions {
  /**
   * Module and function, in the notation of Lambda.
   *
   * @default handler.handler
   */
  readonly handler?: string;

  /**
   * Version of Python: 3.12, 3.13 or 3.14.
   *
   * @default Runtime.PYTHON_3_13
   */
  readonly runtime?: Runtime;
}

/** Options of {@link ToolHandler.fromImage}. */
export interface ImageHandlerOptions {
  /**
   * What the image was built for.
   *
   * @default Architecture.ARM_64
   */
  readonly architecture?: Architecture;

  /**
   * Overrides the command of the image.
   *
   * @default - the image's own
   */
  readonly command?: string[];
}

/**
 * The code of a tool.
 *
 * All TypeScript and JavaScript handlers of an app are bundled by esbuild in one call, with the AWS SDK left out: the
 * Lambda runtime supplies it.
 */
export abstract class ToolHandler {
  /**
   * A TypeScript or JavaScript file that exports `handler`. A relative path starts at the current working directory.
   *
   * A file that does not exist, or does not bundle, fails synthesis with `HANDLER_NOT_FOUND` or `HANDLER_BUNDLE`.
   */
  public static fromEntry(entry: string): ToolHandler {
    return new EntryHandler(entry);
  }

  /**
   * A folder with a Python handler and everything it imports but boto3, which the Lambda runtime supplies. Nothing is
   * installed: put dependencies there beforehand, for example with `pip install --target`. Caches and bytecode are left
   * out. A relative path starts at the current working directory.
   *
   * Errors: `HANDLER_NOT_FOUND`, `HANDLER_RUNTIME`.
   */
  public static fromPythonFolder(folder: string, options: PythonHandlerOptions = {}): ToolHandler {
    return new PythonHandler(folder, options);
  }

  /**
   * A container image, named by its digest: `sha256:` and 64 hexadecimal digits. A tag can be moved to other code
   * without anyone noticing, so none is taken; that is `HANDLER_IMAGE`.
   */
  public static fromImage(repository: IRepository, digest: string, options: ImageHandlerOptions = {}): ToolHandler {
    return new ImageHandler(repository, digest, options);
  }

  /**
   * An alias of a function that exists already. Its role, environment and settings stay as they are. Rules judge the
   * role like every other; `access` says what it is expected to allow and sets no environment variable.
   */
  public static fromFunction(alias: IAlias): ToolHandler {
    return new ExistingHandler(alias);
  }

  /** @internal */
  public abstract _render(): HandlerRendering;
  /** @internal */
  public abstract _problems(at: string): Problem[];
}

class EntryHandler extends ToolHandler {
  private readonly path: string;

  public constructor(private readonly entry: string) {
    super();
    this.path = resolve(entry);
  }

  public _render(): HandlerRendering {
    return { kind: 'entry', entry: this.path };
  }

  public _problems(at: string): Problem[] {
    if (existsSync(this.path)) return [];
    return [
      {
        code: 'HANDLER_NOT_FOUND',
        message: `the handler file of the tool does not exist, got ${shown(this.entry)}`,
        fix: 'Pass the path of a .ts or .js file, relative to the directory where the app runs',
        at,
      },
    ];
  }
}

const SUPPORTED_PYTHON = [Runtime.PYTHON_3_12, Runtime.PYTHON_3_13, Runtime.PYTHON_3_14].map((runtime) => runtime.name);

class PythonHandler extends ToolHandler {
  private readonly path: string;
  private readonly handler: string;
  private readonly runtime: Runtime;

  public constructor(
    private readonly folder: string,
    options: PythonHandlerOptions,
  ) {
    super();
    this.path = resolve(folder);
    this.handler = options.handler ?? 'handler.handler';
    this.runtime = options.runtime ?? Runtime.PYTHON_3_13;
  }

  public _render(): HandlerRendering {
    return { kind: 'folder', folder: this.path, handler: this.handler, runtime: this.runtime };
  }

  public _problems(at: string): Problem[] {
    const problems: Problem[] = [];
    const module = `${this.handler.split('.').slice(0, -1).join('/')}.py`;
    if (!existsSync(this.path) || !statSync(this.path).isDirectory()) {
      problems.push({
        code: 'HANDLER_NOT_FOUND',
        message: `the folder of the tool does not exist, got ${shown(this.folder)}`,
        fix: 'Pass the path of a folder, relative to the directory where the app runs',
        at,
      });
    } else if (!existsSync(resolve(this.path, module))) {
      problems.push({
        code: 'HANDLER_NOT_FOUND',
        message: `the folder of the tool has no ${shown(module)}, got handler ${shown(this.handler)}`,
        fix: 'Pass handler: <module>.<function>, for example order_lookup.handler',
        at,
      });
    }
    if (this.runtime.family !== RuntimeFamily.PYTHON || !SUPPORTED_PYTHON.includes(this.runtime.name)) {
      problems.push({
        code: 'HANDLER_RUNTIME',
        message: `a Python handler runs on ${SUPPORTED_PYTHON.join(', ')}, got ${shown(this.runtime.name)}`,
        fix: 'Use Runtime.PYTHON_3_13',
        at,
      });
    }
    return problems;
  }
}

class ImageHandler extends ToolHandler {
  public constructor(
    private readonly repository: IRepository,
    private readonly digest: string,
    private readonly options: ImageHandlerOptions,
  ) {
    super();
  }

  public _render(): HandlerRendering {
    const { architecture = Architecture.ARM_64, command } = this.options;
    return { kind: 'image', repository: this.repository, digest: this.digest, architecture, command };
  }

  public _problems(at: string): Problem[] {
    if (/^sha256:[0-9a-f]{64}$/.test(this.digest)) return [];
    return [
      {
        code: 'HANDLER_IMAGE',
        message: `an image is named by its digest, got ${shown(this.digest)}`,
        fix: 'Pass sha256: and 64 hexadecimal digits, as `aws ecr describe-images` shows it',
        at,
      },
    ];
  }
}

class ExistingHandler extends ToolHandler {
  public constructor(private readonly alias: IAlias) {
    super();
  }

  public _render(): HandlerRendering {
    return { kind: 'existing', alias: this.alias };
  }

  public _problems(): Problem[] {
    return [];
  }
}
