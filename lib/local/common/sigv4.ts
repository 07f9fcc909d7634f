import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** A request as it came in. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined };
  readonly body: Buffer;
}

export interface SignatureScope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/** AWS accepts five minutes of clock skew. */
const SKEW_MS = 5 * 60 * 1000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/;

/** Who claims to have signed, and for which service. `undefined` when the request is not signed in the header. */
export function scopeOf(request: SignedRequest): SignatureScope | undefined {
  const [, accessKeyId, region, service] = AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  return accessKeyId === undefined ? undefined : { accessKeyId, region: region!, service: service! };
}

/**
 * Whether the request was signed with these credentials: it is signed again, from what came in, and compared. The body
 * must be covered by the signature.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 */
export async function isSignedBy(
  request: SignedRequest,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string },
): Promise<boolean> {
  const scope = scopeOf(request);
  const [, , , , names, signature] = AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  const date = dateOf(request.headers['x-amz-date']);
  if (scope === undefined || signature === undefined || date === undefined) return false;
  if (scope.accessKeyId !== credentials.accessKeyId) return false;
  if (!same(request.headers['x-amz-security-token'] ?? '', credentials.sessionToken)) return false;
  if (Math.abs(date.getTime() - Date.now()) > SKEW_MS) return false;
  const declared = request.headers['x-amz-content-sha256'];
  if (declared !== undefined && declared !== createHash('sha256').update(request.body).digest('hex')) return false;
  const signedHeaders = names!.split(';');
  if (!signedHeaders.includes('host') || !signedHeaders.includes('x-amz-date')) return false;
  const again = await signAgain(request, signedHeaders, scope, credentials, date);
  return same(signature, AUTHORIZATION.exec(again)?.[5] ?? '');
}

async function signAgain(
  request: SignedRequest,
  signedHeaders: readonly string[],
  { region, service }: SignatureScope,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string },
  signingDate: Date,
): Promise<string> {
  const url = new URL(request.url, 'http://localhost');
  const signer = new SignatureV4({
    credentials,
    region,
    service,
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: signedHeaders.includes('x-amz-content-sha256'),
  });
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: 'localhost',
      path: url.pathname,
      query: queryOf(url.searchParams),
      headers: Object.fromEntries(signedHeaders.map((name) => [name, request.headers[name] ?? ''])),
      body: request.body.length === 0 ? undefined : request.body,
    },
    { signingDate, signableHeaders: new Set(signedHeaders) },
  );
  return signed.headers.authorization ?? '';
}

function queryOf(parameters: URLSearchParams): { [name: string]: string[] } {
  const query: { [name: string]: string[] } = {};
  for (const name of parameters.keys()) query[name] = parameters.getAll(name);
  return query;
}

/** `20261124T190000Z` */
function dateOf(text: string | undefined): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function same(expected: string, given: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest();
  return timingSafeEqual(digest(expected), digest(given));
}

type Bytes = string | ArrayBuffer | ArrayBufferView;

/** The hash that the signer asks for, on Node's own. */
class Sha256 {
  private readonly chunks: Buffer[] = [];

  public constructor(private readonly secret?: Bytes) {}

  public update(chunk: Bytes): void {
    this.chunks.push(toBuffer(chunk));
  }

  public async digest(): Promise<Uint8Array> {
    const hash = this.secret === undefined ? createHash('sha256') : createHmac('sha256', toBuffer(this.secret));
    return hash.update(Buffer.concat(this.chunks)).digest();
  }

  public reset(): void {
    this.chunks.length = 0;
  }
}

function toBuffer(data: Bytes): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}
