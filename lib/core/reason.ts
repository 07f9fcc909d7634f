import { type Problem, shown } from './errors';

/** Shorter than this is no reason that a reviewer can judge. */
const REASON_MIN = 10;

/** A weaker choice needs a sentence that says why it is right here. */
export function checkReason(weakening: string, reason: string, at: string): Problem[] {
  if (reason.trim().length >= REASON_MIN) return [];
  return [
    {
      code: 'REASON_MISSING',
      message: `${weakening} needs a reason of ${REASON_MIN} characters or more, got ${shown(reason)}`,
      fix: 'Say in a sentence why the weaker choice is right here; it is kept in the metadata of the template',
      at,
    },
  ];
}
