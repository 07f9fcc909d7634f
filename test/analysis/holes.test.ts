import type { DeclaredAccess } from '../../lib/analysis/access-finding';
import { compareAccess } from '../../lib/analysis/compare';
import { analyzeText, analyzeTexts } from './bundle';

/** `PUT(x)` stands for a call that writes table B with the client `x`. */
const PUT = (client: string) => `${client}.send(new PutItemCommand({ TableName: process.env.B, Item: {} }))`;
const source = (body: string, before = '') => `
import { DynamoDB, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
const ddb: any = new DynamoDBClient({});
${before}
export const handler = async (event: any): Promise<any> => {
await ddb.send(new GetItemCommand({ TableName: process.env.A, Key: {} }));
${body}
};`;

const access = (env: string, operation: string): DeclaredAccess => ({
  env,
  service: 'dynamodb',
  operations: [operation],
  resource: `arn of ${env}`,
  declaration: `Access.table(${env}).${operation === 'GetItem' ? 'get' : 'put'}()`,
});

/** Each writes to B in a way that is hard to see. `found`: as a call; otherwise it is at least not called excess. */
const HOLES: [name: string, body: string, before?: string][] = [
  ['a setter', `class S { set go(c: any) { ${PUT('c')}; } } (new S() as any).go = ddb;`],
  ['a setter of an object', `const o: any = { set go(c: any) { ${PUT('c')}; } }; o.go = ddb;`],
  ['a static setter', `class S { static set go(c: any) { ${PUT('c')}; } } S.go = ddb;`],
  ['an inherited setter', `class S { set go(c: any) { ${PUT('c')}; } } class T extends S {} new T().go = ddb;`],
  ['a setter by a computed name', `const o: any = { set ['go'](c: any) { ${PUT('c')}; } }; o[event.name] = ddb;`],
  ['Object.assign over a setter', `const o: any = { set go(c: any) { ${PUT('c')}; } }; Object.assign(o, { go: ddb });`],
  ['entries of a Map', `for (const [k, run] of new Map([['x', () => ${PUT('ddb')}]])) run();`],
  ['entries() of a Map', `for (const [k, run] of new Map([['x', () => ${PUT('ddb')}]]).entries()) run();`],
  ['keys of a Map', `for (const run of new Map([[() => ${PUT('ddb')}, 1]]).keys()) run();`],
  ['forEach of a Map, its key', `new Map([[() => ${PUT('ddb')}, 1]]).forEach((v: any, run: any) => run());`],
  [
    'forEach of a Map, the Map',
    `const m = new Map([['a', () => ${PUT('ddb')}]]); m.forEach((v: any, k: any, all: any) => all.get('a')());`,
  ],
  ['a Set that is spread', `for (const run of [...new Set([() => ${PUT('ddb')}])]) await run();`],
  ['a Set that is destructured', `const [run] = new Set([() => ${PUT('ddb')}]); await run();`],
  ['a Set as arguments', `((run: any) => run())(...new Set([() => ${PUT('ddb')}]));`],
  ['a WeakMap', `const k = {}; const m = new WeakMap(); m.set(k, () => ${PUT('ddb')}); m.get(k)();`],
  ['entries of an array', `for (const [i, run] of [() => ${PUT('ddb')}].entries()) await run();`],
  ['the array a callback is given', `[() => ${PUT('ddb')}].forEach((x: any, i: any, all: any) => all[0]());`],
  ['this of a callback', `[1].forEach(function (this: any) { this.run(); }, { run: () => ${PUT('ddb')} });`],
  ['fill of an array', `new Array(1).fill(() => ${PUT('ddb')})[0]();`],
  ['groupBy', `const g: any = (Object as any).groupBy([{ run: () => ${PUT('ddb')} }], () => 'a'); await g.a[0].run();`],
  ['globalThis', `(globalThis as any).run = () => ${PUT('ddb')}; await (globalThis as any).run();`],
  [
    'globalThis, by its name alone',
    `(globalThis as any).run = () => ${PUT('ddb')}; await (run as any)();`,
    'declare const run: any;',
  ],
  ['a property of process', `(process as any).run = () => ${PUT('ddb')}; await (process as any).run();`],
  ['a function that is thrown', `try { throw () => ${PUT('ddb')}; } catch (run: any) { await run(); }`],
  [
    'a client that is thrown',
    `try { throw new DynamoDB({}); } catch (c: any) { await c.putItem({ TableName: process.env.B, Item: {} }); }`,
  ],
  [
    'an error that holds a client',
    `class E extends Error { constructor(public c: any) { super(); } } try { throw new E(new DynamoDB({})); } catch (e: any) { await e.c.putItem({ TableName: process.env.B, Item: {} }); }`,
  ],
  [
    'a rejected promise',
    `await Promise.reject(new DynamoDB({})).catch((c: any) => c.putItem({ TableName: process.env.B, Item: {} }));`,
  ],
  [
    'a promise that is rejected',
    `await new Promise((_: any, no: any) => no(new DynamoDB({}))).catch((c: any) => c.putItem({ TableName: process.env.B, Item: {} }));`,
  ],
  [
    'an eighth argument',
    `const f = (a: any, b: any, c: any, d: any, e: any, f: any, g: any, run: any) => run(); await f(1, 2, 3, 4, 5, 6, 7, () => ${PUT('ddb')});`,
  ],
  [
    'an eighth argument in the rest',
    `const f = (...all: any[]) => all[7](); await f(1, 2, 3, 4, 5, 6, 7, () => ${PUT('ddb')});`,
  ],
  [
    'an eighth argument of arguments',
    `const f: any = function () { return arguments[7](); }; await f(1, 2, 3, 4, 5, 6, 7, () => ${PUT('ddb')});`,
  ],
  [
    'an eighth argument from a spread',
    `const f: any = (a: any, b: any, c: any, d: any, e: any, f: any, g: any, run: any) => run(); const all = [1, 2, 3, 4, 5, 6, 7, () => ${PUT('ddb')}]; await f(...all);`,
  ],
  [
    'bind of a method of a client',
    `const put = new DynamoDB({}).putItem.bind(ddb); await put({ TableName: process.env.B, Item: {} });`,
  ],
  [
    'call of a method of a client',
    `await (DynamoDB.prototype as any).putItem.call(ddb, { TableName: process.env.B, Item: {} });`,
  ],
  ['call on a client', `await new DynamoDB({}).putItem.call(ddb, { TableName: process.env.B, Item: {} });`],
  ['apply on a client', `await new DynamoDB({}).putItem.apply(ddb, [{ TableName: process.env.B, Item: {} }]);`],
  ['bind with arguments', `await new DynamoDB({}).putItem.bind(ddb, { TableName: process.env.B, Item: {} })();`],
  ['Reflect.construct', `await ddb.send(Reflect.construct(PutItemCommand, [{ TableName: process.env.B, Item: {} }]));`],
  [
    'Reflect.apply',
    `await Reflect.apply((t: any) => ddb.send(new PutItemCommand({ TableName: t, Item: {} })), null, [process.env.B]);`,
  ],
  ['Reflect.get', `const o = { run: () => ${PUT('ddb')} }; await Reflect.get(o, 'run')();`],
  ['Reflect.get of a client', `await Reflect.get(new DynamoDB({}), event.x)({ TableName: process.env.B, Item: {} });`],
  ['Function.prototype.call', `await Function.prototype.call.call(() => ${PUT('ddb')});`],
  ['a Proxy of an object', `const p: any = new Proxy({ run: () => ${PUT('ddb')} }, {}); await p.run();`],
  [
    'a Proxy of a client',
    `const p: any = new Proxy(new DynamoDB({}), {}); await p.putItem({ TableName: process.env.B, Item: {} });`,
  ],
  ['the get of a Proxy', `const p: any = new Proxy({}, { get: () => () => ${PUT('ddb')} }); await p.run();`],
  [
    'a getter',
    `const o = { get c() { return new DynamoDB({}); } }; await o.c.putItem({ TableName: process.env.B, Item: {} });`,
  ],
  ['a getter by a computed name', `const o: any = { get [event.x]() { return () => ${PUT('ddb')}; } }; await o.run();`],
  ['a getter with a quoted name', `const o: any = { get 'a-b'() { return () => ${PUT('ddb')}; } }; await o['a-b']();`],
  [
    'a static getter',
    `class S { static get c() { return new DynamoDB({}); } } await S.c.putItem({ TableName: process.env.B, Item: {} });`,
  ],
  [
    'a getter that is defined',
    `const o: any = {}; Object.defineProperty(o, 'run', { get: () => () => ${PUT('ddb')} }); await o.run();`,
  ],
  [
    'getters that are defined',
    `const o: any = {}; Object.defineProperties(o, { run: { get: () => () => ${PUT('ddb')} } }); await o.run();`,
  ],
  [
    'a static block',
    `class S { static c: any; static { this.c = new DynamoDB({}); } } await S.c.putItem({ TableName: process.env.B, Item: {} });`,
  ],
  ['a generator', `function* g() { yield () => ${PUT('ddb')}; } for (const run of g()) await run();`],
  ['a generator by hand', `function* g() { yield () => ${PUT('ddb')}; } await (g().next() as any).value();`],
  [
    'a value sent to a generator',
    `function* g(): any { const c = yield 1; c.putItem({ TableName: process.env.B, Item: {} }); } const i: any = g(); i.next(); i.next(new DynamoDB({}));`,
  ],
  [
    'an async generator',
    `async function* g() { yield new DynamoDB({}); } for await (const c of g()) await c.putItem({ TableName: process.env.B, Item: {} });`,
  ],
  [
    'an iterator of its own',
    `const o = { *[Symbol.iterator]() { yield () => ${PUT('ddb')}; } }; for (const run of o) await run();`,
  ],
  [
    'an iterator by hand',
    `const o: any = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: () => ${PUT('ddb')} }) }) }; for (const run of o) await run();`,
  ],
  [
    'an async iterator of a class',
    `class Pages { async *[Symbol.asyncIterator]() { yield await ${PUT('ddb')}; } } for await (const p of new Pages()) console.log(p);`,
  ],
  [
    'a tagged template',
    'const tag = (parts: any, t: any) => ddb.send(new PutItemCommand({ TableName: t, Item: {} })); await tag`${process.env.B}`;',
  ],
  [
    'a tag that is a method',
    'const o = { table: process.env.B, tag(parts: any) { return ddb.send(new PutItemCommand({ TableName: this.table, Item: {} })); } }; await o.tag`x`;',
  ],
  ['a default in a pattern', `const { run = () => ${PUT('ddb')} } = event; await run();`],
  ['a default of a parameter', `await ((run: any = () => ${PUT('ddb')}) => run())();`],
  ['an optional call', `const o: any = { run: () => ${PUT('ddb')} }; await o?.run?.();`],
  [
    'an optional call of a client',
    `const c: any = new DynamoDB({}); await c?.['putItem']?.({ TableName: process.env.B, Item: {} });`,
  ],
  [
    'a method under a symbol',
    `const k = Symbol('k'); const o: any = { [k]() { return ${PUT('ddb')}; } }; await o[k]();`,
  ],
  [
    'a method of a class under a symbol',
    `const k = Symbol('k'); class O { [k]() { return ${PUT('ddb')}; } } await (new O() as any)[k]();`,
  ],
  ['toString', `String({ toString: () => { ${PUT('ddb')}; return ''; } });`],
  ['toJSON', `JSON.stringify({ toJSON: () => { ${PUT('ddb')}; return ''; } });`],
  ['a reviver', `JSON.parse('{}', () => ${PUT('ddb')});`],
  ['replace with a function', `'a'.replace('a', () => { ${PUT('ddb')}; return ''; });`],
  ['a thenable', `await ({ then: (done: any) => { ${PUT('ddb')}; done(); } } as any);`],
  ['valueOf', `+({ valueOf: () => { ${PUT('ddb')}; return 1; } } as any);`],
  ['Symbol.toPrimitive', `\`\${{ [Symbol.toPrimitive]: () => { ${PUT('ddb')}; return ''; } }}\`;`],
  [
    'Symbol.hasInstance',
    `class K { static [Symbol.hasInstance]() { ${PUT('ddb')}; return true; } } if (event instanceof (K as any)) console.log(1);`,
  ],
  ['dispose', `const o: any = { [Symbol.dispose]() { ${PUT('ddb')}; } }; o[Symbol.dispose]();`],
  [
    'a class that is made by its constructor',
    `class K { constructor() { ${PUT('ddb')}; } } const k: any = new K(); new k.constructor();`,
  ],
  [
    'a class that is returned',
    `const make = (B: any) => class extends B { run() { return ${PUT('ddb')}; } }; await new (make(Object))().run();`,
  ],
  [
    'an event emitter',
    `const e = new EventEmitter(); e.on('x', (c: any) => c.putItem({ TableName: process.env.B, Item: {} })); e.emit('x', new DynamoDB({}));`,
    "import { EventEmitter } from 'node:events';",
  ],
  [
    'a class that is an event emitter',
    `class E extends EventEmitter { constructor() { super(); this.on('x', () => ${PUT('ddb')}); } } new E().emit('x');`,
    "import { EventEmitter } from 'node:events';",
  ],
  [
    'an input that is changed later',
    `const c: any = new PutItemCommand({ Item: {} } as any); c.input.TableName = process.env.B; await ddb.send(c);`,
  ],
  [
    'an input that is spread',
    `const i = { TableName: process.env.A, Item: {} }; await ddb.send(new PutItemCommand({ ...i, TableName: process.env.B }));`,
  ],
  [
    'an input of another command',
    `const c: any = new PutItemCommand({ TableName: process.env.B, Item: {} }); await ddb.send(new PutItemCommand({ ...c.input, Item: {} }));`,
  ],
  [
    'a command that JSON names',
    `const c = JSON.parse(event.c); await ddb.send(new ({ PutItemCommand } as any)[c.name](c.input));`,
  ],
  [
    'a command of a namespace by its name',
    `const all: any = require('@aws-sdk/client-dynamodb'); await ddb.send(new all[event.name]({ TableName: process.env.B }));`,
  ],
  [
    'a list of commands',
    `const all = [GetItemCommand, PutItemCommand]; await ddb.send(new (all as any)[event.i]({ TableName: process.env.B }));`,
  ],
  [
    'child_process',
    `execFileSync('aws', ['dynamodb', 'put-item']);`,
    "import { execFileSync } from 'node:child_process';",
  ],
  [
    'child_process, promisified',
    `await promisify(execFile)('aws', ['dynamodb', 'put-item']);`,
    "import { execFile } from 'node:child_process'; import { promisify } from 'node:util';",
  ],
  ['worker_threads', `new Worker('./other.js');`, "import { Worker } from 'node:worker_threads';"],
  ['cluster', `cluster.fork();`, "import cluster from 'node:cluster';"],
  ['vm', `vm.runInThisContext(event.code);`, "import * as vm from 'node:vm';"],
  ['vm with a context', `new vm.Script('ddb.putItem()').runInNewContext({ ddb });`, "import * as vm from 'node:vm';"],
  ['eval', `eval('1');`],
  ['an indirect eval', `(0, eval)(event.code);`],
  ['eval of globalThis', `(globalThis as any).eval(event.code);`],
  ['eval by another name', `const run = eval; run(event.code);`],
  ['eval that is handed on', `[event.code].map(eval);`],
  ['new Function', `new Function(event.code)();`],
  ['the constructor of a function', `(async () => {}).constructor(event.code)();`],
  [
    'createRequire',
    `createRequire(__filename)('@aws-sdk/client-dynamodb');`,
    "import { createRequire } from 'node:module';",
  ],
  ['module.require', `(module as any).require('x');`],
  ['require by another name', `const r = require; new (r(event.x).PutItemCommand)({});`],
  ['process.getBuiltinModule', `(process as any).getBuiltinModule('child_process').execSync('aws');`],
  ['process.dlopen', `(process as any).dlopen({}, 'x.node');`],
  ['WebAssembly', `await (WebAssembly as any).instantiate(event.x, { env: { ddb } });`],
  ['setTimeout with text', `setTimeout('code' as any, 1);`],
  ['a dynamic import', `await import(event.x);`],
  [
    'the credentials of the role',
    `await fetch('https://dynamodb', { headers: sign(process.env.AWS_SECRET_ACCESS_KEY!) });`,
    'const sign = (key: string) => ({ key });',
  ],
  ['a timer', `setTimeout((c: any) => c.putItem({ TableName: process.env.B, Item: {} }), 1, new DynamoDB({}));`],
  [
    'AsyncLocalStorage',
    `const s = new AsyncLocalStorage<any>(); await s.run(new DynamoDB({}), async () => s.getStore().putItem({ TableName: process.env.B, Item: {} }));`,
    "import { AsyncLocalStorage } from 'node:async_hooks';",
  ],
  [
    'a stream',
    `await pipeline(Readable.from([1]), async function* (s: any) { for await (const x of s) { await ${PUT('ddb')}; yield x; } } as any);`,
    "import { Readable } from 'node:stream'; import { pipeline } from 'node:stream/promises';",
  ],
  ['a class field that is an arrow function', `class R { run = () => ${PUT('ddb')}; } await new R().run();`],
  [
    'a label and a switch',
    `out: for (;;) { switch (event.x) { case 1: await ${PUT('ddb')}; break out; default: break; } }`,
  ],
  ['a comma and a void', `void (0, await ${PUT('ddb')});`],
  ['a conditional operator that is assigned', `let run: any; run ??= () => ${PUT('ddb')}; run ||= 1; await run();`],
  ['an assigned pattern', `let run: any; ({ run } = { run: () => ${PUT('ddb')} }); await run(); `],
  ['a pattern in a loop', `for (const { run } of [{ run: () => ${PUT('ddb')} }]) await run();`],
  ['for in', `const o: any = { run: () => ${PUT('ddb')} }; for (const k in o) await o[k]();`],
  [
    'with super and a mixin',
    `const M = (C: any) => class extends C { save() { return ${PUT('ddb')}; } }; class Base { save() { return 1; } } class T extends M(Base) { go() { return super.save(); } } await new T().go();`,
  ],
  [
    'a super setter',
    `class P { set c(x: any) { ${PUT('x')}; } } class Q extends P { go() { super.c = ddb; } } new Q().go();`,
  ],
  [
    'an object that is frozen in a class',
    `const o: any = Object.freeze(Object.assign(Object.create({ run: () => ${PUT('ddb')} }), {})); await o.run();`,
  ],
  [
    'a prototype that is changed',
    `function K(this: any) {} (K as any).prototype.run = () => ${PUT('ddb')}; await new (K as any)().run();`,
  ],
  ['__proto__', `const o: any = {}; o.__proto__ = { run: () => ${PUT('ddb')} }; await o.run();`],
  [
    'a recursion',
    `const f = (n: number, run: any): any => n ? f(n - 1, run) : run(); await f(event.n, () => ${PUT('ddb')});`,
  ],
  [
    'partial application',
    `const partial = (f: any, ...a: any[]) => (...b: any[]) => f(...a, ...b); await partial((t: any, i: any) => ddb.send(new PutItemCommand({ TableName: t, Item: i })), process.env.B)({});`,
  ],
  [
    'a client by the name of its class',
    `const sdk: any = await import('@aws-sdk/client-dynamodb'); await new sdk['Dynamo' + 'DB']({}).putItem({ TableName: process.env.B, Item: {} });`,
  ],
  [
    'a class of a client, extended',
    `class Mine extends DynamoDB { constructor() { super({}); } } await new Mine().putItem({ TableName: process.env.B, Item: {} } as any);`,
  ],
  [
    'a client that copies its methods',
    `const c = { ...new DynamoDB({}) } as any; await c.putItem({ TableName: process.env.B, Item: {} });`,
  ],
  [
    'a client made by Object.create',
    `const c = Object.create(new DynamoDB({})); await c.putItem({ TableName: process.env.B, Item: {} });`,
  ],
  [
    'two names of one table',
    `const t = [process.env.A, process.env.B]; for (const [i, name] of t.entries()) await ddb.send(new PutItemCommand({ TableName: name, Item: {} }));`,
  ],
  [
    'a table from a Map',
    `const t = new Map([['x', process.env.B]]); for (const [k, name] of t) await ddb.send(new PutItemCommand({ TableName: name, Item: {} }));`,
  ],
  [
    'a table that is thrown',
    `try { throw process.env.B; } catch (t: any) { await ddb.send(new PutItemCommand({ TableName: t, Item: {} })); }`,
  ],
  [
    'a table of globalThis',
    `(globalThis as any).t = process.env.B; await ddb.send(new PutItemCommand({ TableName: (globalThis as any).t, Item: {} }));`,
  ],
  [
    'a table by a setter',
    `class S { #t: any; set t(x: any) { this.#t = x; } get t() { return this.#t; } } const s = new S(); s.t = process.env.B; await ddb.send(new PutItemCommand({ TableName: s.t, Item: {} }));`,
  ],
  [
    'a table as the eighth argument',
    `const f = (a: any, b: any, c: any, d: any, e: any, f: any, g: any, t: any) => ddb.send(new PutItemCommand({ TableName: t, Item: {} })); await f(1, 2, 3, 4, 5, 6, 7, process.env.B);`,
  ],
  ['an export beside the handler', ``, `export const other = () => ${PUT('ddb')};`],
  ['an exported class', ``, `export class Other { run() { return ${PUT('ddb')}; } }`],
];

