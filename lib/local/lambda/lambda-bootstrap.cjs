// Runs inside the process of a tool, in place of Lambda's Node.js runtime client. It speaks the Runtime API:
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
const { existsSync } = require('node:fs');
const http = require('node:http');
const { resolve } = require('node:path');
const { pathToFileURL } = require('node:url');

const env = process.env;
const base = new URL(`http://${env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/`);
// Taken before the tool's code runs, which may replace what it likes.
const { request } = http;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body) {
  return new Promise((succeed, fail) => {
    const outgoing = request(new URL(path, base.href.replace(/\/?$/, '/')), { method, agent }, (incoming) => {
      const chunks = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('end', () => succeed({ headers: incoming.headers, body: Buffer.concat(chunks).toString() }));
      incoming.on('error', fail);
    });
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

function described(error) {
  const isError = error instanceof Error;
  return {
    errorType: isError ? error.name : typeof error,
    errorMessage: isError ? error.message : String(error),
    trace: isError ? String(error.stack).split('\n') : [],
  };
}

class InitError extends Error {
  constructor(type, message) {
    super(message);
    this.name = type;
  }
}

/** `folder/module.export.path` */
async function loadHandler() {
  const at = env._HANDLER.lastIndexOf('/') + 1;
  const [module, ...path] = env._HANDLER.slice(at).split('.');
  const stem = resolve(env.LAMBDA_TASK_ROOT, env._HANDLER.slice(0, at), module);
  const file = ['', '.js', '.mjs', '.cjs'].map((extension) => stem + extension).find((name) => existsSync(name));
  if (file === undefined || path.length === 0) {
    throw new InitError('Runtime.ImportModuleError', `Error: Cannot find module '${module}'`);
  }
  let loaded;
  try {
    loaded = await load(file);
  } catch (error) {
    throw new InitError('Runtime.ImportModuleError', `${error?.name}: ${error?.message}`);
  }
  const handler = path.reduce((value, key) => value?.[key], loaded);
  if (typeof handler !== 'function') {
    throw new InitError('Runtime.HandlerNotFound', `${env._HANDLER} is undefined or not exported`);
  }
  return handler;
}

async function load(file) {
  if (file.endsWith('.mjs')) return import(pathToFileURL(file).href);
  try {
    return require(file);
  } catch (error) {
    const esm = ['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE'].includes(error?.code) || error instanceof SyntaxError;
    if (!esm) throw error;
    return import(pathToFileURL(file).href);
  }
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms']);
  const clientContext = headers['lambda-runtime-client-context'];
  return {
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: clientContext === undefined ? undefined : JSON.parse(clientContext),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** Promise or callback, whichever comes first. */
function run(handler, event, context) {
  return new Promise((succeed, fail) => {
    const callback = (error, result) => (error === null || error === undefined ? succeed(result) : fail(error));
    const returned = handler(event, context, callback);
    if (typeof returned?.then === 'function') returned.then(succeed, fail);
    else if (handler.length < 3) succeed(returned);
  });
}

async function main() {
  let handler;
  try {
    handler = await loadHandler();
  } catch (error) {
    await call('POST', 'init/error', JSON.stringify(described(error)));
    process.exit(1);
  }
  for (;;) {
    const next = await call('GET', 'invocation/next');
    const context = contextOf(next.headers);
    let answer;
    let outcome = 'response';
    try {
      const result = await run(handler, JSON.parse(next.body), context);
      answer = JSON.stringify(result === undefined ? null : result) ?? 'null';
    } catch (error) {
      outcome = 'error';
      answer = JSON.stringify(described(error));
    }
    await call('POST', `invocation/${context.awsRequestId}/${outcome}`, answer);
  }
}

// The host is gone, or does not want this process any more.
main().catch(() => process.exit(1));
