import { createHash } from 'node:crypto';
import { lstatSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { defaultLimits, type Bundle, type BundleFile, type IntakeLimits } from './bundle.js';
import { collector, digestOf, LimitReached, type Collector } from './collector.js';
import { containerKind, containerKindOf, type ContainerKind } from './container.js';
import { chunksOf, decompress, peek } from './decompress.js';
import { closeSources, fileSource } from './file-source.js';
import { addFolder, addPlainFile, stampOf, type PlainFile } from './folder.js';
import { entryName, showName } from './names.js';
import { scratch } from './scratch.js';
import { readTar } from './tar.js';
import { readZip } from './zip.js';

export type { Bundle, BundleFile, IntakeFinding, IntakeLimits } from './bundle.js';
export { defaultLimits } from './bundle.js';
export { fileSource } from './file-source.js';
export { digestOf } from './collector.js';

/** The input cannot be opened at all. `code` is `intake.missing`, `intake.not-readable` or `intake.empty`. */
export class InputError extends Error {
  constructor(
    readonly code: string,
    readonly path: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** Paths of the links that were met: what they lead to was not read. */
export const linksOf = ({ findings }: Bundle): readonly string[] => findings.filter(({ code }) => code === 'intake.link').map(({ path }) => path);

/** A file that is known under another name than its name on disk: an upload, stored under a generated name. */
export interface NamedInput {
  readonly onDisk: string;
  /** Relative display path; checked like the name of an archive entry. */
  readonly name: string;
  readonly mtime: number | null;
}

export type BundleInput = string | NamedInput;

/** Suffixes that a wrapper adds to the name of the file inside. */
const wrapperSuffix = /\.(gz|zst|zstd|xz|bz2|tgz|txz|tbz2?|tzst)$/i;

async function openCompressed(kind: Exclude<ContainerKind, 'tar' | 'zip'>, file: BundleFile, prefix: string, into: Collector): Promise<void> {
  const { head, all } = await peek(decompress(kind, file.open()), 512);
  if (containerKind(head) === 'tar') return readTar(all, { path: file.path, prefix, size: file.size }, into);
  const inner = basename(file.path.split('!/').at(-1) ?? 'data').replace(wrapperSuffix, '');
  const { path } = into.unique(`${prefix}${inner}`);
  try {
    await into.store(path, all, { mtime: file.mtime, mtimeFromArchive: false, compressedSize: file.size });
  } catch (error) {
    if (error instanceof LimitReached) into.note(error.code, file.path, { limit: error.limit });
    else into.note('intake.archive-broken', file.path, { error: error instanceof Error ? error.message : String(error) });
  }
}

/** Opens one container; what it holds is appended to the collector's files. */
async function openContainer(kind: ContainerKind, file: BundleFile, prefix: string, into: Collector): Promise<void> {
  if (kind === 'zip') return readZip(file.open(), { path: file.path, prefix, size: file.size }, into);
  if (kind !== 'tar') return openCompressed(kind, file, prefix, into);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* chunksOf(file.open());
  }
  return readTar(chunks(), { path: file.path, prefix, size: file.size }, into);
}

const depthOf = (path: string): number => path.split('!/').length - 1;

/**
 * Opens containers until none is left or the depth is reached; files found on the way are looked at too.
 * `root` is the one archive that is the whole input: its entries are the top level and get no prefix.
 */
async function openContainers(into: Collector, limits: IntakeLimits, root: string | null, onFile: (path: string) => void): Promise<void> {
  for (let i = 0; i < into.files.length; i++) {
    const file = into.files[i];
    if (file === undefined || file.size === 0) continue;
    onFile(file.path);
    const kind = containerKindOf(file.open());
    if (kind === null) continue;
    if (depthOf(file.path) >= limits.maxDepth) into.note('intake.too-deep', file.path, { limit: limits.maxDepth });
    else await openContainer(kind, file, file.path === root ? '' : `${file.path}!/`, into);
  }
}

function addNamed(input: NamedInput, into: Collector): PlainFile[] {
  const verdict = entryName(Buffer.from(input.name, 'utf8'));
  if (!verdict.ok) {
    into.note(`intake.name-${verdict.why}`, verdict.shown);
    return [];
  }
  const stats = statSync(input.onDisk);
  const file = addPlainFile(input.onDisk, verdict.name, input.mtime ?? stats.mtimeMs, into);
  return file === null ? [] : [file];
}

const isFolder = (input: string): boolean => statSync(input, { throwIfNoEntry: false })?.isDirectory() === true;

function addInput(input: BundleInput, several: boolean, into: Collector): PlainFile[] {
  if (typeof input !== 'string') return addNamed(input, into);
  const prefix = several && isFolder(input) ? `${showName(basename(resolve(input)))}/` : '';
  const stats = statSync(input, { throwIfNoEntry: false });
  if (stats === undefined) throw new InputError('intake.missing', input, `${input}: no such file or folder`);
  if (stats.isDirectory()) return addFolder(input, prefix, into);
  if (!stats.isFile()) throw new InputError('intake.not-readable', input, `${input}: neither a file nor a folder`);
  const path = lstatSync(input).isSymbolicLink() ? resolve(input) : input;
  const file = addPlainFile(path, showName(basename(input)), stats.mtimeMs, into);
  if (file === null) throw new InputError('intake.not-readable', input, `${input}: cannot be read`);
  return [file];
}

const shownInput = (input: BundleInput): string => (typeof input === 'string' ? input : showName(input.name));

/**
 * Opens folders, archives and single files as one read-only virtual tree. Nothing of the input is
 * written to; contents of archives go to memory or to a private scratch folder under generated names.
 * Throws InputError when an input does not exist or cannot be read; everything else is a finding.
 */
export async function openBundle(
  inputs: readonly BundleInput[],
  limits: IntakeLimits = defaultLimits,
  onFile: (path: string) => void = () => undefined,
): Promise<Bundle> {
  const store = scratch();
  const into = collector(limits, store);
  const plain: PlainFile[] = [];
  try {
    for (const input of inputs) {
      try {
        plain.push(...addInput(input, inputs.length > 1, into));
      } catch (error) {
        if (!(error instanceof LimitReached)) throw error;
        into.note(error.code, shownInput(input), { limit: error.limit });
      }
    }
    const [first] = inputs;
    const one = inputs.length === 1 && first !== undefined && (typeof first !== 'string' || !isFolder(first));
    await openContainers(into, limits, one ? (plain[0]?.path ?? null) : null, onFile);
  } catch (error) {
    store.remove();
    throw error;
  }
  if (into.files.length === 0) {
    store.remove();
    const shown = inputs.map(shownInput).join(' ');
    const barred = into.findings.find((finding) => finding.code === 'intake.unreadable');
    if (barred !== undefined) throw new InputError('intake.not-readable', shown, `${shown}: nothing in it can be read (${barred.params['error'] ?? ''})`);
    throw new InputError('intake.empty', shown, `${shown}: holds no files`);
  }
  const files = [...into.files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const manifest = createHash('sha256');
  for (const file of files) manifest.update(`${file.sha256}  ${file.size}  ${file.path}\n`);
  return {
    files,
    findings: into.findings,
    manifestSha256: manifest.digest('hex'),
    verifyUnchanged: () =>
      plain.filter(({ onDisk, sha256, stamp }) => {
        closeSources([onDisk]);
        try {
          return (stamp === null || stampOf(onDisk) !== stamp) && digestOf(fileSource(onDisk)).sha256 !== sha256;
        } catch {
          return true;
        }
      }).map(({ path }) => path),
    close() {
      closeSources(plain.map(({ onDisk }) => onDisk));
      store.remove();
    },
  };
}
