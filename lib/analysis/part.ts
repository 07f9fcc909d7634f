import { matchesPattern } from '../core/iam/match';

/**
 * Whether a declared part of a resource holds all that a used one may be. Both may be patterns: `*` in the used part is
 * something that is not known, so only a `*` can hold it. `${NAME}` is taken as it is.
 */
export function coversPart(declared: string, used: string): boolean {
  // A stand-in that no part contains keeps the unknown from matching anything but a star.
  return matchesPattern(declared, used.replaceAll('*', '\u0001'));
}
