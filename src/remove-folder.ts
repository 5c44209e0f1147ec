import { rmSync } from 'node:fs';

const pauseMs = 50;
const mostTries = 60;

/**
 * Removes a folder into which processes that were just killed may still write for a moment: tried again for
 * at most three seconds. (`maxRetries` of `rmSync` tries the same `rmdir` again, and not what appeared in the folder.)
 */
export function removeFolder(path: string): void {
  for (let tries = 1; ; tries++) {
    try {
      return rmSync(path, { recursive: true, force: true });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (tries === mostTries || (code !== 'ENOTEMPTY' && code !== 'EBUSY')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}
