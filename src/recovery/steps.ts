import type { Message, PlanStep, Said } from '../case/model.js';
import { say } from '../words/say.js';
import type { Language } from '../words/catalogue.js';
import type { PlanHost } from './plan-host.js';
import { renewsDirectory, restoreFlags, restorePrograms, snapshotFile, startCommands, stopCommands, workFolder, type ScriptPlan } from './script.js';
import { shellWord } from '../artifacts/shell/shell-word.js';

type Phase = PlanStep['phase'];

/** The phases in their order; the roll-back is not on the path. */
export const phases: readonly Phase[] = ['preflight', 'stop', 'keep', 'restore', 'start', 'verify', 'control-plane'];

/** What is done on a control-plane host without etcd. */
const withoutEtcd: readonly Phase[] = ['preflight', 'stop', 'control-plane'];

/** A message with its text in one language. */
export function saidIn(language: Language, message: Message): Said {
  return { ...message, text: say(language, message.key, message.params) };
}

function certificates(host: PlanHost): string {
  if (!host.endpoint.startsWith('https')) return '';
  return [['--cacert', host.caFile], ['--cert', host.certFile], ['--key', host.keyFile]].flatMap(([flag, path]) => (path === null || path === undefined ? [] : [` ${flag}=${shellWord(path)}`])).join('');
}

function ask(plan: ScriptPlan, host: PlanHost, words: string): string {
  return `${plan.tool.api === null ? '' : 'ETCDCTL_API=3 '}${shellWord(host.etcdctl)} --endpoints=${shellWord(host.endpoint)}${certificates(host)} ${words}`;
}

function shown(line: string, work: string): string {
  return line.replace('"$WORK/manifests/etcd.yaml"', shellWord(`${work}/manifests/etcd.yaml`));
}

const directories = (host: PlanHost): readonly string[] => [host.dataDir, ...(host.walDir === null ? [] : [host.walDir])];

