import { readLogLines } from '../logs/read-log.js';
import type { ArtifactReader, Section } from '../reader.js';
import type { RawLine } from '../text/lines.js';

/** Fields that the log reader knows from the journal's JSON form. */
const wanted: ReadonlySet<string> = new Set(['__REALTIME_TIMESTAMP', '_SOURCE_REALTIME_TIMESTAMP', '_HOSTNAME', 'SYSLOG_IDENTIFIER', '_COMM', '_TRANSPORT', 'UNIT', '_SYSTEMD_UNIT', '_PID', 'PRIORITY', 'MESSAGE']);
const fieldLine = /^([A-Z_][A-Z0-9_]{0,63})=/;
const keyOnly = /^[A-Z_][A-Z0-9_]{0,63}$/;
const longest = 65_536;

/**
 * `journalctl -o export` (systemd, JOURNAL_EXPORT_FORMATS): `KEY=value` lines, entries parted by an
 * empty line; values that are not plain text follow as the key alone, 8 bytes of length (little endian)
 * and the bytes. Each entry is read as its JSON form; places stay those of the file.
 */
export const journalExport: ArtifactReader = {
  kind: 'journal-export',
  recognise(section) {
    const head = section.head.slice(0, 40);
    const stamped = head.some((line) => /^__REALTIME_TIMESTAMP=\d{15,17}$/.test(line));
    return stamped && head.some((line) => /^(?:__CURSOR|_HOSTNAME|MESSAGE|_BOOT_ID|__MONOTONIC_TIMESTAMP)(?:=|$)/.test(line)) ? { score: 96, by: '__REALTIME_TIMESTAMP= field' } : { score: 0, by: '' };
  },
  read: (section) => readLogLines({ ...section, rawLines: () => entries(section), text: (raw) => Buffer.from(raw.bytes.buffer, raw.bytes.byteOffset + raw.start, raw.end - raw.start).toString('utf8') }, { hint: null }),
};

/** One synthetic journal JSON line per entry, at the place of its message. */
function* entries(section: Section): Generator<RawLine> {
  let fields: Record<string, string> = {};
  let at: { readonly number: number; readonly offset: number } | null = null;
  let binary: { readonly key: string; left: number; readonly parts: Buffer[] } | null = null;
  const flush = (): RawLine | null => {
    const line = at === null || fields['__REALTIME_TIMESTAMP'] === undefined ? null : asLine(fields, at);
    fields = {};
    at = null;
    return line;
  };
  for (const raw of section.rawLines()) {
    const bytes = Buffer.from(raw.bytes.buffer, raw.bytes.byteOffset + raw.start, raw.end - raw.start);
    if (binary !== null) {
      const data: Buffer = binary.left < 0 ? (bytes.length >= 8 ? bytes.subarray(8) : Buffer.alloc(0)) : bytes;
      if (binary.left < 0) binary.left = bytes.length >= 8 ? Number(bytes.readBigUInt64LE(0) & 0xffff_ffffn) : 0;
      if (binary.parts.reduce((sum, part) => sum + part.length, 0) < longest) binary.parts.push(Buffer.from(data));
      // The line end that was split off is part of the value while bytes are missing.
      binary.left -= data.length + 1;
      if (binary.left > 0) continue;
      if (wanted.has(binary.key)) fields[binary.key] = Buffer.concat(binary.parts).toString('utf8').slice(0, longest);
      binary = null;
      continue;
    }
    if (bytes.length === 0) {
      const line = flush();
      if (line !== null) yield line;
      continue;
    }
    const head = bytes.subarray(0, 80).toString('latin1');
    const field = fieldLine.exec(head);
    if (field !== null) {
      if (field[1] === '__CURSOR' && at !== null) {
        const line = flush();
        if (line !== null) yield line;
      }
      at ??= { number: raw.number, offset: raw.offset };
      if (!wanted.has(field[1]!)) continue;
      fields[field[1]!] = bytes.subarray(field[0].length, field[0].length + longest).toString('utf8');
      if (field[1] === 'MESSAGE') at = { number: raw.number, offset: raw.offset };
    } else if (keyOnly.test(bytes.toString('latin1'))) {
      binary = { key: bytes.toString('latin1'), left: -1, parts: [] };
      at = { number: raw.number, offset: raw.offset };
    }
  }
  const last = flush();
  if (last !== null) yield last;
}

function asLine(fields: Readonly<Record<string, string>>, { number, offset }: { readonly number: number; readonly offset: number }): RawLine {
  const bytes = Buffer.from(JSON.stringify(fields));
  return { number, offset, bytes, start: 0, end: bytes.length };
}
