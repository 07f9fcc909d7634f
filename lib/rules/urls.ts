/** Names and addresses that are not public: a URL parser has already folded decimal, octal and hex forms of IPv4. */
export function hostProblem(host: string): string | undefined {
  const name = host.toLowerCase().replace(/\.$/, '');
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name) || name.startsWith('[')) return `${host} is an address, not a name`;
  if (/^(localhost|.*\.localhost)$/.test(name)) return `${host} is the machine itself`;
  if (/\.(internal|local|lan|home|corp|intranet|test|invalid)$/.test(name) || !name.includes('.'))
    return `${host} is not a public name`;
  if (/(^|\.)(nip\.io|sslip\.io|xip\.io|localtest\.me|lvh\.me)$/.test(name)) return `${host} stands for any address`;
  if (/(^|\.)(ngrok(-free)?\.(io|app|dev)|trycloudflare\.com|loca\.lt)$/.test(name))
    return `${host} is a tunnel anybody can open`;
  return undefined;
}

/** An address that OAuth sends codes to. */
export function redirectProblem(text: string, allowLocal: boolean): string | undefined {
  const url = parsed(text);
  if (url === undefined) return `${shown(text)} is not a URL`;
  if (text.includes('*')) return `${shown(text)} has a wildcard`;
  if (url.hash !== '' || text.endsWith('#')) return `${shown(text)} has a fragment`;
  if (url.username !== '' || url.password !== '') return `${new URL(text).hostname} is given with a user name`;
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (local) return allowLocal ? undefined : `${shown(text)} is on the machine of the caller`;
  return url.protocol === 'https:' ? undefined : `${shown(text)} is not https`;
}

/** An address that the gateway calls. */
export function endpointProblem(text: string, approvedHosts: readonly string[] | undefined): string | undefined {
  const known = withoutPlaces(text);
  if (/^[a-z]+:\/\/[^/]*\{/i.test(known)) return `${shown(text)} has a variable in the host`;
  const url = parsed(known);
  if (url === undefined) return `${shown(text)} is not a URL`;
  if (url.protocol !== 'https:') return `${shown(text)} is not https`;
  if (url.username !== '' || url.password !== '') return `${url.hostname} is given with a user name`;
  const problem = hostProblem(url.hostname);
  if (problem !== undefined) return problem;
  return approvedHosts === undefined || approvedHosts.includes(url.hostname)
    ? undefined
    : `${url.hostname} is not among the approved hosts`;
}

/** Whether a reference stands in the host of an address: which one it is, only a deployment knows. */
export function isHostOpen(text: string): boolean {
  return /^[a-z]+:\/\/[^/]*\$\{/i.test(withoutPlaces(text)) || text.startsWith('${');
}

/** What CloudFormation says about its own place, and the id of a gateway or API in front of the service's domain, choose no host. */
function withoutPlaces(text: string): string {
  return text
    .replace(/(?<=^[a-z]+:\/\/[^/]+\/.*)\$\{[^${}]+\}/g, 'x')
    .replace(/\$\{AWS::Region\}/g, 'region')
    .replace(/\$\{AWS::URLSuffix\}/g, 'amazonaws.com')
    .replace(
      /^https:\/\/\$\{[^${}]+\}(?=\.(?:gateway\.bedrock-agentcore|execute-api)\.[a-z0-9-]+\.amazonaws\.com(?:\/|$))/,
      'https://id',
    );
}

function parsed(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
