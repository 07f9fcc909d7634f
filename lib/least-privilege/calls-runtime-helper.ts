/**
 * Whether a bundle calls a function of the runtime entry point, as bundles of ES modules and of CommonJS have it; the
 * definition of the function alone is no call.
 */
export function callsRuntimeHelper(bundle: string, name: string): boolean {
  const withoutDefinition = bundle.replace(new RegExp(`function ${name}\\d*\\(`, 'g'), '');
  return new RegExp(`\\b${name}\\d*\\)?\\(`).test(withoutDefinition);
}
