import type { TemplateModel } from '../assembly/template-model';
import { SECRET } from './types';

const SHAPES: readonly (readonly [string, RegExp])[] = [
  ['an AWS access key', /\b(AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['an API key of a model vendor', /\bsk-[A-Za-z0-9_-]{16,}\b/],
  ['a GitHub token', /\b(ghp|gho|ghs|ghr|github_pat)_[A-Za-z0-9_]{20,}\b/],
  ['a Slack token', /\bxox[abpr]-[A-Za-z0-9-]{10,}\b/],
  ['a JWT', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
];

/** What kind of secret a text looks like. The text itself is never shown. */
export function secretShape(text: string): string | undefined {
  return SHAPES.find(([, pattern]) => pattern.test(text))?.[0];
}

/** Resolved when the stack deploys, from a store of secrets. */
export function isSecretReference(model: TemplateModel, value: unknown): boolean {
  if (/^\{\{resolve:(secretsmanager|ssm-secure):/.test(String(value))) return true;
  return model.referenced(value)?.type === SECRET;
}

/** Names under which secrets travel; `API_KEY_SECRET_ARN` names a place, not a secret. */
export function isSecretName(name: string): boolean {
  if (/_?(arn|id|name|url|path|ref)s?$/i.test(name)) return false;
  return /(^|[_-])?(api[_-]?key|secret|token|password|passwd|credential|private[_-]?key|access[_-]?key)s?$|^key$/i.test(
    name,
  );
}

const squeezed = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');

const SECRET_PARAMETERS = new Set(
  'password passwd secret clientsecret apikey token accesstoken idtoken refreshtoken authorization cookie privatekey ssn cvv pan'.split(
    ' ',
  ),
);
const CONTEXT_PARAMETERS = new Set(
  'systemprompt conversation conversationhistory chathistory contextwindow chainofthought sidenote reasoningtrace'.split(
    ' ',
  ),
);
const IDENTITY_PARAMETERS = new Set('userid tenantid role userrole isadmin onbehalfof'.split(' '));

/** A tool parameter that asks for a secret, or for what the model knows beyond the call. */
export function isContextName(name: string): boolean {
  return SECRET_PARAMETERS.has(squeezed(name)) || CONTEXT_PARAMETERS.has(squeezed(name));
}

/** A tool parameter that says who the caller is: the token does. */
export function isIdentityName(name: string): boolean {
  return IDENTITY_PARAMETERS.has(squeezed(name));
}
