import { cite } from '../cite.js';
import type { CronFact } from '../fact.js';
import type { ArtifactReader, Section } from '../reader.js';
import { maskSecrets } from '../secrets.js';

const field = String.raw`(?:\*|\d{1,2}|[a-zA-Z]{3})(?:[-,/]?(?:\*|\d{1,2}|[a-zA-Z]{3}))*(?:/\d+)?`;
const entry = new RegExp(String.raw`^\s*(#\s*)?((?:${field}\s+){4}${field}|@(?:reboot|yearly|annually|monthly|weekly|daily|midnight|hourly|every_minute))\s+(\S.*)$`);
const users = /^(?:root|etcd|www-data|nobody|daemon|ubuntu|admin|kube|ec2-user|centos|[a-z_][a-z0-9_-]{1,20})$/;

/** crontabs of users (`crontab -l`) and of the system (`/etc/crontab`, `/etc/cron.d`: with a user column). */
export const crontab: ArtifactReader = {
  kind: 'crontab',
  selective: true,
  recognise(section) {
    const rows = section.head.filter((line) => entry.test(line) && !line.trimStart().startsWith('#'));
    const disabled = section.head.filter((line) => entry.test(line)).length - rows.length;
    const other = section.head.filter((line) => !entry.test(line) && !/^\s*(?:#|[A-Z_]+\s*=|$)/.test(line)).length;
    const command = /\bcrontab\b|cron\.d|\/etc\/crontab/.test(section.command ?? '') || /cron/i.test(section.artifact);
    if (section.head.some((line) => /^no crontab for \w+/.test(line))) return { score: 80, by: 'no crontab for' };
    if (rows.length + disabled === 0) return { score: 0, by: '' };
    if (other === 0) return { score: rows.length > 0 || command ? 92 : 50, by: 'schedule lines' };
    return { score: command ? 80 : rows.length > other ? 60 : 0, by: command ? `command ${section.command ?? 'in the name'}` : 'schedule lines' };
  },
  *read(section) {
    let zone: string | null = null;
    const withUser = hasUserColumn(section);
    for (const line of section.lines()) {
      const setting = /^\s*(?:CRON_)?TZ\s*=\s*["']?([\w/+:-]+)/.exec(line.text);
      if (setting !== null) {
        zone = setting[1]!;
        continue;
      }
      const match = entry.exec(line.text);
      if (match === null) continue;
      const rest = match[3]!;
      const first = /^(\S+)\s+(.+)$/.exec(rest);
      const user = withUser && first !== null && users.test(first[1]!) ? first[1]! : null;
      const fact: CronFact = {
        kind: 'cron', at: cite(section, line), host: section.host, schedule: match[2]!.trim().replace(/\s+/g, ' '), user,
        command: maskSecrets(user === null ? rest : first![2]!), zone, disabled: match[1] !== undefined,
      };
      yield fact;
    }
  },
};

/** The user column exists in system crontabs; in user crontabs the sixth field is a command. */
function hasUserColumn(section: Section): boolean {
  if (/\bcrontab\s+(?:-u\s+\S+\s+)?-l\b/.test(section.command ?? '')) return false;
  if (/cron\.d[/_]|\/etc\/crontab|etc\/crontab$/.test(`${section.hostPath ?? ''} ${section.artifact} ${section.command ?? ''}`)) return true;
  const rows = section.head.map((line) => entry.exec(line)).filter((match) => match !== null && match[1] === undefined);
  return rows.length > 0 && rows.every((match) => /^(?:root|etcd|[a-z_][a-z0-9_-]{1,20})\s+(?:\/|\w+\s|\[|test\b|\()/.test(match![3]!) && /^(?:root|etcd|www-data|nobody|ubuntu|admin|daemon)\s/.test(match![3]!));
}
