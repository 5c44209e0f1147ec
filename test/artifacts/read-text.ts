import { readArtifacts, type Artifacts } from '../../src/artifacts/index.js';
import type { Fact } from '../../src/artifacts/fact.js';
import { textFile } from '../timeline/text-bundle.js';

/** Reads texts as the files of a bundle. */
export async function readTexts(texts: Readonly<Record<string, string | Uint8Array>>): Promise<Artifacts> {
  return readArtifacts(Object.entries(texts).map(([path, text]) => textFile(path, text)));
}

/** The facts of one kind in one text. */
export async function factsOf<K extends Fact['kind']>(kind: K, text: string | Uint8Array, path = 'artifact.txt'): Promise<readonly Extract<Fact, { kind: K }>[]> {
  const { facts } = await readTexts({ [path]: text });
  return facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind);
}
