import {
  type Document,
  type DocumentOptions,
  isScalar,
  Pair,
  parseDocument,
  Scalar,
  type ScalarTag,
  type SchemaOptions,
  visit,
  YAMLMap,
} from 'yaml';

/** What YAML 1.1 and so CloudFormation takes as true and false, besides `true` and `false`. */
const YES_AND_NO: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:yes|Yes|YES|on|On|ON|no|No|NO|off|Off|OFF)$/,
  identify: () => false,
  resolve: (text) => /^(yes|on)$/i.test(text),
};

/** How many nodes aliases may stand for, against documents that grow without end. */
const MAX_ALIASES = 100;

/** Parses YAML 1.2, where `no` is text: tables of tests, documents of APIs. */
export function parseYaml(text: string, maxAliases = MAX_ALIASES): unknown {
  return parsed(text, { merge: true }).toJS({ maxAliasCount: maxAliases });
}

/**
 * Parses a template in YAML with the short forms of CloudFormation: `!GetAtt A.B` becomes `{ "Fn::GetAtt": "A.B" }`.
 *
 * Apart from the reader, because constructs need no YAML parser.
 */
export function parseTemplateYaml(text: string): unknown {
  const document = parsed(text, { merge: true, customTags: (tags) => [YES_AND_NO, ...tags] });
  visit(document, {
    Node(_key, node) {
      const tag = 'tag' in node ? node.tag : undefined;
      if (tag === undefined || !/^![A-Za-z0-9]+$/.test(tag)) return undefined;
      const name = tag.slice(1);
      node.tag = undefined;
      // The parser leaves a tagged number or boolean as text; CloudFormation reads it as a string, too.
      const value = isScalar(node) ? new Scalar(node.value) : node;
      const wrapped = new YAMLMap();
      wrapped.add(new Pair(new Scalar(name === 'Ref' || name === 'Condition' ? name : `Fn::${name}`), value));
      return wrapped;
    },
  });
  return document.toJS({ maxAliasCount: MAX_ALIASES });
}

function parsed(text: string, options: DocumentOptions & SchemaOptions): Document {
  const document = parseDocument(text, options);
  if (document.errors.length > 0) throw new Error(document.errors[0]!.message.split('\n')[0]!.replace(/:$/, ''));
  return document;
}
