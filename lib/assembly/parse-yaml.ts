import { isScalar, Pair, parseDocument, Scalar, type ScalarTag, visit, YAMLMap } from 'yaml';

/** What YAML 1.1 and so CloudFormation takes as true and false, besides `true` and `false`. */
const YES_AND_NO: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  test: /^(?:yes|Yes|YES|on|On|ON|no|No|NO|off|Off|OFF)$/,
  identify: () => false,
  resolve: (text) => /^(yes|on)$/i.test(text),
};

/**
 * Parses a template in YAML with the short forms of CloudFormation: `!GetAtt A.B` becomes `{ "Fn::GetAtt": "A.B" }`.
 *
 * `maxAliases` is how many nodes aliases may stand for, against documents that grow without end.
 *
 * Apart from the reader, because constructs need no YAML parser.
 */
export function parseYaml(text: string, maxAliases = 100): unknown {
  const document = parseDocument(text, { merge: true, customTags: (tags) => [YES_AND_NO, ...tags] });
  if (document.errors.length > 0) throw new Error(document.errors[0]!.message.split('\n')[0]);
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
  return document.toJS({ maxAliasCount: maxAliases });
}
