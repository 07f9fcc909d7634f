import type { Problem } from '../core/errors';
import { shown } from '../core/errors';
import type { ApiKeyProvider } from './api-key-provider';
import type { OutboundChoice, OutboundTarget } from './outbound-binding';

/** Options of {@link Outbound.apiKey}. */
export interface ApiKeyOptions {
  /**
   * Header that carries the key.
   *
   * @default 'X-Api-Key'
   */
  readonly header?: string;
  /**
   * Text before the key, such as `Bearer ` for the header `Authorization`.
   *
   * @default - none
   */
  readonly prefix?: string;
}

/** RFC 9110, 5.1. */
const HEADER_TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const RESERVED = /^(host|content-length|transfer-encoding|connection|cookie|x-amz-.*|x-amzn-.*|x-forwarded-.*)$/i;

export class ApiKeyOutbound implements OutboundChoice {
  public readonly kind = 'apiKey';

  public constructor(
    private readonly provider: ApiKeyProvider,
    private readonly options: ApiKeyOptions,
  ) {}

  public render({ at }: OutboundTarget) {
    const header = this.options.header ?? 'X-Api-Key';
    const { prefix } = this.options;
    return {
      configuration: {
        credentialProviderType: 'API_KEY',
        credentialProvider: {
          apiKeyCredentialProvider: {
            providerArn: this.provider.providerArn,
            credentialLocation: 'HEADER',
            credentialParameterName: header,
            credentialPrefix: prefix,
          },
        },
      },
      access: this.provider._access,
      headers: [header.toLowerCase()],
      problems: [...headerProblems(header, at), ...prefixProblems(prefix, at)],
    };
  }
}

function headerProblems(header: string, at: string): Problem[] {
  if (HEADER_TOKEN.test(header) && !RESERVED.test(header)) return [];
  return [
    {
      code: 'OUTBOUND_OPTION',
      message: `an API key travels in a header with a meaning of its own, got ${shown(header)}`,
      fix: 'Use the header that the API documents, such as X-Api-Key or Authorization',
      at,
    },
  ];
}

/** The prefix can be mistaken for the place of the key, so it is not shown. */
function prefixProblems(prefix: string | undefined, at: string): Problem[] {
  if (prefix === undefined || /^[A-Za-z][A-Za-z0-9._-]{0,30} ?$/.test(prefix)) return [];
  return [
    {
      code: 'OUTBOUND_OPTION',
      message: 'the prefix of an API key is a short scheme such as "Bearer "',
      fix: 'Pass only the scheme; the key comes from Secrets Manager',
      at,
    },
  ];
}
