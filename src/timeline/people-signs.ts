import type { CommandFact } from '../artifacts/fact.js';
import type { Draft } from '../case/draft.js';
import { unknownTime, type Interval } from '../time/interval.js';
import { mistakeIn } from './mistakes.js';
import type { EventKind, Sign } from './sign.js';

const plain = { end: null, count: 1, component: 'operator', tone: 'neutral' } as const;

/** Commands that change the control plane; looking is not an event of its own. */
const changing = /\b(?:systemctl\s+(?:--\S+\s+)*(?:start|stop|restart|disable|enable|reset-failed|mask|kill)|snapshot\s+(?:restore|save)|member\s+(?:add|remove|update|promote)|alarm\s+disarm|defrag|compact(?:ion)?\s+\d|endpoint\s+hashkv|kubeadm\s+(?:reset|init|join|certs|alpha|upgrade)|docker\s+(?:restart|stop|start|rm|kill)|crictl\s+(?:rm|rmp|stop|stopp)|reboot|shutdown|poweroff|init\s+[06]|fsck|xfs_repair|e2fsck|mount\s+-o\s+remount|--force-new-cluster|--cluster-reset|etcdctl\s+(?:del|backup|restore)|kubectl\s+(?:delete|apply|drain|replace)|swapoff|setenforce|chown|chmod|restorecon|ntpdate|chronyc\s+(?:makestep|-a)|timedatectl\s+set|date\s+-s|hwclock|find\s+.*-delete|truncate\s)/;
const fileChange = /^\s*(?:sudo\s+)?(?:rm|mv|cp|rsync|tar|scp|dd|unzip|gunzip)\s/;
const controlPath = /etcd|kubernetes|\/var\/lib\/|\/var\/log|\/var\/backups|rancher|snapshot|manifests|\.db\b/;

/** True for a command that may have changed etcd, its data, its host or the API server. */
export function changesSomething(command: string): boolean {
  return changing.test(command) || (fileChange.test(command) && controlPath.test(command));
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
    params: { user: fact.user ?? '?', command, ...(mistake === null ? {} : { mistake }) }, key: `command ${fact.at.artifact} ${fact.at.line ?? ''}`,
  };
}

/** The first moments at which somebody demonstrably looked: logins, timed commands, and the collection itself. */
export function lookingTimes(draft: Draft, people: readonly Sign[]): readonly { readonly time: Interval; readonly sign: Sign | null }[] {
  const timed = draft.facts.flatMap((fact) => (fact.kind === 'command' && fact.time !== null ? [{ time: draft.when(fact.time, fact.host, fact.at.artifact), sign: null }] : []));
  return [...people.filter((s) => s.kind === 'login').map((sign) => ({ time: sign.time, sign })), ...timed, { time: draft.collected, sign: null }];
}
