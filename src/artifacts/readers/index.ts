import type { ArtifactReader } from '../reader.js';
import { dockerPs } from './docker-ps.js';

/** Every kind of text artifact that is understood. Adding one = one file beside this and one line here. */
export const readers: readonly ArtifactReader[] = [
  dockerPs,
];
