import type { SourcePosition, UnreachedCommand } from '../handler-analysis';
import type { Interpreter } from '../interpreter';
import type { Activation, Value } from '../values';
import { clientOfPath } from './boto3-model';
import { type Mention, placeOfAttribute, placeOfCall } from './mentions';

/** Mentions of operations that the analysis did not come to, or where it does not know what is called. */
export function unreachedMentions(
  interpreter: Interpreter,
  mentions: readonly Mention[],
  at: (offset: number) => SourcePosition,
): UnreachedCommand[] {
  const reached = reachedPlaces(interpreter);
  return mentions
    .filter(({ place }) => !reached.has(place))
    .flatMap(({ operations, offset, isGuess }) =>
      operations.map((operation) => ({ ...operation, at: at(offset), ...(isGuess && { guessed: true as const }) })),
    );
}

/** Attributes whose value is known, and calls that are known to be of boto3. */
function reachedPlaces(interpreter: Interpreter): ReadonlySet<string> {
  const { root, uses } = interpreter;
  const places = new Set(uses.map(({ site }) => placeOfCall(site.node)));
  const activations = new Set<Activation>([root]);
  for (const activation of activations) {
    for (const called of activation.calls.keys()) activations.add(called);
    for (const [node, { values }] of [...activation.cells]) {
      if (node.type === 'MemberExpression' && !node.computed) {
        // What the handler itself keeps under this name is no operation, whatever it is.
        const isOwn = values.size > 0 && [...interpreter.expression(node.object, activation).values].some(isObject);
        if (isOwn || [...values].some(isKnown)) places.add(placeOfAttribute(node.property.start));
      } else if (node.type === 'CallExpression' && [...values].some(isOfBoto3)) places.add(placeOfCall(node));
    }
  }
  return places;
}

function isObject({ kind }: Value): boolean {
  return kind === 'object';
}

function isKnown(value: Value): boolean {
  return !/^(unknown|input|global)$/.test(value.kind);
}

function isOfBoto3(value: Value): boolean {
  if (value.kind === 'object') return [...value.prototypes.values].some(isOfBoto3);
  return value.kind === 'python' && (clientOfPath(value.path) ?? '*') !== '*';
}
