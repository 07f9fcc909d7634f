import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { LambdaCode, LambdaFunction } from '../model/functions';
import { type Invocation, type InvocationOutcome, RuntimeApi, type SandboxChannel } from './runtime-api';

/** AWS credentials and endpoint of one function, made for one start. */
export interface LambdaCredentials {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

interface Sandbox {
  readonly process: ChildProcess;
  readonly channel: SandboxChannel;
  /** Killed or ended: never to be used again. */
  dead: boolean;
}

/** Besides the code: what Lambda gives to initialisation before it gives up. */
const INIT_SECONDS = 10;
const BOOTSTRAP = join(__dirname, 'lambda-bootstrap.cjs');

/**
 * Runs functions in child processes over Lambda's Runtime API: one event per process at a time, code from a copy outside
 * the project, environment from scratch, the process group killed at the timeout.
 *
 * It is no jail: a tool's code can read the files and reach the network of the user who runs the local gateway.
 */
export class LambdaHost {
  private readonly root = mkdtempSync(join(tmpdir(), 'secure-mcp-'));
  private readonly api = new RuntimeApi();
  private readonly pools = new Map<string, Pool>();

  public constructor(private readonly onLog: (functionName: string, text: string) => void = () => undefined) {
    linkAwsSdk(join(this.root, 'opt'));
  }

  public async start(): Promise<void> {
    await this.api.listen();
    if (STARTED.size === 0) process.once('exit', killStarted);
    STARTED.add(this);
  }

  /** Adds a function; `code` replaces its own, for "what if this tool were hostile". */
  public add(fn: LambdaFunction, credentials: LambdaCredentials): void {
    const folder = join(this.root, fn.name.replace(/[^A-Za-z0-9-]/g, '_'));
    for (const part of ['task', 'tmp']) mkdirSync(join(folder, part), { recursive: true });
    copyCode(fn.code, join(folder, 'task'), fn.handler);
    this.pools.set(fn.arn, new Pool(fn, credentials, folder, this.root, this.api, this.onLog));
  }

  public async invoke(functionArn: string, event: string, clientContext?: string): Promise<InvocationOutcome> {
    const pool = this.pools.get(functionArn);
    if (pool === undefined) {
      return { ok: false, errorType: 'ResourceNotFoundException', errorMessage: `Function not found: ${functionArn}` };
    }
    return pool.invoke(event, clientContext);
  }

  public async close(): Promise<void> {
    STARTED.delete(this);
    if (STARTED.size === 0) process.removeListener('exit', killStarted);
    this.killAll();
    await this.api.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  public killAll(): void {
    for (const pool of this.pools.values()) pool.killAll();
  }
}

/** One listener for all hosts: a process that runs a gateway for each of its tests has many. */
const STARTED = new Set<LambdaHost>();
function killStarted(): void {
  for (const host of STARTED) host.killAll();
}

class Pool {
  private readonly idle: Sandbox[] = [];
  private readonly busy = new Set<Sandbox>();
  private readonly queue: (() => void)[] = [];
  private closed = false;

  public constructor(
    private readonly fn: LambdaFunction,
    private readonly credentials: LambdaCredentials,
    private readonly folder: string,
    private readonly root: string,
    private readonly api: RuntimeApi,
    private readonly onLog: (functionName: string, text: string) => void,
  ) {}

  public async invoke(event: string, clientContext?: string): Promise<InvocationOutcome> {
    if (this.fn.concurrency < 1) {
      return { ok: false, errorType: 'TooManyRequestsException', errorMessage: 'Rate Exceeded.' };
    }
    while (this.busy.size >= this.fn.concurrency && !this.closed) {
      await new Promise<void>((wake) => this.queue.push(wake));
    }
    if (this.closed) return { ok: false, errorType: 'Runtime.ExitError', errorMessage: 'the local gateway has closed' };
    const warm = this.idle.pop();
    const sandbox = warm ?? this.spawn();
    this.busy.add(sandbox);
    const seconds = this.fn.timeoutSeconds + (warm === undefined ? INIT_SECONDS : 0);
    const invocation: Invocation = {
      event,
      clientContext,
      functionArn: this.fn.arn,
      deadline: Date.now() + this.fn.timeoutSeconds * 1000,
    };
    const timer = setTimeout(() => {
      const text = `Task timed out after ${this.fn.timeoutSeconds.toFixed(2)} seconds`;
      sandbox.dead = true;
      sandbox.channel.fail('Sandbox.Timedout', text);
      killGroup(sandbox.process);
    }, seconds * 1000);
    try {
      return await sandbox.channel.invoke(invocation);
    } finally {
      clearTimeout(timer);
      this.busy.delete(sandbox);
      if (!sandbox.dead) this.idle.push(sandbox);
      this.queue.shift()?.();
    }
  }

