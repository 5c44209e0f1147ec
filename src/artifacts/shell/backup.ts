import type { BackupScriptFact } from '../fact.js';
import type { ShellCommand, ShellScript } from './commands.js';

type Save = BackupScriptFact['saves'][number];
type Rotation = NonNullable<BackupScriptFact['rotation']>;

/** What a backup script does, as far as its text says. */
export type BackupMeaning = Pick<BackupScriptFact, 'saves' | 'targetPattern' | 'nameTime' | 'rotation' | 'dataDir' | 'endpoints'>;

const base = (word: string | undefined): string => (word ?? '').replace(/^.*\//, '');

/** Finds the save commands, where their results end up, how old ones are removed, and the data directory. */
export function backupMeaning(script: ShellScript): BackupMeaning {
  const saves = script.commands.flatMap((command) => saveOf(command, script));
  const last = [...saves].reverse().find((save) => save.api !== '2') ?? saves[saves.length - 1];
  const targetPattern = last?.target == null ? null : movedTo(last, script.commands);
  const dataDir = flagValue(script, '--data-dir') ?? variableLike(script, /^(?:ETCD_)?(?:DATA_?DIR|ETCD_DATA(?:_?DIR|_PATH)?|ETCD_DIR)$/i);
  return {
    saves, targetPattern, nameTime: nameTimeOf(targetPattern), rotation: script.commands.map((command) => rotationOf(command)).find((found) => found !== null) ?? null,
    dataDir, endpoints: flagValue(script, '--endpoints') ?? flagValue(script, '--endpoint') ?? variableLike(script, /^(?:ETCDCTL_|ETCD_)?ENDPOINTS?$/i),
  };
}

function flagValue(script: ShellScript, flag: string): string | null {
  for (const { words } of script.commands) {
    const value = flagOf(words, flag);
    if (value !== null) return value;
  }
  return null;
}

function flagOf(words: readonly string[], flag: string): string | null {
  for (const [i, word] of words.entries()) {
    if (word === flag || word === flag.slice(1)) return words[i + 1] ?? null;
    if (word.startsWith(`${flag}=`)) return word.slice(flag.length + 1);
  }
  return null;
}

function variableLike(script: ShellScript, pattern: RegExp): string | null {
  for (const [name, value] of Object.entries(script.variables)) if (pattern.test(name) && value !== '') return value;
  return null;
}

function saveOf(command: ShellCommand, script: ShellScript): readonly Save[] {
  const { words } = command;
  const timeout = words.some((word) => base(word) === 'timeout' || /^--command-timeout/.test(word));
  const at = words.findIndex((word, i) => word === 'save' && (words[i - 1] === 'snapshot' || words[i - 1] === 'etcd-snapshot'));
  const apiText = command.assignments['ETCDCTL_API'] ?? words.map((word) => /^ETCDCTL_API=(\d)/.exec(word)?.[1]).find((api) => api !== undefined) ?? command.variables['ETCDCTL_API'];
  const api = apiText === '2' || apiText === '3' ? apiText : null;
  if (at > 0) {
    const target = valueWords(words.slice(at + 1))[0] ?? flagOf(words, '--name');
    return [{ words, target: target ?? null, api: words[at - 1] === 'etcd-snapshot' ? null : (api ?? '3'), line: command.line, timeout }];
  }
  if (words.includes('backup') && words.some((word) => /^etcdctl/.test(base(word)))) return [{ words, target: flagOf(words, '--backup-dir'), api: '2', line: command.line, timeout }];
  if (/^cluster-backup\.sh$/.test(base(words[0]))) return [{ words, target: words[1] ?? null, api: '3', line: command.line, timeout }];
  if (/^(?:cp|rsync|tar|scp|zip)$/.test(base(words[0])) && words.slice(1).some((word) => isDataPath(word, script))) {
    const paths = valueWords(words.slice(1));
    const target = base(words[0]) === 'tar' ? (flagOf(words, '-f') ?? paths.find((path) => /\.(?:tar|tgz|gz|zst|xz|bz2)/.test(path)) ?? null) : (paths[paths.length - 1] ?? null);
    return [{ words, target, api: null, line: command.line, timeout }];
  }
  return [];
}

/** Options with a value of their own in etcdctl; everything else that begins with a dash stands alone. */
const withValue = /^--(?:cacert|cert|key|endpoints?|user|password|command-timeout|dial-timeout|ca-file|cert-file|key-file|write-out|data-dir)$|^-w$/;

function valueWords(words: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (let i = 0; i < words.length; i++) {
    if (withValue.test(words[i]!)) i++;
    else if (!words[i]!.startsWith('-')) found.push(words[i]!);
  }
  return found;
}

function isDataPath(word: string, script: ShellScript): boolean {
  const data = variableLike(script, /^(?:ETCD_)?(?:DATA_?DIR|ETCD_DATA(?:_?DIR|_PATH)?)$/i);
  return /^\/var\/lib\/etcd(?:\/|$)|\/member(?:\/|$)|\/server\/db\/etcd(?:\/|$)/.test(word) || (data !== null && (word === data || word.startsWith(`${data}/`)));
}

/** Follows the saved file through `cp`, `mv`, `gzip`, `tar` to where the result is kept. */
function movedTo(save: Save, commands: readonly ShellCommand[]): string {
  let path = save.target!;
  for (const { words, line } of commands) {
    if (line < save.line) continue;
    const program = base(words[0]);
    const named = valueWords(words.slice(1));
    if (!named.includes(path) || save.words === words) continue;
    if ((program === 'cp' || program === 'mv' || program === 'install') && named.length >= 2) {
      const to = named[named.length - 1]!;
      if (to === path || /[:@]/.test(to.replace(/\{[^}]*\}/g, ''))) continue;
      path = to.endsWith('/') ? `${to}${base(path)}` : to;
    } else if (/^(?:gzip|pigz)$/.test(program)) path = `${path}.gz`;
    else if (/^zstd$/.test(program)) path = `${path}.zst`;
    else if (program === 'xz') path = `${path}.xz`;
    else if (program === 'tar') path = named.find((word) => /\.(?:tar|tgz|gz|zst|xz|bz2)/.test(word)) ?? path;
  }
  return path;
}

