// Installs the dependencies when they are missing or older than the lock file, so that `npm start` and `npm test`
// work as the first command in a fresh clone. Plain Node: nothing is installed yet when this runs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const DIGEST_FILE = 'node_modules/.lock-digest';
const digest = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
const installed = existsSync(DIGEST_FILE) ? readFileSync(DIGEST_FILE, 'utf8') : undefined;

if (installed !== digest) {
  console.error('Installing dependencies (npm ci), once per change of package-lock.json ...');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    console.error('npm ci failed. Check the network and the npm registry in use, then run the command again.');
    process.exit(result.status ?? 1);
  }
  rmSync(DIGEST_FILE, { force: true }); // not written through a hard link into another clone's node_modules
  writeFileSync(DIGEST_FILE, digest);
}