/** The commands behind one phase as the script runs them, with every value filled in. */
function phaseCommands(phase: Phase, plan: ScriptPlan, host: PlanHost): readonly string[] {
  const work = workFolder(plan, host);
  const data = shellWord(host.dataDir);
  const inside = (path: string, word: string): string => shellWord(`${path}/.${word}-${plan.id}`);
  const target = (path: string): string => (host.mounts.includes(path) ? inside(path, 'restore') : shellWord(path));
  const settle = (path: string, what: string): readonly string[] => (host.mounts.includes(path) ? [`mv ${target(path)}/${what} ${shellWord(path)}/`] : []);
  const aside = (path: string, word: string): string => shellWord(`${path}.${word}-${plan.id}`);
  const planeParts = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
  const stopPlane = host.controlPlane === 'systemd' ? planeParts.map((part) => `systemctl stop ${part}`) : host.controlPlane === 'static-pod' ? planeParts.map((part) => `mv ${shellWord(`${host.manifests}/${part}.yaml`)} ${shellWord(`${work}/manifests/`)}`) : [];
  const startPlane = host.controlPlane === 'systemd' ? planeParts.map((part) => `systemctl start ${part}`) : host.controlPlane === 'static-pod' ? [...planeParts.map((part) => `mv ${shellWord(`${work}/manifests/${part}.yaml`)} ${shellWord(`${host.manifests}/`)}`), 'systemctl restart kubelet'] : [];
  const jobOff = [...host.backup.timers.map((timer) => `systemctl disable --now ${shellWord(timer)}`), ...(host.backup.commands.length === 0 ? [] : [`crontab -l > ${shellWord(`${work}/crontab.before`)}`, `grep -vF ${host.backup.commands.map((command) => `-e ${shellWord(command)}`).join(' ')} ${shellWord(`${work}/crontab.before`)} | crontab -`])];
  const jobOn = [...host.backup.timers.map((timer) => `systemctl enable --now ${shellWord(timer)}`), ...(host.backup.commands.length === 0 ? [] : [`crontab ${shellWord(`${work}/crontab.before`)}`])];
  switch (phase) {
    case 'preflight':
      if (host.runsAs === 'none') return [];
      return plan.usesSnapshot ? [`mkdir -p ${shellWord(work)}`, `cp ${snapshotFile} ${shellWord(`${work}/${snapshotFile}`)}`, `sha256sum ${shellWord(`${work}/${snapshotFile}`)}`, `df -Pk ${data}`] : [`df -Pk ${data}`];
    case 'stop':
      return [`mkdir -p ${shellWord(`${work}/manifests`)}`, ...jobOff, ...stopPlane, ...stopCommands(host).map((line) => shown(line, work))];
    case 'keep':
      return directories(host).flatMap((path) => {
        if (!renewsDirectory(plan)) return host.mounts.includes(path) ? [`mkdir ${inside(path, 'copy')}`, `cp -a ${shellWord(path)}/* ${inside(path, 'copy')}/`] : [`cp -a ${shellWord(path)} ${aside(path, 'copy')}`];
        return host.mounts.includes(path) ? [`mkdir ${inside(path, 'broken')}`, `mv ${shellWord(path)}/* ${inside(path, 'broken')}`] : [`mv ${shellWord(path)} ${aside(path, 'broken')}`];
      });
    case 'restore': {
      const owned = [`chown -R ${shellWord(host.owner)} ${data}`, `chmod 700 ${data}`, `restorecon -R ${data}`];
      const settled = [...settle(host.dataDir, 'member'), ...(host.walDir === null ? [] : settle(host.walDir, '*'))];
      if (plan.source !== null) return [`cp -a ${shellWord(plan.source.directory)} ${target(host.dataDir)}`, ...settled, ...owned];
      const program = restorePrograms(plan, host)[0] ?? plan.tool.program;
      const flags = restoreFlags(plan, host).map((word) => (word.startsWith('--') ? word : shellWord(word))).join(' ');
      const restore = `${plan.tool.api !== null && program.endsWith('etcdctl') ? 'ETCDCTL_API=3 ' : ''}${shellWord(program)} snapshot restore ${shellWord(`${work}/${snapshotFile}`)} ${flags} --data-dir ${target(host.dataDir)}${host.walDir === null ? '' : ` --wal-dir ${target(host.walDir)}`}`;
      return [restore, ...settled, ...owned];
    }
    case 'start':
      return startCommands(host).map((line) => shown(line, work));
    case 'verify':
      return [
        `ctl() { ${ask(plan, host, '"$@"')}; }`,
        ...['endpoint health', 'alarm list', 'member list', "get '' --from-key --limit=1 -w fields", 'lease grant 60', ...(plan.members.length > 1 ? ['endpoint hashkv --cluster'] : []), 'endpoint status -w table'].map((words) => `ctl ${words}`),
      ];
    case 'control-plane':
      return [...(host.runsAs === 'none' ? [] : [ask(plan, host, `snapshot save ${shellWord(`${work}/after-restore.db`)}`)]), ...startPlane, ...jobOn];
    case 'rollback':
      return [
        ...stopPlane, ...stopCommands(host).map((line) => shown(line, work)),
        ...directories(host).flatMap((path) => (host.mounts.includes(path)
          ? [`mkdir ${inside(path, 'restored')}`, `mv ${shellWord(path)}/* ${inside(path, 'restored')}`, `mv ${inside(path, renewsDirectory(plan) ? 'broken' : 'copy')}/* ${shellWord(path)}/`]
          : [`mv ${shellWord(path)} ${aside(path, 'restored')}`, `mv ${aside(path, renewsDirectory(plan) ? 'broken' : 'copy')} ${shellWord(path)}`])),
        ...startPlane,
      ];
  }
}

/** All steps in the safe order: every phase is done on all hosts before the next one starts on any. */
export function planSteps(plan: ScriptPlan, hosts: readonly PlanHost[], language: Language): readonly PlanStep[] {
  const order = phases.filter((phase) => renewsDirectory(plan) || phase !== 'restore');
  const steps: PlanStep[] = [];
  let before: readonly string[] = [];
  for (const phase of order) {
    const concerned = hosts.filter((host) => host.runsAs !== 'none' || withoutEtcd.includes(phase));
    const made = concerned.map((host): PlanStep => {
      const params = {
        host: host.host, data: host.dataDir, members: plan.members.length, revision: plan.expectedRevision ?? '?', keys: plan.expectedKeys ?? '?',
        version: plan.version, sha256: plan.snapshot?.sha256 ?? '', script: host.script,
      };
      return {
        id: `${phase}-${host.script.slice('restore-'.length, -'.sh'.length)}`,
        host: host.host, address: host.address === '' ? null : host.address, script: host.script, phase, needs: before,
        title: saidIn(language, { key: `recovery.step.${phase}.title`, params }),
        commands: phaseCommands(phase, plan, host),
        expect: saidIn(language, { key: `recovery.step.${phase}.expect`, params }),
        stopIf: saidIn(language, { key: `recovery.step.${phase}.stop`, params }),
        evidence: phase === 'restore' ? [host.settings.name, host.settings.peerUrl, host.settings.dataDir, host.settings.initialCluster, host.settings.initialClusterToken].flatMap((one) => one?.evidence ?? []) : [],
      };
    });
    steps.push(...made);
    before = made.map((step) => step.id);
  }
  return steps;
}
