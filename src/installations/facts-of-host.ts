import type { Fact } from '../artifacts/fact.js';

/** Facts that speak about one host: its own, and those without a host when it is the only one. */
export function factsOfHost(facts: readonly Fact[], host: string | null, onlyHost: boolean): readonly Fact[] {
  return facts.filter((fact) => fact.host === host || (fact.host === null && onlyHost));
}
