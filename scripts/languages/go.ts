import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { has, ROOT, run } from '../run';

const LIBRARY = 'github.com/cdk-secure-mcp/cdk-secure-mcp-go/cdksecuremcp';
const CDK_NAG = 'github.com/cdklabs/cdk-nag-go/cdknag/v3';

/** Builds the Go quickstart. Returns the program, or why it cannot be built here. */
export function buildGoQuickstart(cache: string): { program: string } | { skipped: string } {
  if (!has('go', 'version')) return { skipped: 'there is no Go toolchain' };
  const generated = join(cache, 'dist');
  const app = join(cache, 'go');
  mkdirSync(app, { recursive: true });
  // cdk-nag 3 is not published as a Go module, so its bindings come from its npm package, as ours from this one.
  for (const source of [ROOT, join(ROOT, 'node_modules', 'cdk-nag')]) {
    run('npx', ['jsii-pacmak', '--code-only', '--target', 'go', '--outdir', generated, source]);
  }
  copyFileSync(join(ROOT, 'examples/quickstart-go/main.go'), join(app, 'main.go'));
  writeFileSync(
    join(app, 'go.mod'),
    `module quickstart

go 1.25

require ${LIBRARY} v0.0.0

replace ${LIBRARY} => ${join(generated, 'go', 'cdksecuremcp')}

replace ${CDK_NAG} => ${join(generated, 'go', 'cdknag')}
`,
  );
  run('go', ['mod', 'tidy'], { cwd: app, env: { GOFLAGS: '-mod=mod' } });
  run('go', ['build', '-o', 'quickstart', '.'], { cwd: app });
  return { program: join(app, 'quickstart') };
}
