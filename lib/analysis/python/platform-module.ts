import type { Value } from '../values';
import { UNKNOWN } from '../values';

/** Modules of Python itself; none of them calls AWS. */
const STANDARD = new Set(
  `__future__ abc argparse array ast asyncio atexit base64 binascii bisect builtins bz2 calendar cmath codecs collections colorsys
  concurrent configparser contextlib contextvars copy csv ctypes dataclasses datetime decimal difflib dis email encodings enum errno
  faulthandler fcntl filecmp fnmatch fractions ftplib functools gc getpass gettext glob graphlib gzip hashlib heapq hmac html http
  imaplib importlib inspect io ipaddress itertools json keyword linecache locale logging lzma mailbox math mimetypes mmap
  multiprocessing netrc numbers operator os pathlib pickle pkgutil platform plistlib posixpath pprint profile queue quopri random re
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
  'aws_lambda_powertools.utilities.parameters': 'parameters',
  'aws_lambda_powertools.utilities.idempotency': 'idempotency',
  'aws_lambda_powertools.utilities.idempotency.persistence.dynamodb': 'idempotency',
};

/** Whether the name in full, of a module or of something in it, has a meaning of its own. */
export function hasMeaning(name: string): boolean {
  return Object.hasOwn(MEANINGS, name);
}

/** What a module outside the handler's own code stands for; `undefined` when it is not known. */
export function platformModule(name: string): Value | undefined {
  if (hasMeaning(name)) return { kind: 'python', path: MEANINGS[name]! };
  if (/^(aws_lambda_powertools|aws_xray_sdk)(\.|$)/.test(name)) return { kind: 'python', path: 'powertools' };
  const [root = ''] = name.split('.');
  if (/^(boto3|botocore|aioboto3|aiobotocore|s3transfer|typing_extensions|mypy_boto3\w*|types_\w+)$/.test(root))
    return UNKNOWN;
  return STANDARD.has(root) ? UNKNOWN : undefined;
}

/** A module with which code signs requests itself, past all clients. */
export function signsRequests(name: string): boolean {
  return /^botocore\.(auth|awsrequest|signers|crt)(\.|$)/.test(name);
}
