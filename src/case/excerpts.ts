import { shown } from '../artifacts/cite.js';
import { blockMask } from '../artifacts/secret-blocks.js';
import { detectEncoding } from '../artifacts/text/encoding.js';
import { lineText, rawLines } from '../artifacts/text/lines.js';
import type { BundleFile } from '../intake/bundle.js';
import type { Evidence, Excerpt, ManifestEntry } from './model.js';

/** Lines before and after the cited one. */
const around = 3;
/** Evidence that gets its neighbours; the rest keeps its own line. */
const mostExcerpts = 600;

/** Every evidence that a plain value cites, each id once, in order. */
export function citedIn(value: unknown): Evidence[] {
  const found = new Map<string, Evidence>();
  const work: unknown[] = [value];
  while (work.length > 0) {
    const next = work.pop();
    if (typeof next !== 'object' || next === null) continue;
    const one = next as Partial<Evidence>;
    if (typeof one.id === 'string' && typeof one.artifact === 'string' && typeof one.text === 'string' && /^E\d+$/.test(one.id)) {
      if (!found.has(one.id)) found.set(one.id, next as Evidence);
      continue;
    }
    for (const child of Object.values(next)) if (typeof child === 'object' && child !== null) work.push(child);
  }
  return [...found.values()].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
}

/** The wanted lines of one text file, secrets masked; one pass, no further than the last of them. */
function linesOf(file: BundleFile, wanted: ReadonlySet<number>): Map<number, string> {
  const lines = new Map<number, string>();
  const source = file.open();
  const encoding = detectEncoding(source);
  if (encoding === 'binary') return lines;
  const last = Math.max(...wanted);
  const mask = blockMask();
  for (const raw of rawLines({ source, encoding, start: 0, end: source.byteLength, firstLine: 1, columns: null })) {
    if (raw.number > last) break;
    const text = mask(lineText(raw, encoding));
    if (wanted.has(raw.number)) lines.set(raw.number, shown(text));
  }
  return lines;
}

/**
 * The cited lines with their neighbours, for readers who do not have the bundle. `timeOf` says how the
 * time in a line was understood.
 */
export function excerptsOf(cited: readonly Evidence[], files: readonly BundleFile[], manifest: readonly ManifestEntry[], timeOf: (evidence: Evidence) => string | null): Excerpt[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const entries = new Map(manifest.map((entry) => [entry.path, entry]));
  const wanted = new Map<string, Set<number>>();
  const chosen = cited.slice(0, mostExcerpts);
  for (const { artifact, line } of chosen) {
    if (line === undefined || !byPath.has(artifact)) continue;
    const numbers = wanted.get(artifact) ?? wanted.set(artifact, new Set()).get(artifact)!;
    for (let n = Math.max(1, line - around); n <= line + around; n++) numbers.add(n);
  }
  const lines = new Map([...wanted].map(([artifact, numbers]) => [artifact, linesOf(byPath.get(artifact)!, numbers)]));
  return chosen.map((evidence): Excerpt => {
    const { artifact, line, text } = evidence;
    const entry = entries.get(artifact);
    const base = { evidence: evidence.id, artifact, sha256: entry?.sha256 ?? null, host: entry?.host ?? null, timeReading: timeOf(evidence) };
    const own = lines.get(artifact);
    if (line === undefined || own === undefined || !own.has(line)) return { ...base, firstLine: line ?? 1, lines: [text] };
    const numbers = [...own.keys()].filter((n) => n >= line - around && n <= line + around).sort((a, b) => a - b);
    return { ...base, firstLine: numbers[0]!, lines: numbers.map((n) => own.get(n)!) };
  });
}
