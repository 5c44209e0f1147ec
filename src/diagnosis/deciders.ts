import type { Fact } from '../artifacts/fact.js';
import { copyCommand } from '../case/copy-command.js';
import type { View } from './view.js';

/** Artifacts that decide between hypotheses. The words are `decider.ID`, with the command in `{command}`. */
export type DeciderId = keyof typeof deciders;

interface Decider {
  /** True when the bundle holds it. */
  readonly present: (view: View) => boolean;
  /** What collects it on the host, as this installation has it. */
  readonly command: string | ((view: View) => string);
}

const has = (view: View, kind: Fact['kind'], test: (fact: never) => boolean = () => true): boolean => view.draft.facts.some((fact) => fact.kind === kind && test(fact as never));
const spoken = (view: View, ...sources: readonly string[]): boolean => view.facts('log-span').some((fact) => sources.includes(fact.source)) || view.facts('log').some((fact) => sources.includes(fact.source));

export const deciders = {
  'boots': { present: (view) => view.facts('boot').some((fact) => /^(?:reboot|shutdown)\s/.test(fact.at.text)), command: 'last -x -F' },
  'journal-before': { present: (view) => spoken(view, 'systemd', 'journald'), command: 'journalctl -b -1 -n 300 -o short-iso --no-pager' },
  'kernel-log': { present: (view) => spoken(view, 'kernel'), command: 'dmesg -T; journalctl -k -b -1 -o short-iso --no-pager' },
  'etcd-log': { present: (view) => spoken(view, 'etcd', 'k3s', 'rke2'), command: 'journalctl -u etcd -o short-iso --no-pager   # or: crictl logs --timestamps CONTAINER' },
  'data-dir': { present: (view) => view.draft.candidates.some((c) => c.candidate.kind === 'data-dir'), command: (view) => copyCommand(view.draft) },
  'data-listing': { present: (view) => view.draft.candidates.some((c) => c.candidate.kind === 'data-dir') || view.facts('file').some((fact) => /\/member(?:\/|$)/.test(fact.path)), command: 'ls -lR --full-time /var/lib/etcd' },
  'snapshots': { present: (view) => view.draft.candidates.some((c) => c.candidate.kind !== 'data-dir'), command: 'ls -l --full-time BACKUP_DIR; sha256sum BACKUP_DIR/*' },
  'disk-space': { present: (view) => has(view, 'disk'), command: 'df -h; df -i' },
  'smart': { present: (view) => view.facts('metric').some((fact) => fact.name.startsWith('smart_')), command: 'smartctl -a /dev/DISK' },
  'memory': { present: (view) => has(view, 'memory'), command: 'free -m; dmesg -T | grep -i oom' },
  'certificates': { present: (view) => has(view, 'certificate'), command: 'for c in /etc/kubernetes/pki/etcd/*.crt /etc/ssl/etcd/ssl/*.pem; do openssl x509 -noout -subject -dates -ext subjectAltName -in "$c"; done' },
  'members': { present: (view) => has(view, 'member'), command: 'etcdctl member list -w table' },
  'endpoint-status': { present: (view) => has(view, 'endpoint'), command: 'etcdctl endpoint status --cluster -w json' },
  'alarms': { present: (view) => has(view, 'alarm') || view.facts('command').some((fact) => /\balarm\s+list\b/.test(fact.command)), command: 'etcdctl alarm list' },
  'history': { present: (view) => has(view, 'command'), command: "HISTTIMEFORMAT='%F %T ' history   # and ~/.bash_history of root and of the users with sudo" },
  'clock': { present: (view) => has(view, 'clock'), command: 'date; timedatectl; chronyc tracking' },
  'addresses': { present: (view) => view.facts('address').some((fact) => fact.interfaceName !== null), command: 'ip addr; cat /etc/hosts' },
  'settings': { present: (view) => has(view, 'env') || has(view, 'unit') || has(view, 'manifest'), command: 'systemctl cat etcd; cat /etc/etcd.env /etc/kubernetes/manifests/etcd.yaml' },
  'unit-status': { present: (view) => has(view, 'unit-status') || has(view, 'container'), command: 'systemctl status etcd kubelet --no-pager -l; crictl ps -a || docker ps -a' },
  'kubelet-log': { present: (view) => spoken(view, 'kubelet'), command: 'journalctl -u kubelet -o short-iso --no-pager' },
  'apiserver-log': { present: (view) => spoken(view, 'kube-apiserver'), command: 'crictl logs --timestamps $(crictl ps -a --name kube-apiserver -q | head -1)' },
  'schedule': { present: (view) => has(view, 'cron') || has(view, 'timer'), command: 'crontab -l; cat /etc/cron.d/*; systemctl list-timers --all --no-pager' },
  'backup-script': { present: (view) => has(view, 'backup-script'), command: 'cat the script that the schedule calls' },
  'processes': { present: (view) => has(view, 'process'), command: 'ps -ef' },
  'encryption-config': { present: (view) => view.facts('manifest').some((fact) => fact.containers.some((c) => c.command.some((word) => word.includes('encryption-provider-config')))), command: 'grep encryption-provider /etc/kubernetes/manifests/kube-apiserver.yaml; grep "name:" THAT_FILE   # names only, no secrets' },
  'ownership': { present: (view) => view.facts('file').some((fact) => fact.owner !== null && /\/member(?:\/|$)|etcd$/.test(fact.path)), command: 'ls -ldZ /var/lib/etcd /var/lib/etcd/member' },
} as const satisfies Readonly<Record<string, Decider>>;
