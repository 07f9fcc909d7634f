import { CfnApiKeyCredentialProvider } from 'aws-cdk-lib/aws-bedrockagentcore';
import { Construct } from 'constructs';
import { formatProblem } from '../core/errors';
import type { CredentialAccess } from './credential-access';
import type { ExternalSecret } from './external-secret';
import { checkedProviderName } from './provider-name';

/** Options of {@link ApiKeyProvider}. */
export interface ApiKeyProviderProps {
  /** Where the key is. */
  readonly apiKey: ExternalSecret;
  /**
   * Name of the provider: letters, digits, `-` and `_`, up to 128.
   *
   * @default - derived from the construct path
   */
  readonly providerName?: string;
}

/**
 * An API key in Secrets Manager, from which targets get it. The key itself is in no template.
 *
 * Errors at synthesis: `OUTBOUND_OPTION`, `SECRET_PLAINTEXT`, `SECRET_REFERENCE`.
 *
 * @see https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/identity-outbound-credential-provider.html
 */
export class ApiKeyProvider extends Construct {
  /** ARN of the credential provider. */
  public readonly providerArn: string;
  /** Its name. */
  public readonly providerName: string;
  /** @internal */
  public readonly _access: CredentialAccess;

  public constructor(scope: Construct, id: string, props: ApiKeyProviderProps) {
    super(scope, id);
    const secret = props.apiKey._bind(this);
    const { name, problems } = checkedProviderName(this, props.providerName);
    const provider = new CfnApiKeyCredentialProvider(this, 'Provider', {
      name,
      apiKeySecretSource: 'EXTERNAL',
      apiKeySecretConfig: { secretId: secret.secretId, jsonKey: secret.jsonKey },
    });
    this.providerArn = provider.attrCredentialProviderArn;
    this.providerName = name;
    this._access = { apiKeyProviderArn: this.providerArn, secret };
    this.node.addValidation({ validate: () => [...problems, ...secret.problems].map(formatProblem) });
  }
}