function nameTimeOf(pattern: string | null): BackupScriptFact['nameTime'] {
  const match = /\{(u:)?([^{}]*%[a-zA-Z][^{}]*)\}/.exec(pattern ?? '');
  return match === null ? null : { format: match[2]!, zone: match[1] === undefined ? 'local' : 'utc' };
}

/** Removal of old results: by age as written (`find -mtime +7`: older than 8 whole days), or by count (`ls -t | tail -n +6`, `awk 'NR>5'`, `head -n -5`). */
function rotationOf(command: ShellCommand): Rotation | null {
  const { words, line } = command;
  const text = command.pipeline ?? words.join(' ');
  if (base(words[0]) === 'find' && (/-delete\b|\brm\b|unlink/.test(words.join(' ')) || /\|\s*xargs\b.*\brm\b/.test(text))) {
    const days = /-mtime\s+\+(\d+)/.exec(words.join(' '))?.[1];
    const minutes = /-mmin\s+\+(\d+)/.exec(words.join(' '))?.[1];
    if (days !== undefined) return { by: 'age', keep: Number(days), unit: 'days', line };
    if (minutes !== undefined) return { by: 'age', keep: Number(minutes) / 1440, unit: 'days', line };
  }
  if (base(words[0]) !== 'ls' || !/\brm\b|\bunlink\b/.test(text)) return null;
  const written = text.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => command.variables[name] ?? whole).replace(/['"]/g, '');
  // `ls -l` prints a "total" line first, so that one less is kept.
  const totalLine = words.some((word) => /^-\w*l/.test(word)) || base(words[0]) === 'll' ? 1 : 0;
  const over = /NR\s*>\s*=?\s*(\d+)/.exec(written);
  const from = /tail\s+(?:-n\s*)?\+(\d+)/.exec(written)?.[1];
  const allBut = /head\s+-n\s*-(\d+)/.exec(written)?.[1];
  const deleted = /sed\s+(?:-e\s+)?1,(\d+)d/.exec(written)?.[1];
  const keep = over !== null ? Number(over[1]) - (over[0].includes('=') ? 1 : 0) : from !== undefined ? Number(from) - 1 : deleted !== undefined ? Number(deleted) : null;
  if (keep !== null) return { by: 'count', keep: Math.max(0, keep - totalLine), unit: 'files', line };
  if (allBut !== undefined) return { by: 'count', keep: Number(allBut), unit: 'files', line };
  return { by: 'count', keep: null, unit: 'files', line };
}
