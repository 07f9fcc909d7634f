import type { Value } from '../values';
import { UNKNOWN } from '../values';

/** Modules of Python itself; none of them calls AWS. */
const STANDARD = new Set(
  `__future__ abc argparse array ast asyncio atexit base64 binascii bisect builtins bz2 code codeop cProfile calendar cmath codecs collections colorsys
  concurrent configparser contextlib contextvars copy csv ctypes dataclasses datetime decimal difflib dis email encodings enum errno
  faulthandler fcntl filecmp fnmatch fractions ftplib functools gc getpass gettext glob graphlib gzip hashlib heapq hmac html http
  imaplib imp importlib inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox math mimetypes mmap
  multiprocessing netrc numbers operator os pathlib pickle pkgutil platform plistlib posixpath pprint profile pty queue quopri random re
  resource runpy sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver sqlite3 ssl stat
  statistics string stringprep struct subprocess symtable sys sysconfig tarfile tempfile textwrap threading time timeit token
  tokenize tomllib trace traceback tracemalloc types typing unicodedata unittest urllib uuid venv warnings wave weakref
  xml xmlrpc zipapp zipfile zipimport zlib zoneinfo`.split(/\s+/),
);

/** Modules that the analysis has a meaning for, by the name of the value that stands for them. */
const MEANINGS: { readonly [module: string]: string } = {
  boto3: 'boto3',
  'boto3.session': 'boto3',
  aioboto3: 'boto3',
  'aiobotocore.session': 'boto3',
  'botocore.session': 'boto3',
  os: 'os',
  functools: 'functools',
  asyncio: 'asyncio',
  importlib: 'importlib',
  collections: 'collections',
  contextlib: 'contextlib',
  copy: 'copy',
  dataclasses: 'dataclasses',
  threading: 'threading',
  types: 'types',
  typing: 'typing',
  multiprocessing: 'multiprocessing',
  ...powertools('parameters', ['', 'ssm', 'secrets', 'dynamodb', 'appconfig']),
  ...powertools('idempotency', ['', 'persistence.dynamodb', 'persistence']),
  ...powertools('feature_flags', ['', 'appconfig']),
  ...powertools('streaming', ['', 's3_object']),
  ...powertools('data_masking', ['provider.kms', 'provider.kms.aws_encryption_sdk']),
};

function powertools(utility: string, modules: readonly string[]): { [module: string]: string } {
  const root = `aws_lambda_powertools.utilities.${utility}`;
  return Object.fromEntries(modules.map((module) => [module === '' ? root : `${root}.${module}`, utility]));
}

/** What a module offers that runs other programs, native code or code from data: it may call whatever it likes. */
const RUNS_CODE: { readonly [module: string]: RegExp } = {
  builtins: /^(eval|exec|compile|__import__)$/,
  code: /./,
  codeop: /./,
  ctypes: /./,
  cProfile: /^run/,
  marshal: /^loads?$/,
  os: /^(system|popen|startfile|exec[lv]\w*|spawn[lv]\w*|posix_spawnp?)$/,
  asyncio: /^create_subprocess_/,
  importlib: /^(__import__|reload|util|machinery|abc)$/,
  'importlib.util': /./,
  'importlib.machinery': /./,
  imp: /./,
  pickle: /^(loads?|_?Unpickler)$/,
  pkgutil: /^(get_loader|find_loader|resolve_name|iter_modules|walk_packages|get_importer)$/,
  profile: /^run/,
  pty: /./,
  runpy: /./,
  shelve: /./,
  subprocess: /^(?!(PIPE|DEVNULL|STDOUT|CompletedProcess|\w+Error|TimeoutExpired)$)/,
  timeit: /./,
  zipimport: /./,
};

/** Whether the name in full, of a module or of something in it, has a meaning of its own. */
export function hasMeaning(name: string): boolean {
  return Object.hasOwn(MEANINGS, name);
}

/** What a module outside the handler's own code stands for; `undefined` when it is not known. */
export function platformModule(name: string): Value | undefined {
  if (hasMeaning(name)) return { kind: 'python', path: MEANINGS[name]! };
  if (Object.hasOwn(RUNS_CODE, name) || [...Object.keys(MEANINGS)].some((known) => known.startsWith(`${name}.`)))
    return { kind: 'python', path: `module ${name}` };
  if (/^(aws_lambda_powertools|aws_xray_sdk)(\.|$)/.test(name)) return { kind: 'python', path: 'powertools' };
  const [root = ''] = name.split('.');
  if (/^(boto3|botocore|aioboto3|aiobotocore|s3transfer|typing_extensions|mypy_boto3\w*|types_\w+)$/.test(root))
    return UNKNOWN;
  return STANDARD.has(root) ? UNKNOWN : undefined;
}

/** What stands under a name in a module. */
export function inModule(module: string, name: string): Value {
  return platformModule(`${module}.${name}`) ?? UNKNOWN;
}

/** Whether something in a module runs code that is not followed; of any name, when it is not known. */
export function runsCode(module: string, name?: string): boolean {
  if (!Object.hasOwn(RUNS_CODE, module)) return false;
  return name === undefined || (RUNS_CODE[module]!.test(name) && !/^__\w+__$/.test(name.replace('__import__', '')));
}

/** What `from … import *` makes known of a module outside the handler's own code, as far as it matters. */
export function namesOfStar(module: string): readonly string[] {
  if (MEANINGS[module] === 'boto3') return ['client', 'resource', 'Session', 'session', 'get_session'];
  if (module === 'os') return ['environ', 'getenv', 'system'];
  if (module === 'functools') return ['partial', 'reduce', 'cache', 'lru_cache'];
  return Object.hasOwn(RUNS_CODE, module) ? ['loads', 'run', 'util', 'eval', 'create_subprocess_exec'] : [];
}

/** A module with which code signs requests itself, past all clients. */
export function signsRequests(name: string): boolean {
  return /^botocore\.(auth|awsrequest|signers|crt)(\.|$)/.test(name);
}
