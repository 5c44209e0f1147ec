import type { RealBoot } from './real-etcd.js';
import { sameWords } from './snapshot.js';

/** What is served, in short. */
export const servedWords = (served: { readonly revision: bigint | string; readonly keys: number; readonly keysHash: string | null } | null): string =>
  served === null ? 'nothing' : `${served.revision} ${served.keys} ${(served.keysHash ?? '').slice(0, 12)}`;

/** The log's own words: messages and errors of zap with its other fields as the fixtures write them, plain lines of the others. */
export function linesOf(log: string): readonly string[] {
  return log.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [line];
    try {
      const fields = JSON.parse(line) as Record<string, unknown>;
      return [...Object.values(fields).map(String), ...Object.entries(fields).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)];
    } catch {
      return [line];
    }
  });
}

/** A predicted message can name several fields of one line of zap. */
export const wordsFound = (message: string, lines: readonly string[]): boolean =>
  message.split(' | ').flatMap((part) => (part.startsWith('{') ? part.slice(1, -1).split(/, (?=")/) : [part.replace(/^(?:error|panic|fatal): /, '')])).every((part) => sameWords(part, lines));

/** What a prediction of one start and the start itself differ in. */
export function bootDifferences(mine: { readonly result: string; readonly diesAt?: string | null; readonly message: string | null; readonly served: { readonly revision: bigint; readonly keys: number; readonly keysHash: string | null } | null }, real: RealBoot): string[] {
  const found: string[] = [];
  // Where chance decides, either is right.
  const open = mine.result === 'unknown' || (mine.diesAt === 'write' && real.result === 'ready');
  if (mine.result !== real.result && !open) found.push(`result: predicted ${mine.result}, was ${real.result}`);
  if (mine.result === 'dies' && real.result === 'dies' && mine.message !== null && !wordsFound(mine.message, linesOf(real.log))) found.push(`message: predicted "${mine.message}"`);
  if (real.result === 'ready' && mine.result === 'ready' && real.served !== null && servedWords(mine.served) !== servedWords(real.served)) found.push(`served: predicted ${servedWords(mine.served)}, was ${servedWords(real.served)}`);
  return found;
}

/** The last lines of a log that sound like trouble. */
export const lastWords = (log: string): string => linesOf(log).filter((line) => /panic|fatal|fail|error|cannot|mismatch|signal/i.test(line)).slice(-6).map((line) => line.slice(0, 200)).join(' / ');
