/** What a PartiQL statement of DynamoDB does, and to which table. */
export interface PartiQlTarget {
  readonly verb: 'Select' | 'Insert' | 'Update' | 'Delete';
  readonly table: string;
  readonly index?: string;
}

const VERBS: { readonly [keyword: string]: PartiQlTarget['verb'] | undefined } = {
  select: 'Select',
  insert: 'Insert',
  update: 'Update',
  delete: 'Delete',
};

const TEXT = /'(?:[^']|'')*'/g;
const TOKEN = /"(?:[^"]|"")*"|[A-Za-z0-9_-]+|\S/g;

/**
 * Reads the beginning of a statement up to its table. `undefined` when it is not certain which table that is: comments,
 * a second `FROM`, or a name that is none.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.statements.html
 */
export function partiQlTarget(statement: string): PartiQlTarget | undefined {
  // A text may hold any keyword, so it is taken out first.
  const bare = statement.replace(TEXT, ' 0 ');
  if (/--|\/\*|'/.test(bare)) return undefined;
  const tokens = bare.match(TOKEN) ?? [];
  const keywords = tokens.map((token) => token.toLowerCase());
  const verb = Object.hasOwn(VERBS, keywords[0] ?? '') ? VERBS[keywords[0]!] : undefined;
  const from = verb === 'Select' ? keywords.indexOf('from') : 1;
  const isAt = { Select: 'from', Insert: 'into', Delete: 'from', Update: undefined };
  if (verb === undefined || (isAt[verb] !== undefined && keywords[from] !== isAt[verb])) return undefined;
  const counted = keywords.filter((keyword) => keyword === 'from' || keyword === 'select').length;
  if (counted > { Select: 2, Insert: 0, Delete: 1, Update: 0 }[verb]) return undefined;
  return target(verb, tokens.slice(verb === 'Update' ? 1 : from + 1));
}

/** `orders`, `my.orders`, `"orders"` or `"orders"."by-customer"`. */
function target(verb: PartiQlTarget['verb'], tokens: readonly string[]): PartiQlTarget | undefined {
  const parts = [tokens[0]];
  for (let at = 1; tokens[at] === '.'; at += 2) parts.push(tokens[at + 1]);
  const isQuoted = parts[0]?.startsWith('"');
  const names = parts.map((part) => part?.replace(/^"(.*)"$/, '$1') ?? '');
  const [table, index] = isQuoted ? names : [names.join('.')];
  if (names.length > (isQuoted ? 2 : Number.POSITIVE_INFINITY)) return undefined;
  if (![table, ...(index === undefined ? [] : [index])].every((name) => /^[\w.:/-]+$/.test(name ?? '')))
    return undefined;
  return { verb, table: table!, ...(index !== undefined && { index }) };
}
