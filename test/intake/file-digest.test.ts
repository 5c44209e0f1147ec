import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fileDigester } from '../../src/intake/file-digest.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('the digests of a file do not depend on the pieces in which it comes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 8 }), (pieces) => {
      const digester = fileDigester();
      for (const piece of pieces) {
        const passing = Uint8Array.from(piece);
        digester.update(passing);
        passing.fill(0xff);
      }
      const whole = Buffer.concat(pieces);
      expect(digester.finish()).toEqual({ sha256: sha256(whole), bodySha256: whole.length < 32 ? null : sha256(whole.subarray(0, -32)) });
    }),
    { numRuns: 500, seed: 11 },
  );
});