const analyses = analyzeTexts(HOLES.map(([, body, before]) => source(body, before)));

test.each(HOLES.map(([name], index) => ({ name, index })))('$name is seen, or undecided', ({ index }) => {
  const analysis = analyses[index]!;
  const kinds = (...declared: DeclaredAccess[]) => compareAccess(declared, analysis).map(({ kind }) => kind);

  const exact = kinds(access('A', 'GetItem'), access('B', 'PutItem'));
  expect(exact).not.toContain('excess');
  expect(exact).not.toContain('missing');
  expect(kinds(access('A', 'GetItem'))).not.toEqual([]);
});

test('where nothing is hidden, an access that no code uses is excess', () => {
  const analysis = analyzeText(source(''));
  const findings = compareAccess([access('A', 'GetItem'), access('B', 'PutItem')], analysis);

  expect(findings.map(({ kind, env }) => `${kind} ${env}`)).toEqual(['excess B']);
});

/** The same operation on both tables, and the name of B out of sight. */
const NAMES: [name: string, body: string][] = [
  ['toString', 'await get(`${{ toString: () => process.env.B }}`);'],
  ['valueOf', "await get('' + { valueOf: () => process.env.B });"],
  ['a Proxy', 'await get((new Proxy({ b: process.env.B }, {}) as any).b);'],
  ['Reflect', "await get(Reflect.get({ b: process.env.B }, 'b'));"],
  ['an event', "emitter.on('x', get); emitter.emit('x', process.env.B);"],
  ['text that is taken apart', "for (const t of [process.env.B].join(',').split(',')) await get(t);"],
  ['a regular expression', 'await get(/.*/.exec(process.env.B!)![0]);'],
  ['JSON', 'await get(JSON.parse(JSON.stringify({ b: process.env.B })).b);'],
  ['a getter of the class', 'await get(new (class { get [event.x]() { return process.env.B; } })().b);'],
  [
    'properties that are defined, and more calls than are told apart',
    'const o: any = {}; Object.defineProperties(o, { b: { value: process.env.B } }); const x = (t: any) => get(t); const y = (t: any) => x(t); const z = (t: any) => y(t); await z(process.env.A); await z(o.b);',
  ],
];
const named = analyzeTexts(
  NAMES.map(([, body]) =>
    source(
      `const get = (t: any) => ddb.send(new GetItemCommand({ TableName: t, Key: {} })); ${body}`,
      "import { EventEmitter } from 'node:events'; const emitter = new EventEmitter();",
    ),
  ),
);