  public killAll(): void {
    this.closed = true;
    for (const sandbox of [...this.idle, ...this.busy]) killGroup(sandbox.process);
    for (const wake of this.queue.splice(0)) wake();
  }

  private spawn(): Sandbox {
    const { channel, address } = this.api.open();
    const heap = Math.floor(this.fn.memoryMb * 0.9);
    const child = spawn(process.execPath, [`--max-old-space-size=${heap}`, BOOTSTRAP], {
      cwd: join(this.folder, 'task'),
      env: this.environment(address),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const sandbox: Sandbox = { process: child, channel, dead: false };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => this.onLog(this.fn.name, chunk.toString()));
    }
    child.once('exit', (code, signal) => {
      sandbox.dead = true;
      channel.ended(`Runtime exited with error: ${signal === null ? `exit status ${code}` : `signal: ${signal}`}`);
      channel.close();
      const at = this.idle.indexOf(sandbox);
      if (at >= 0) this.idle.splice(at, 1);
      // Grandchildren of a process that ended by itself.
      killGroup(child);
    });
    child.once('error', (error) => channel.fail('Runtime.ExitError', error.message));
    return sandbox;
  }

  /** Only what Lambda would give it: nothing of the environment of whoever runs the local gateway. */
  private environment(runtimeApi: string): { [name: string]: string } {
    const { fn, credentials, folder } = this;
    return {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      NODE_PATH: join(this.root, 'opt', 'node_modules'),
      ...fn.environment,
      // Lambda reserves these names.
      HOME: join(folder, 'tmp'),
      TMPDIR: join(folder, 'tmp'),
      AWS_REGION: fn.region,
      AWS_DEFAULT_REGION: fn.region,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ENDPOINT_URL: credentials.endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      AWS_EXECUTION_ENV: `AWS_Lambda_${fn.runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: fn.name,
      AWS_LAMBDA_FUNCTION_VERSION: '1',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
      AWS_LAMBDA_LOG_GROUP_NAME: fn.logGroup,
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      LAMBDA_TASK_ROOT: join(folder, 'task'),
      LAMBDA_RUNTIME_DIR: dirname(BOOTSTRAP),
      _HANDLER: fn.handler,
      AWS_LAMBDA_RUNTIME_API: runtimeApi,
    };
  }
}

/**
 * A copy, because inside a project `index.js` would inherit the project's module type and resolve its `node_modules`,
 * which hides what the bundle lacks.
 */
function copyCode(code: LambdaCode, task: string, handler: string): void {
  if (code.kind === 'inline') writeFileSync(join(task, 'index.js'), code.text);
  else if (/\.[cm]?js$/.test(code.path)) {
    // A single file takes the place of the module that the handler names.
    const module = basename(handler).split('.')[0] ?? 'index';
    copyFileSync(code.path, join(task, `${module}${code.path.slice(code.path.lastIndexOf('.'))}`));
  } else cpSync(code.path, task, { recursive: true });
}

/** Lambda supplies the AWS SDK: here it is the one that is installed in the project, else the one of this package. */
function linkAwsSdk(opt: string): void {
  mkdirSync(join(opt, 'node_modules'), { recursive: true });
  for (const scope of ['@aws-sdk', '@smithy']) {
    const installed = [process.cwd(), __dirname].map((from) => findUp(from, scope)).find((path) => path !== undefined);
    if (installed !== undefined) symlinkSync(installed, join(opt, 'node_modules', scope), 'junction');
  }
}

function findUp(from: string, scope: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', scope);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}
