import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { has, run } from '../run';

/**
 * The newest in Maven Central. It is older than what the library needs at run time, so the Java bindings are compiled
 * against it (they use nothing newer) and not run.
 */
const AWS_CDK_LIB_IN_MAVEN = '2.263.0';

/** Compiles the Java bindings. Returns what was not done and why. */
export function compileJavaBindings(cache: string, versions: { readonly [name: string]: string }): string {
  if (!has('mvn', '--version')) return 'not built, there is no Maven';
  run('npx', ['jsii-pacmak', '--code-only', '--target', 'java', '--outdir', join(cache, 'dist')]);
  const project = join(cache, 'dist', 'java');
  const pom = join(project, 'pom.xml');
  // Ranges need the list of versions, which is not complete in every mirror; exact versions do not.
  const exact: { readonly [artifact: string]: string } = {
    'aws-cdk-lib': AWS_CDK_LIB_IN_MAVEN,
    cdknag: versions['cdk-nag']!,
    constructs: versions.constructs!,
  };
  const text = readFileSync(pom, 'utf8').replace(
    /(<artifactId>([\w-]+)<\/artifactId>\s*<version>)\[[^)]*\)/g,
    (whole, head: string, artifact: string) => (exact[artifact] === undefined ? whole : `${head}${exact[artifact]}`),
  );
  writeFileSync(pom, text);
  run('mvn', ['--quiet', '--batch-mode', 'compile'], { cwd: project });
  return `compiled, but not run: aws-cdk-lib is ${AWS_CDK_LIB_IN_MAVEN} in Maven Central, the library needs ${versions['aws-cdk-lib']}`;
}
