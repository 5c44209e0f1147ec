import { cite } from '../cite.js';
import type { Fact, ManifestFact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';
import { maskSecrets, maskValue, maskWords } from '../secrets.js';
import { backupMeaning } from '../shell/backup.js';
import { readShellScript } from '../shell/commands.js';
import type { ShellCommand } from '../shell/commands.js';

/** Larger scripts are generated, not written; only their beginning is looked at. */
const longest = 256 * 1024;
const saves = /\bsnapshot\s+save\b|\betcd-snapshot\s+save\b|\betcdctl\S*\s+(?:\S+\s+)*backup\b|\$\{?ETCDCTL\w*\}?\s+(?:\S+\s+)*backup\b|cluster-backup\.sh/;

/** Shell scripts: what a backup script would do, and `docker run` wrappers of etcd. Parsed, never run. */
export const backupScript: ArtifactReader = {
  kind: 'shell-script',
  recognise(section) {
    const head = section.head.join('\n');
    const shebang = /^#!\s*\S*\b(?:ba|da|a|k|z)?sh\b|^#!\s*\S*env\s+(?:ba|da|z)?sh/.test(section.head[0] ?? '');
    if (shebang) return { score: saves.test(head) ? 97 : 90, by: saves.test(head) ? '#! and snapshot save' : '#! line' };
    const shell = section.head.filter((line) => /^\s*(?:export\s+)?[A-Za-z_]\w*=\S*|^\s*(?:if|fi|for|done|then|else|set -|cd|mkdir|find|rm|cp|echo)\b/.test(line)).length;
    if (saves.test(head) && shell >= 2 && section.command === null) return { score: 88, by: 'snapshot save' };
    return /\.sh$/.test(section.hostPath ?? section.artifact) && shell >= section.head.length * 0.2 ? { score: 70, by: 'file name' } : { score: 0, by: '' };
  },
  *read(section) {
    const lines: TextLine[] = [];
    let length = 0;
    for (const line of section.lines()) {
      length += line.text.length + 1;
      if (length > longest) break;
      lines.push(line);
    }
    const first = lines[0];
    if (first === undefined) return;
    const source = lines.map((line) => line.text).join('\n');
    const script = readShellScript(source);
    const place = (line: number): TextLine => lines[line - 1] ?? first;
    for (const command of script.commands) yield* wrapper(section, command, place(command.line));
    const meaning = backupMeaning(script);
    if (meaning.saves.length === 0) return;
    const offset = first.number - 1;
    yield {
      kind: 'backup-script', at: cite(section, place(meaning.saves[0]!.line)), host: section.host, path: section.hostPath ?? pathFromName(section.artifact), ...meaning,
      saves: meaning.saves.map((save) => ({ ...save, words: maskWords(save.words), line: save.line + offset })),
      rotation: meaning.rotation === null ? null : { ...meaning.rotation, line: meaning.rotation.line + offset },
      variables: Object.fromEntries(Object.entries(script.variables).map(([key, value]) => [key, maskValue(key, value)])),
      errexit: script.errexit, parseError: script.parseError === null ? null : maskSecrets(script.parseError),
    };
  },
};

function pathFromName(artifact: string): string | null {
  return /(?:^|[/!])((?:usr\/local|opt|root|etc|home)\/[\w./-]+\.sh)$/.exec(artifact)?.[1]?.replace(/^/, '/') ?? null;
}

/** `docker run --name etcd1 … image command`: the docker wrapper of Kubespray and old KubeKey, and plain containers. */
function* wrapper(section: Section, command: ShellCommand, line: TextLine): Generator<Fact> {
  const run = command.words.findIndex((word, i) => word === 'run' && /(?:^|\/)(?:docker|podman|nerdctl)$/.test(command.words[i - 1] ?? ''));
  if (run < 0 || !command.words.some((word) => /etcd/.test(word))) return;
  const mounts: { name: string; path: string }[] = [];
  const hostPaths: { name: string; path: string }[] = [];
  const env: Record<string, string> = {};
  let name = '';
  let at = run + 1;
  for (; at < command.words.length; at++) {
    const word = command.words[at]!;
    if (!word.startsWith('-')) break;
    const [flag, inline] = /^(--?[\w-]+)=(.*)$/s.exec(word)?.slice(1) ?? [word, undefined];
    const takes = /^(?:--name|--volume|-v|--env|-e|--env-file|--net|--network|--restart|-p|--publish|--memory|-m|--cpu-shares|--blkio-weight|--ulimit|--label|-l|--user|-u|--entrypoint|--log-driver|--log-opt|--ipc|--pid|--hostname|-h|-w|--mount|--cpus)$/.test(flag!);
    const value = inline ?? (takes ? command.words[++at] : undefined);
    if (flag === '--name') name = value ?? '';
    if ((flag === '-v' || flag === '--volume') && value !== undefined) {
      const [from, to] = value.split(':');
      hostPaths.push({ name: `volume-${mounts.length}`, path: from! });
      mounts.push({ name: `volume-${mounts.length}`, path: to ?? from! });
    }
    if ((flag === '-e' || flag === '--env') && value?.includes('=') === true) env[value.slice(0, value.indexOf('='))] = maskValue(value.slice(0, value.indexOf('=')), value.slice(value.indexOf('=') + 1));
  }
  const image = command.words[at] ?? '';
  const words = maskWords(command.words.slice(at + 1));
  const fact: ManifestFact = {
    kind: 'manifest', at: cite(section, line), host: section.host, path: section.hostPath, podName: name, namespace: null, annotations: {},
    containers: [{ name, image, command: words, env, lines: words.map(() => line.number), mounts }], hostPaths, runAsUser: null, runAsGroup: null,
  };
  if (/etcd/.test(image) || /etcd/.test(name)) yield fact;
}
