import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { own } from './cloudformation';
import { readText } from './read-json-file';
import { readJson } from './read-template';

export interface AssetSource {
  /** Absolute path of the file or folder. */
  readonly path: string;
  readonly packaging: 'file' | 'zip';
  /** Content of a file in JSON, read when it is asked for. */
  readonly text?: string;
}

/** Documents of targets have up to 10 MB. */
const MAX_DOCUMENT_BYTES = 10 * 1024 * 1024;

export function assetSource(path: string, packaging: 'file' | 'zip'): AssetSource {
  return {
    path,
    packaging,
    get text() {
      const readable = packaging === 'file' && path.endsWith('.json') && existsSync(path);
      return readable && statSync(path).size <= MAX_DOCUMENT_BYTES ? readText(path) : undefined;
    },
  };
}

/** What the asset manifests of an assembly name, by object key. */
export function readAssets(directory: string, artifacts: readonly unknown[]): Map<string, AssetSource> {
  const assets = new Map<string, AssetSource>();
  for (const artifact of artifacts) {
    if (own(artifact, 'type') !== 'cdk:asset-manifest') continue;
    const manifest = readJson(join(directory, String(own(own(artifact, 'properties'), 'file'))));
    for (const file of Object.values((own(manifest, 'files') ?? {}) as object)) {
      const path = own(own(file, 'source'), 'path');
      const packaging = own(own(file, 'source'), 'packaging') === 'zip' ? 'zip' : 'file';
      if (typeof path !== 'string') continue;
      for (const destination of Object.values((own(file, 'destinations') ?? {}) as object)) {
        const key = own(destination, 'objectKey');
        if (typeof key === 'string') assets.set(key, assetSource(join(directory, path), packaging));
      }
    }
  }
  return assets;
}
