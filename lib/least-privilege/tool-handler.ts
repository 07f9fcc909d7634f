import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Problem, shown } from '../core/errors';

/** How a handler's code reaches Lambda. */
export interface HandlerRendering {
  /** Absolute path of the entry file. */
  readonly entry: string;
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
    return { entry: this.path };
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
