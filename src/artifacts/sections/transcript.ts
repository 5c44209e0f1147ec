import type { Place } from '../place.js';
import { shown } from '../cite.js';
import { lineText, rawLines } from '../text/lines.js';
import type { LineRange, RawLine } from '../text/lines.js';
import { parseHeadline, parsePrompt } from './prompt.js';
import type { Prompt } from './prompt.js';

/** One command of a recorded session with the range of its output. */
export interface TranscriptPart {
  /** Null for the lines before the first prompt. */
  readonly prompt: Prompt | null;
  /** Set when a headline names a file instead of a command (`==> /etc/etcd.env <==`). */
  readonly hostPath: string | null;
  readonly at: Place | null;
  readonly output: LineRange;
}

export interface Transcript {
  readonly parts: readonly TranscriptPart[];
  /** "Script started on …" and "Script done on …" of a `script` recording. */
  readonly marks: readonly { readonly at: Place; readonly text: string }[];
}

/** A file without any prompt in its first lines is not searched to its end when it is larger. */
const searchAll = 32 * 2 ** 20;
const firstLines = 4000;

const recording = /^(?:Script (?:started|done)(?: on|,)|脚本(?:启动|完成|开始|结束)|Skript (?:gestartet|beendet)|Début du script|Script terminé)/;
/** Where a page or issue sets a pasted block apart. */
const fence = /^\s{0,3}(?:`{3,}|~{3,})\s*[\w+-]{0,20}\s*$|^\[\/?(?:code|bash|shell|log)\]\s*$/i;
const supportconfigBlock = /^#==\[ ([\w ]+?) \]=+#?$/;
const fileHeadline = /^(?:==> (?<tail>\/\S+) <==|:{10,}\s*(?<more>\/\S+)|#+ (?:cat )?(?<hash>\/(?:etc|var|usr|root|opt|lib)\/\S+\.(?:env|conf|service|timer|ya?ml|sh|txt|log)) ?#*)$/;
/** A bare `# word` is a prompt only when the rest looks typed, not written. */
const typed = /^(?:date|uptime|free|w|who|last|lastb|df|ls|ll|hostname|history|dmesg|lsblk|id|exit|ps|mount)(?:\s+(?:-[\w-]+\S*|[/~.]\S*|\|.*))*$|^(?:docker|crictl|podman|nerdctl|kubectl|etcdctl|etcdutl|etcd|systemctl|journalctl|openssl|timedatectl|chronyc|crontab|sha256sum|md5sum|cat|ls|find|stat|tail|head|grep|ip|talosctl|oc|k3s|rke2|uname|date|last)\s+(?:-{1,2}[a-z]\S*|\/\S*|ps|pods|get|describe|logs|member|endpoint|alarm|snapshot|version|status|show|list-timers|sources|tracking|addr|a|etcd-snapshot|x509)\b/;

/**
 * Cuts a text file at its prompts. Returns one part without prompt for a file that is not a recorded
 * session. `# cmd` and `$ cmd` count only when the file begins with one.
 */
export function splitTranscript(range: LineRange, artifact: string): Transcript {
  const marks: { at: Place; text: string }[] = [];
  const cuts: { prompt: Prompt | null; hostPath: string | null; at: Place; start: number; from: number; line: number }[] = [];
  let weak: string | null = null;
  let seenText = false;
  let isScript = false;
  let fenced = false;
  let block: string | null = null;
  let columns: number | null = range.columns;
  let open: { command: string } | null = null;
  let previousEnd: { offset: number; line: number } | null = null;
  const limited = range.end - range.start > searchAll;

  for (const raw of rawLines(range)) {
    if (previousEnd !== null) {
      const last = cuts[cuts.length - 1]!;
      last.from = raw.offset;
      last.line = raw.number;
      previousEnd = null;
    }
    if (limited && raw.number - range.firstLine > firstLines && cuts.length === 0) break;
    if (open === null && seenText && block === null && !mayBePrompt(raw)) continue;
    const text = lineText(raw, range.encoding, columns);
    const here = (): Place => ({ artifact, line: raw.number, text: shown(text) });
    if (open !== null) {
      if (/^>\s?/.test(text) && wantsMore(open.command)) {
        open.command += `\n${text.replace(/^>\s?/, '')}`;
        const last = cuts[cuts.length - 1]!;
        last.prompt = { ...last.prompt!, command: open.command };
        previousEnd = { offset: raw.offset, line: raw.number };
        continue;
      }
      open = null;
      if (!mayBePrompt(raw)) continue;
    }
    if (fence.test(text)) {
      cuts.push({ prompt: null, hostPath: null, at: here(), start: raw.offset, from: range.end, line: raw.number + 1 });
      previousEnd = { offset: raw.offset, line: raw.number };
      seenText = false;
      isScript = false;
      weak = null;
      fenced = true;
      continue;
    }
    if (recording.test(text)) {
      marks.push({ at: here(), text });
      columns = Number(/COLUMNS="(\d+)"/.exec(text)?.[1] ?? '') || columns;
      continue;
    }
    if (!seenText && text.trim() !== '') {
      seenText = true;
      isScript = text.startsWith('#!');
      const bare = /^\s{0,2}([$#]|\+{1,2})\s/.exec(text);
      if (bare !== null && !isScript && typed.test(text.trim().replace(/^\S+\s+/, ''))) weak = bare[1]!;
    }
    if (isScript && fenced) continue;
    if (isScript) break;
    const inBlock: string | null = block;
    block = supportconfigBlock.exec(text)?.[1] ?? null;
    if (inBlock !== null && text.startsWith('# ')) {
      const word = text.slice(2).trim();
      const isFile = inBlock !== 'Command';
      cuts.push({ prompt: isFile ? null : { host: null, user: null, cwd: null, command: word, strong: true }, hostPath: isFile ? word.split(' ')[0]! : null, at: here(), start: raw.offset, from: range.end, line: raw.number + 1 });
      previousEnd = { offset: raw.offset, line: raw.number };
      continue;
    }
    const file = fileHeadline.exec(text.trim())?.groups;
    const path = file?.['tail'] ?? file?.['more'] ?? (cuts.length > 0 ? file?.['hash'] : undefined);
    if (path !== undefined && !(file?.['hash'] !== undefined && cuts[cuts.length - 1]?.prompt?.command.includes('systemctl cat'))) {
      cuts.push({ prompt: null, hostPath: path, at: here(), start: raw.offset, from: range.end, line: raw.number + 1 });
      previousEnd = { offset: raw.offset, line: raw.number };
      continue;
    }
    const prompt = acceptedPrompt(text, weak, fenced);
    if (prompt === null) continue;
    cuts.push({ prompt, hostPath: null, at: here(), start: raw.offset, from: range.end, line: raw.number + 1 });
    previousEnd = { offset: raw.offset, line: raw.number };
    open = { command: prompt.command };
  }
  const whole = { ...range, columns };
  if (cuts.length === 0) return { parts: [{ prompt: null, hostPath: null, at: null, output: whole }], marks };
  const parts: TranscriptPart[] = [];
  if (cuts[0]!.start > range.start) parts.push({ prompt: null, hostPath: null, at: null, output: { ...whole, end: cuts[0]!.start } });
  cuts.forEach((cut, i) => {
    const end = cuts[i + 1]?.start ?? range.end;
    parts.push({ prompt: cut.prompt, hostPath: cut.hostPath, at: cut.at, output: { ...whole, start: Math.min(cut.from, end), end, firstLine: cut.line } });
  });
  return { parts, marks };
}

function acceptedPrompt(text: string, weak: string | null, fenced: boolean): Prompt | null {
  const prompt = parsePrompt(text);
  if (prompt !== null) {
    if (prompt.strong) return prompt;
    // In a fenced block `$ ` before a command is a prompt; outside of it a sentence may begin so.
    if (fenced && /^\s{0,2}\$ /.test(text)) return prompt;
    if (prompt.host !== null || prompt.cwd !== null) return typed.test(prompt.command) ? prompt : null;
    if (weak !== null && text.trimStart().startsWith(weak) && typed.test(prompt.command)) return prompt;
    return null;
  }
  const headline = parseHeadline(text);
  return headline === null ? null : { host: null, user: null, cwd: null, command: headline, strong: true };
}

/** True while the shell would print its `> ` continuation prompt. */
function wantsMore(command: string): boolean {
  if (/\\$/.test(command) || /<<-?\s*['"]?\w/.test(command)) return true;
  if (/^(?:for|while|if|until|case)\b/.test(command) && !/\b(?:done|fi|esac)\s*$/.test(command)) return true;
  if (/(?:&&|\|\|?|\{)\s*$/.test(command)) return true;
  return (command.replace(/\\./g, '').match(/'/g)?.length ?? 0) % 2 === 1 || (command.replace(/\\./g, '').match(/"/g)?.length ?? 0) % 2 === 1;
}

/** A cheap look at the first bytes: a prompt or headline has one of a few characters early on. */
function mayBePrompt({ bytes, start, end }: RawLine): boolean {
  const stop = Math.min(end, start + 220);
  const first = bytes[start];
  if (first === 0x7b || first === undefined || start === end) return false; // JSON lines
  if (first === 0x53 || first === 0xe8) return true; // "Script done", 脚本
  for (let i = start; i < stop; i++) {
    const c = bytes[i]!;
    // # $ % > ESC and the first byte of ➜ ❯ └
    if (c === 0x23 || c === 0x24 || c === 0x3e || c === 0x1b || c === 0xe2) return true;
    if (c === 0x3d && i - start < 4) return true; // headlines
    if ((c === 0x60 || c === 0x7e || (c === 0x5b && isTagLetter(bytes[i + 1]))) && i - start < 4) return true; // fences
    if ((c === 0x2d || c === 0x2a) && i - start < 4 && bytes[i + 1] === c) return true;
  }
  return false;
}

/** A small letter or slash: `[code]`, not `[    0.000000]`. */
function isTagLetter(byte: number | undefined): boolean {
  return byte !== undefined && (byte === 0x2f || (byte >= 0x61 && byte <= 0x7a));
}