test.each(NAMES.map(([name], index) => ({ name, index })))('the name of a table through $name', ({ index }) => {
  const findings = compareAccess([access('A', 'GetItem'), access('B', 'GetItem')], named[index]!);
  const kinds = findings.map(({ kind }) => kind);

  expect(kinds).not.toContain('excess');
  expect(kinds).not.toContain('missing');
});

test('a table whose name the code does not even read is excess', () => {
  const findings = compareAccess([access('A', 'GetItem'), access('B', 'GetItem')], analyzeText(source('')));

  expect(findings.map(({ kind, env }) => `${kind} ${env}`)).toEqual(['excess B']);
});

test('a loop over the keys of an object does not come to its constructor', () => {
  const { unverifiable } = analyzeText(
    source(
      'return sorted({ item: new Item(event.id), list: [new Item(1)] });',
      `class Item { constructor(public id: any) {} }
const typeOf = (x: any) => (x?.constructor === Object ? 'object' : Array.isArray(x) ? 'array' : 'other');
const sorted = (x: any): any =>
  typeOf(x) === 'object'
    ? Object.keys(x).reduce((all: any, key: string) => { all[key] = sorted(x[key]); return all; }, {})
    : typeOf(x) === 'array' ? x.map(sorted) : x;`,
    ),
  );

  expect(unverifiable).toEqual([]);
});

