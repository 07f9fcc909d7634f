import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import {
  Inbound,
  Interceptor,
  InterceptorHeaders,
  SearchTool,
  SecureMcpGateway,
  ToolHandler,
  ToolRisk,
} from 'cdk-secure-mcp';
import { schema } from './gateway-app';

/** Shows what it gets, so that a test sees what reached it. */
const SHOW = 'export const handler = async (event: object) => ({ got: event });';

export interface InterceptedShopOptions {
  /** Code of the REQUEST interceptor besides the shipped checks. */
  readonly entry?: string;
  readonly withoutHeaders?: boolean;
  readonly withoutFilter?: boolean;
}

/** A gateway with both interceptors, a search tool, a tool that everyone may call and one that only support may. */
export function interceptedApp(options: InterceptedShopOptions = {}): App {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'intercepted-')) });
  const stack = new Stack(app, 'Shop');
  const headers = InterceptorHeaders.passed({ reason: 'The token of the caller is verified once more' });
  const withHeaders = options.withoutHeaders === true ? {} : { headers };
  const gateway = new SecureMcpGateway(stack, 'Gateway', {
    gatewayName: 'shop',
    inbound: Inbound.cognito(),
    mcp: {
      search:
        options.withoutFilter === true
          ? SearchTool.unfiltered({ reason: 'All tools are public knowledge here' })
          : SearchTool.filtered(),
    },
    interceptors: [
      Interceptor.request({
        ...withHeaders,
        verifyCaller: options.withoutHeaders !== true,
        ...(options.entry === undefined ? {} : { entry: options.entry }),
      }),
      Interceptor.response({ ...withHeaders, filterSearch: options.withoutFilter !== true }),
    ],
  });
  const file = join(mkdtempSync(join(tmpdir(), 'intercepted-tools-')), 'show.ts');
  writeFileSync(file, SHOW);
  const id = { id: { type: 'string', pattern: '^o-[0-9]{4}$' } };
  const tool = (name: string, risk: ToolRisk) =>
    gateway.addTool(name, {
      description: `The ${name} of one order`,
      risk,
      input: schema({ ...id, note: { type: 'string', maxLength: 20 } }, ['id']),
      handler: ToolHandler.fromEntry(file),
    });
  const [show, erase] = [tool('show', ToolRisk.READ), tool('erase', ToolRisk.DESTRUCTIVE)];
  const [support, reader] = [gateway.addAgent('support'), gateway.addAgent('reader')];
  show.permit(support);
  show.permit(reader);
  erase.permit(support, { when: [erase.arg('id').oneOf(['o-1001', 'o-1002'])] });
  return app;
}
