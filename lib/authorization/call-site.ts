import { relative } from 'node:path';
import { callSite, type CallSite as Site } from '../core/call-site';

/** Where an app calls the library, for messages: nothing of it gets into a template. */
export class CallSite {
  /** The call that is running. `undefined` in an app in another language. */
  public static current(): CallSite | undefined {
    const site = callSite();
    return site === undefined ? undefined : new CallSite(site);
  }

  private constructor(private readonly site: () => Site | undefined) {}

  /** `bin/app.ts:41:6`, from the current working directory; `undefined` where the stack does not tell. */
  public get place(): string | undefined {
    const site = this.site();
    return site === undefined ? undefined : `${relative(process.cwd(), site.file)}:${site.line}:${site.column}`;
  }
}
