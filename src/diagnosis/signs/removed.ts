import type { CommandFact } from '../../artifacts/fact.js';
import type { Hit, Sign } from '../rule.js';
import type { View } from '../view.js';
import { hitOf } from './combine.js';

/** Copies that somebody keeps. */
const keepers = /back-?up|snapshots?(?:\/|$)|\.bak\b|broken|\.old\b/i;

/** Below `member/wal`, also the directory itself. */
export function isWalPath(path: string): boolean {
  if (keepers.test(path)) return false;
  return /(?:^|\/)member\/wal(?:\/|$)/.test(path) || /\.wal$/.test(path);
}

/** The data directory of etcd as a whole, or everything in it. */
export function isDataPath(path: string): boolean {
  if (keepers.test(path)) return false;
  const bare = path.replace(/\/(?:\*|\.\*|\{[^}]*\})?$/, '').replace(/\/\*$/, '');
  return /(?:^|\/)(?:etcd[\w.-]*|[\w.-]+\.etcd|etcd\/data|server\/db(?:\/etcd)?)$/.test(bare) && /^(?:\/var|\/data|\/opt|\/mnt|\/home|\/root|\/srv|\.|\/etcd|[\w.-]+\.etcd$)/.test(bare) || /(?:^|\/)member$/.test(bare) || /^\$\{?ETCD_DATA_DIR\}?/.test(path);
}

/** A file inside `member/`: part of the data, but not all of it. */
export function isInsideMember(path: string): boolean {
  if (/back-?up/i.test(path)) return false;
  return /(?:^|\/)member\/(?:snap|wal)(?:\/|$)/.test(path) || /^[0-9a-f]{16}-[0-9a-f]{16}\.(?:snap|wal)$/.test(path);
}

/** Commands that removed or emptied a path for which `test` holds. Follows `cd`, also from line to line of one history. */
export function removed(test: (path: string) => boolean): Sign {
  return (view) => removals(view).filter(({ paths }) => paths.some(test)).map(({ hit }) => hit);
}

interface Removal {
  readonly hit: Hit;
  readonly paths: readonly string[];
}

const cache = new WeakMap<View, readonly Removal[]>();

function removals(view: View): readonly Removal[] {
  const known = cache.get(view);
  if (known !== undefined) return known;
  const found: Removal[] = [];
  const folders = new Map<string, string>();
  for (const fact of view.facts('command')) {
    const { paths, folder } = removedBy(fact, folders.get(fact.at.artifact) ?? fact.cwd ?? '~');
    folders.set(fact.at.artifact, folder);
    if (paths.length > 0) found.push({ hit: { ...hitOf(view, fact, fact.time), act: true }, paths });
  }
  cache.set(view, found);
  return found;
}

/** What one command line removes or empties, as absolute paths where `folder` is known. */
function removedBy(fact: CommandFact, folder: string): { readonly paths: readonly string[]; readonly folder: string } {
  const paths: string[] = [];
  let at = fact.from === 'transcript' && fact.cwd !== null && fact.cwd.startsWith('/') ? fact.cwd : folder;
  const inFolder = (path: string): string => (/^[/~$]/.test(path) || at === '~' ? path : `${at.replace(/\/$/, '')}/${path.replace(/^\.\//, '')}`);
  for (const part of fact.command.split(/&&|\|\||;|\|/)) {
    const words = part.trim().split(/\s+/).map((word) => word.replace(/^["']|["']$/g, ''));
    while (/^(?:sudo|nohup|time|env|ssh)$/.test(words[0] ?? '') || /^[A-Z_]+=/.test(words[0] ?? '')) words.shift();
    const [program, ...rest] = words;
    const names = rest.filter((word) => !word.startsWith('-') && word !== '');
    if (program === 'cd') at = names[0] === undefined ? '~' : names[0] === '-' ? at : inFolder(names[0]);
    else if (program === 'rm' || program === 'unlink' || program === 'shred') paths.push(...names.map(inFolder));
    else if (program === 'find' && /-delete\b|-exec\s+rm\b|xargs\s+rm/.test(fact.command)) paths.push(...rest.slice(0, rest.findIndex((word) => word.startsWith('-'))).map(inFolder));
    else if (program === 'truncate') paths.push(...names.filter((word) => !/^\d/.test(word)).map(inFolder));
    else if (program === '>' || program === ':>' || (program === ':' && rest[0] === '>')) paths.push(...names.filter((word) => word !== '>').map(inFolder));
    const remote = /\brm\s+-\S+\s+(\/\S+)/.exec(program === 'rm' ? '' : part)?.[1];
    if (remote !== undefined) paths.push(remote.replace(/["')]+$/, ''));
  }
  return { paths, folder: at };
}
