import { compareVersions, etcdLine, type EtcdLine } from '../version.js';
import type { StatusNumbers } from '../start/status.js';

/** Output formats of `snapshot status` and `hashkv`. */
export const outputFormats = ['simple', 'table', 'json', 'fields'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** A version whose output is imitated: its line, and how it draws tables. */
export interface ToolStyle {
  readonly line: EtcdLine;
  readonly boxes: boolean;
}

/**
 * The style of a version. `+` tables up to 3.5.29 and in 3.6; box characters in 3.5.30 as Debian ships it
 * and in 3.7. A bare `3.5` is the newest, 3.5.30. Null when the version is not known.
 */
export function toolStyle(version: string): ToolStyle | null {
  const line = etcdLine(version);
  if (line === null || !/^v?\d+\.\d+(\.\d+)?/.test(version)) return null;
  const patch = /^v?\d+\.\d+\.(\d+)/.exec(version);
  return { line, boxes: line === '3.7' || (line === '3.5' && (patch === null || compareVersions(version, '3.5.30') >= 0)) };
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** Go's %.0f: half goes to the even neighbour. */
function wholeHalfEven(value: number): string {
  const floor = Math.floor(value);
  const rest = value - floor;
  return String(rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor);
}

/** go-humanize Bytes: powers of 1000, one decimal below ten. */
function humanBytes(size: bigint): string {
  const bytes = Number(BigInt.asUintN(64, size));
  if (bytes < 10) return `${bytes} B`;
  const exponent = Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1000)));
  const value = Math.floor((bytes / 1000 ** exponent) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : wholeHalfEven(value)} ${units[exponent] ?? ''}`;
}

const plus = { top: ['+', '+', '+'], middle: ['+', '+', '+'], bottom: ['+', '+', '+'], bar: '|', line: '-' } as const;
const box = { top: ['┌', '┬', '┐'], middle: ['├', '┼', '┤'], bottom: ['└', '┴', '┘'], bar: '│', line: '─' } as const;

/** A table of one row as tablewriter draws it: headers in capitals and centred, cells to the right. */
function oneRowTable(headers: readonly string[], cells: readonly string[], boxes: boolean): string {
  const style = boxes ? box : plus;
  const widths = headers.map((header, i) => Math.max(header.length, cells[i]?.length ?? 0));
  const rule = ([left, between, right]: readonly [string, string, string]): string => left + widths.map((w) => style.line.repeat(w + 2)).join(between) + right;
  const centred = (text: string, width: number): string => {
    const left = Math.floor((width - text.length) / 2);
    return ' '.repeat(left) + text + ' '.repeat(width - text.length - left);
  };
  const row = (texts: readonly string[]): string => style.bar + texts.map((text) => ` ${text} `).join(style.bar) + style.bar;
  return [
    rule(style.top),
    row(headers.map((header, i) => centred(header.toUpperCase(), widths[i] ?? 0))),
    rule(style.middle),
    row(cells.map((cell, i) => cell.padStart(widths[i] ?? 0))),
    rule(style.bottom),
    '',
  ].join('\n');
}

/** The output of `snapshot status -w FORMAT`, with its final newline. */
export function statusText(numbers: StatusNumbers, format: OutputFormat, style: ToolStyle): string {
  const { hash, revision, totalKeys, totalSize, version } = numbers;
  const versioned = style.line === '3.6' || style.line === '3.7';
  const cells = [hash.toString(16), String(revision), String(totalKeys), humanBytes(totalSize), ...(versioned ? [version ?? ''] : [])];
  if (format === 'simple') return `${cells.join(', ')}\n`;
  if (format === 'table') return oneRowTable(['hash', 'revision', 'total keys', 'total size', ...(versioned ? ['version'] : [])], cells, style.boxes);
  if (format === 'json') return `{"hash":${hash},"revision":${revision},"totalKey":${totalKeys},"totalSize":${totalSize}${versioned ? `,"version":${JSON.stringify(version ?? '')}` : ''}}\n`;
  return `"Hash" : ${hash}\n"Revision" : ${revision}\n"Keys" : ${totalKeys}\n"Size" : ${totalSize}\n${versioned ? `"Version" : ${version ?? ''}\n` : ''}`;
}

/** The numbers of `etcdutl hashkv`. */
export interface HashKv {
  readonly hash: number;
  readonly hashRevision: bigint;
  readonly compactRevision: bigint;
}

/** The output of `etcdutl hashkv -w FORMAT`. */
export function hashKvText(hashKv: HashKv, format: OutputFormat, style: ToolStyle): string {
  const cells = [hashKv.hash, hashKv.hashRevision, hashKv.compactRevision].map(String);
  if (format === 'simple') return `${cells.join(', ')}\n`;
  if (format === 'table') return oneRowTable(['hash', 'hash revision', 'compact revision'], cells, style.boxes);
  if (format === 'json') return `{"hash":${hashKv.hash},"hashRevision":${hashKv.hashRevision},"compactRevision":${hashKv.compactRevision}}\n`;
  return `"Hash" : ${hashKv.hash}\n"Hash revision" : ${hashKv.hashRevision}\n"Compact revision" : ${hashKv.compactRevision}\n`;
}
