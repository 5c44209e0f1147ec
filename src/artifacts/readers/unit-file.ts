import { cite } from '../cite.js';
import type { Fact } from '../fact.js';
import type { ArtifactReader, Section, TextLine } from '../reader.js';
import { maskSecrets } from '../secrets.js';

const sections = /^\[(Unit|Service|Install|Timer|Mount|Socket|Path|Slice)\]\s*$/;
const pathComment = /^#\s+(\/\S+\.(?:service|timer|conf|socket|mount|path))\s*$/;

/** systemd unit files, drop-ins and `systemctl cat`: every directive, continuation lines joined. */
export const unitFile: ArtifactReader = {
  kind: 'unit-file',
  selective: true,
  recognise(section) {
    const at = section.head.findIndex((line) => sections.test(line));
    if (at < 0) return { score: 0, by: '' };
    const directive = section.head.slice(at + 1).some((line) => /^[A-Z][A-Za-z]+=/.test(line));
    if (!directive) return { score: 0, by: '' };
    return at === 0 || section.head.slice(0, at).every((line) => /^\s*[#;]/.test(line)) ? { score: 93, by: '[Unit] sections' } : { score: 70, by: '[Unit] sections' };
  },
  *read(section) {
    let path = section.hostPath;
    let current = '';
    let pending: { line: TextLine; text: string } | null = null;
    for (const line of section.lines()) {
      if (pending !== null) {
        if (/^\s*[#;]/.test(line.text)) continue;
        pending.text = `${pending.text.replace(/\\\s*$/, ' ')}${line.text.trim()}`;
        if (/\\\s*$/.test(line.text)) continue;
        yield* directive(section, path, current, pending.line, pending.text);
        pending = null;
        continue;
      }
      const comment = pathComment.exec(line.text);
      if (comment !== null) {
        path = comment[1]!;
        current = '';
        continue;
      }
      const header = sections.exec(line.text);
      if (header !== null) {
        current = header[1]!;
        continue;
      }
      if (current === '' || /^\s*(?:[#;]|$)/.test(line.text)) continue;
      if (/\\\s*$/.test(line.text)) pending = { line, text: line.text };
      else yield* directive(section, path, current, line, line.text);
    }
    if (pending !== null) yield* directive(section, path, current, pending.line, pending.text);
  },
};

function unitName(section: Section, path: string | null): { unit: string; dropIn: string | null } {
  const file = path ?? section.artifact;
  const inDropIn = /([\w@.-]+\.(?:service|timer|socket|mount))\.d\/([^/]+)$/.exec(file);
  if (inDropIn !== null) return { unit: inDropIn[1]!, dropIn: path ?? file };
  const base = file.slice(file.lastIndexOf('/') + 1).replace(/\.(?:txt|log|bak)$/, '');
  if (/\.(?:service|timer|socket|mount|path)$/.test(base)) return { unit: base.replace(/^.*[_ ](?=[\w-]+\.(?:service|timer)$)/, ''), dropIn: null };
  const named = /systemctl\s+(?:-\S+\s+)*cat\s+(?:-\S+\s+)*([\w@.-]+)/.exec(section.command ?? '')?.[1];
  if (named !== undefined) return { unit: named.includes('.') ? named : `${named}.service`, dropIn: null };
  const isTimer = section.head.some((line) => line.startsWith('[Timer]'));
  const guess = /(etcd[\w-]*|k3s|rke2-server|kubelet|docker|containerd)/.exec(base)?.[1] ?? base.replace(/\..*$/, '');
  return { unit: `${guess}.${isTimer ? 'timer' : 'service'}`, dropIn: null };
}

function* directive(section: Section, path: string | null, group: string, line: TextLine, text: string): Generator<Fact> {
  const sign = text.indexOf('=');
  if (sign <= 0) return;
  const key = text.slice(0, sign).trim();
  const value = maskSecrets(text.slice(sign + 1).trim());
  const { unit, dropIn } = unitName(section, path);
  const at = cite(section, line);
  yield { kind: 'unit', at, host: section.host, unit, path, dropIn, section: group, key, value };
  if (group === 'Timer' && (key === 'OnCalendar' || key === 'OnUnitActiveSec' || key === 'OnBootSec')) {
    yield { kind: 'timer', at, host: section.host, unit, schedule: key === 'OnCalendar' ? value : `${key}=${value}`, last: null, next: null, activates: unit.replace(/\.timer$/, '.service') };
  }
}
