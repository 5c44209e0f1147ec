import { civil } from '../time/parse.js';
import type { Stamp } from '../time/stamp.js';

const utcWord = /Z(?![A-Za-z0-9])|utc/i;
const dateTime = /(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])[-_T .:at]{0,2}([01]\d|2[0-3])[-_:.h]?([0-5]\d)(?:[-_:.m]?([0-5]\d))?(?!\d)(Z)?/;
const dateOnly = /(?<!\d)(20\d{2})[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)/;
const epochSeconds = /(?<!\d)(1[5-9]\d{8})(?!\d)/;

/** A time that a file's name (or the folder that was made for it) carries, with the precision that it has. */
export function timeInName(path: string): { readonly stamp: Stamp; readonly text: string } | null {
  const parts = path.split(/[/!]/).filter((part) => part !== '').slice(-2).reverse();
  for (const part of parts) {
    const full = dateTime.exec(part);
    if (full !== null) {
      const stamp = civil({ year: Number(full[1]), month: Number(full[2]), day: Number(full[3]), hour: Number(full[4]), minute: Number(full[5]), second: Number(full[6] ?? 0), precisionMs: full[6] === undefined ? 60_000 : 1000, zone: full[7] !== undefined || utcWord.test(part) ? 'UTC' : null });
      if (stamp !== null) return { stamp, text: part };
    }
    const epoch = epochSeconds.exec(part);
    if (epoch !== null) return { stamp: { kind: 'instant', ms: Number(epoch[1]) * 1000, precisionMs: 1000 }, text: part };
    const day = dateOnly.exec(part);
    if (day !== null) {
      const stamp = civil({ year: Number(day[1]), month: Number(day[2]), day: Number(day[3]), precisionMs: 86_400_000 });
      if (stamp !== null) return { stamp, text: part };
    }
  }
  return null;
}
