import type { Fact } from '../fact.js';
import { pause, type Pause, type Section } from '../reader.js';
import { templateLimit } from './line-template.js';
import { beginsJournal, LogReader, placeOf, type Cited, type Looked, type LogReading } from './log-reader.js';
import { parseLogLine } from './timestamp.js';

export type { LogReading } from './log-reader.js';

/** How a line is taken that was put together from parts. */
const part: Looked = { hash: null, matters: true };

/** So many lines are read at a stretch. */
const stretch = 8192;

/** Parts into which a terminal may have broken one line. */
const mostParts = 12;

/**
 * Reads any log line by line with bounded memory. Lines without a word of any known message only move
 * the clock of their program's span; all others are matched against the catalogue.
 */
export function* readLogLines(section: Section, reading: LogReading): Generator<Fact | Pause> {
  const reader = new LogReader(section, reading);
  /** A JSON line that the terminal wrapped: waits for its other parts. */
  let held: { text: string; readonly line: Cited; parts: number } | null = null;
  for (const raw of section.rawLines()) {
    if (raw.number % stretch === 0) yield pause;
    if (raw.end === raw.start) continue;
    if (held !== null) {
      const next = section.text(raw);
      if (held.parts < mostParts && continuesJson(next)) {
        held.text += next;
        held.parts++;
        continue;
      }
      reader.take(held.text, held.line, part);
      held = null;
    }
    const half = raw.bytes[raw.start] === 0x7b && raw.bytes[raw.end - 1] !== 0x7d && raw.end - raw.start < templateLimit;
    const looked = reader.look(raw, half);
    if (looked === null) continue;
    const text = section.text(raw);
    const line = { number: raw.number, place: placeOf(section, raw) };
    if (half && isHalfJson(text)) held = { text, line, parts: 1 };
    else reader.take(text, line, looked);
  }
  if (held !== null) reader.take(held.text, held.line, part);
  yield* reader.facts();
}

/** Begins as a JSON log line and ends inside a word; a pager's `>` or `…` says that the rest is lost. */
function isHalfJson(text: string): boolean {
  return /^\{"(?:level|ts|severity|time|timestamp|msg|message|caller)":/.test(text) && !/[}>…]\s*$/.test(text);
}

/** The rest of a broken JSON line: no new line of any log, and made of what JSON is made of. */
function continuesJson(text: string): boolean {
  return !text.startsWith('{') && !beginsJournal(text) && /["}]/.test(text) && parseLogLine(text).time === null;
}
