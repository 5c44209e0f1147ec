import type { Place } from '../artifacts/place.js';
import type { Basis, Evidence } from './model.js';

/** Gives every cited place one id, in the order of first citation. */
export interface EvidenceRegister {
  cite(place: Place, basis?: Basis): Evidence;
}

/** A new, empty register. The same artifact, line and offset always get the same id. */
export function evidenceRegister(): EvidenceRegister {
  const byPlace = new Map<string, Evidence>();
  return {
    cite(place, basis = 'observed') {
      const key = `${place.artifact}\n${place.line ?? ''}\n${place.offset ?? ''}`;
      const known = byPlace.get(key);
      if (known !== undefined) return known.basis === basis ? known : { ...known, basis };
      const evidence: Evidence = {
        id: `E${byPlace.size + 1}`,
        artifact: place.artifact,
        ...(place.line === undefined ? {} : { line: place.line }),
        ...(place.offset === undefined ? {} : { offset: place.offset }),
        text: place.text,
        basis,
      };
      byPlace.set(key, evidence);
      return evidence;
    },
  };
}