/** What a loop over keys comes to is seen as a call, not only left open. */
const KEYS: [name: string, body: string][] = [
  [
    'a key `constructor` of its own',
    `const o: any = { constructor: () => ${PUT('ddb')} }; for (const k of Object.keys(o)) await o[k]();`,
  ],
  [
    'a method `constructor` of an object',
    `const o: any = { constructor() { return ${PUT('ddb')}; } }; for (const k in o) await o[k]();`,
  ],
  [
    'a key `constructor` that is assigned',
    `const o: any = {}; o.constructor = () => ${PUT('ddb')}; await Promise.all(Object.keys(o).map((k) => o[k]()));`,
  ],
  [
    'a key `constructor` that is assigned after the loop was made',
    `const o: any = {}; const run = () => { for (const k in o) o[k](); }; run(); o['constructor'] = () => ${PUT('ddb')}; run();`,
  ],
  [
    'a key `constructor` that is copied',
    `const o: any = { ...{ constructor: () => ${PUT('ddb')} } }; for (const [k] of Object.entries(o)) await o[k]();`,
  ],
  [
    'a key `constructor` by Object.assign, with Reflect.ownKeys',
    `const o: any = Object.assign({}, { constructor: () => ${PUT('ddb')} }); for (const k of Reflect.ownKeys(o)) await o[k]();`,
  ],
  [
    'a key `constructor` by a computed name',
    `const name = 'constructor'; const o: any = { [name]: () => ${PUT('ddb')} }; for (const k of Object.keys(o)) await o[k]();`,
  ],
  [
    'keys that an object inherits',
    `const o: any = Object.create({ run: () => ${PUT('ddb')} }); for (const k in o) await o[k]();`,
  ],
  [
    'keys that are not known when the loop is made',
    `const o: any = {}; const run = () => { for (const k of Object.keys(o)) o[k](); }; run(); o[event.x] = () => ${PUT('ddb')}; run();`,
  ],
  [
    'Object.getOwnPropertyNames',
    `const o: any = { run: () => ${PUT('ddb')} }; for (const k of Object.getOwnPropertyNames(o)) await o[k]();`,
  ],
];
const keyed = analyzeTexts(KEYS.map(([, body]) => source(body)));

test.each(KEYS.map(([name], index) => ({ name, index })))('a loop comes to $name', ({ index }) => {
  const findings = compareAccess([access('A', 'GetItem')], keyed[index]!);

  expect(findings.map(({ kind, env }) => `${kind} ${env}`)).toEqual(['missing B']);
});
