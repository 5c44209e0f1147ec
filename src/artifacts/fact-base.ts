import type { Place } from './place.js';

/** What every fact carries. */
export interface FactBase {
  readonly at: Place;
  /** Host that the artifact belongs to: from the prompt, the log line, or the folder; null if unknown. */
  readonly host: string | null;
}
