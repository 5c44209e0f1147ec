import { mutate, randomNumbers } from './mutate.js';
import type { FuzzTarget } from './fuzz-target.js';

/** A file that a reader did not survive. */
export interface FuzzFailure {
  readonly target: string;
  readonly seed: number;
  readonly run: number;
  readonly reason: string;
}

/** A reader may take a second a megabyte, and a second more. */
const secondsPerMegabyte = 1;

/** Runs one target; every run is determined by the seed and its number. */
export async function fuzz(target: FuzzTarget, seed: number, runs: number, patience = 1): Promise<readonly FuzzFailure[]> {
  const seeds = await target.seeds();
  const failures: FuzzFailure[] = [];
  for (let run = 0; run < runs; run++) {
    const random = randomNumbers(seed * 1_000_003 + run);
    const original = seeds[Math.floor(random() * seeds.length)] ?? new Uint8Array();
    const bytes = mutate(original, random);
    const began = process.cpuUsage();
    try {
      target.run(bytes);
    } catch (error) {
      failures.push({ target: target.name, seed, run, reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    const { user, system } = process.cpuUsage(began);
    const seconds = (user + system) / 1e6;
    const allowed = patience * secondsPerMegabyte * (bytes.length / 1e6 + 1);
    if (seconds > allowed) failures.push({ target: target.name, seed, run, reason: `took ${seconds.toFixed(1)} s for ${bytes.length} bytes` });
  }
  return failures;
}
