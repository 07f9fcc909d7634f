import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { version?: string; license?: string; resolved?: string; dev?: boolean }>;
};
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

test('the lock file installs: no platform lacks its packages', () => {
  const { status, stderr } = spawnSync('npm', ['ci', '--dry-run', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });

  expect(stderr).not.toContain('EUSAGE');
  expect(status).toBe(0);
});

test('the lock file names no registry', () => {
  const hosts = Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined);

  expect(hosts).toEqual([]);
});

test.each(['dependencies', 'optionalDependencies'])('what users install is pinned exactly: %s', (kind) => {
  for (const version of Object.values(manifest[kind])) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('what is shipped has a permissive licence', () => {
  const shipped = Object.entries(lock.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const others = shipped.filter(
    ([, { license }]) => !/^(\(?(MIT|Apache-2\.0|ISC|BSD-[23]-Clause|0BSD)( OR .*)?\)?)$/.test(license ?? ''),
  );

  expect(shipped.length).toBeGreaterThan(2);
  expect(others.map(([path, { license }]) => `${path} ${license}`)).toEqual([]);
});

test('the CDK CLI is the one that reads current assemblies', () => {
  expect(manifest.devDependencies['aws-cdk']).toMatch(/^2\.1148\./);
});

test('what the project names itself has a licence that the contributing guide lists', () => {
  const named = Object.keys({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  });
  const others = named.filter(
    (name) =>
      !/^(MIT(-0)?|Apache-2\.0|ISC|0BSD|BSD-[23]-Clause)( OR .*)?$/.test(
        lock.packages[`node_modules/${name}`]?.license ?? '',
      ),
  );

  expect(named.length).toBeGreaterThan(40);
  expect(others).toEqual([]);
});
