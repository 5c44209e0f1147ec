import type { CommandFact } from '../artifacts/fact.js';
import type { Draft } from '../case/draft.js';
import { unknownTime, type Interval } from '../time/interval.js';
import { mistakeIn } from './mistakes.js';
import type { EventKind, Sign } from './sign.js';

const plain = { end: null, count: 1, component: 'operator', tone: 'neutral' } as const;

/** What a command begins with when it changes the control plane; looking is no event of its own. */
const changing = /^(?:systemctl\s+(?:--\S+\s+)*(?:start|stop|restart|disable|enable|reset-failed|mask|kill|daemon-reload)\b|service\s+\S+\s+(?:start|stop|restart)|\S*etcd(?:ctl|utl)\b.*\s(?:snapshot\s+(?:restore|save)|member\s+(?:add|remove|update|promote)|alarm\s+disarm|defrag|compact(?:ion)?\s|del\s|put\s|backup\s|move-leader)|\S*etcd\s.*--force-new-cluster|kubeadm\s+(?:reset|init|join|certs|alpha|upgrade)|(?:docker|podman|nerdctl)\s+(?:restart|stop|start|rm|kill)\b|crictl\s+(?:rm|rmp|stop|stopp)\b|reboot\b|shutdown\b|poweroff\b|init\s+[06]|fsck|xfs_repair|e2fsck|mount\s+-o\s+\S*remount|(?:k3s|rke2)\s.*--cluster-reset|kubectl\s+(?:delete|apply|drain|replace|edit|patch)\b|swapoff|setenforce|chown|chmod|restorecon|ntpdate|chronyc\s+(?:makestep|-a)|timedatectl\s+set|date\s+-s|hwclock\s+-|find\s.*-delete|truncate\s|sed\s+-i)/;
const fileChange = /^(?:rm|mv|cp|rsync|tar|scp|dd|unzip|gunzip)\s/;
const controlPath = /etcd|kubernetes|\/var\/lib\/|\/var\/log|\/var\/backups|rancher|snapshot|manifests|\.db\b/;

/** True for a command that may have changed etcd, its data, its host or the API server. */
function changesSomething(command: string): boolean {
  return command.split(/\s*(?:\|\|?|;|&&)\s*/).some((part) => {
    const simple = part.trim().replace(/^(?:(?:sudo|env|nohup|time|\w+=\S*)\s+)*/, '');
    return changing.test(simple) || (fileChange.test(simple) && controlPath.test(simple));
  });
}

/** What people did, as far as history, transcript and login records say. */
export function peopleSigns(draft: Draft): readonly Sign[] {
  const signs: Sign[] = [];
  for (const fact of draft.facts) {
    if (fact.kind === 'command') {
      const sign = commandSign(draft, fact);
      if (sign !== null) signs.push(sign);
    } else if (fact.kind === 'boot' && fact.what === 'login' && fact.time !== null && fact.user !== null && !/^(?:reboot|runlevel|shutdown)$/.test(fact.user)) {
      signs.push({ ...plain, basis: 'observed', time: draft.when(fact.time, fact.host, fact.at.artifact), host: fact.host, kind: 'login', params: { user: fact.user }, places: [fact.at], key: `login ${fact.host ?? ''} ${fact.at.artifact} ${fact.at.line ?? ''}` });
    }
  }
  return signs;
}

function commandSign(draft: Draft, fact: CommandFact): Sign | null {
  const mistake = mistakeIn(fact);
  const changes = changesSomething(fact.command);
  if (fact.from === 'history' && fact.time === null && mistake === null && !changes) return null;
  if (fact.from === 'transcript' && mistake === null && !changes) return null;
  const time: Interval = fact.time !== null ? draft.when(fact.time, fact.host, fact.at.artifact) : fact.from === 'transcript' ? draft.collected : { ...unknownTime, notAfter: draft.collected.notAfter };
  const kind: EventKind = mistake !== null ? 'human-error' : changes ? 'repair-attempt' : 'command';
  const command = fact.command.length > 160 ? `${fact.command.slice(0, 159)}…` : fact.command;
  return {
    ...plain, basis: fact.time === null ? 'inferred' : 'observed', time, host: fact.host, kind, places: [fact.at],
    params: { command, ...(mistake === null ? {} : { mistake }) }, key: `command ${fact.at.artifact} ${fact.at.line ?? ''}`,
  };
}

/** The first moments at which somebody demonstrably looked: logins, timed commands, and the collection itself. */
export function lookingTimes(draft: Draft, people: readonly Sign[]): readonly { readonly time: Interval; readonly sign: Sign | null }[] {
  const timed = draft.facts.flatMap((fact) => {
    const stamp = fact.kind === 'command' ? fact.time : fact.kind === 'clock' ? fact.now : null;
    return stamp === null ? [] : [{ time: draft.when(stamp, fact.host, fact.at.artifact), sign: null }];
  });
  return [...people.filter((s) => s.kind === 'login').map((sign) => ({ time: sign.time, sign })), ...timed, { time: draft.collected, sign: null }];
}
