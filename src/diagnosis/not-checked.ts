import type { Said } from '../case/model.js';
import type { Language } from '../words/catalogue.js';
import { say } from '../words/say.js';
import { missing, said } from './cause.js';
import { deciders, type DeciderId } from './deciders.js';
import type { Hypothesis } from './rule.js';
import type { View } from './view.js';

/** What every case wants to see, most telling first. */
const always: readonly DeciderId[] = ['etcd-log', 'data-dir', 'snapshots', 'boots', 'kernel-log', 'disk-space', 'settings', 'certificates', 'schedule', 'history'];
const ofClusters: readonly DeciderId[] = ['members', 'endpoint-status'];

/** What was not in the bundle and would have decided, with the command that collects it; members without any artifact first. */
export function notChecked(view: View, ranked: readonly Hypothesis[], language: Language): readonly Said[] {
  const { draft } = view;
  const hostsWithFacts = new Set(draft.facts.map((fact) => fact.host));
  const silent = draft.members.filter((member) => member.host === null || !hostsWithFacts.has(member.host)).map((member) => member.name ?? member.host ?? member.peerUrls[0] ?? '?');
  const open = ranked.filter((h) => h.confidence === 'likely' || h.confidence === 'possible').flatMap((h) => h.rule.decide);
  const wanted = new Set<DeciderId>([...open, ...always, ...(draft.members.length > 1 ? ofClusters : [])]);
  return [
    ...(draft.members.length > 1 ? silent : []).map((host) => said(language, 'decider.missing', { what: say(language, 'decider.other-hosts', { host }), command: 'etcd-autopsy collect' })),
    ...[...wanted].filter((id) => !deciders[id].present(view)).map((id) => missing(id, view, language)),
  ];
}
