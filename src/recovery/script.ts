import { readFileSync } from 'node:fs';
import type { PlanHost } from './plan-host.js';
import type { RestoreTool } from './plan-restore-tool.js';
import { shellAssignments, shellWord } from '../artifacts/shell/shell-word.js';

/** What all scripts of one plan share. */
export interface ScriptPlan {
  /** Short id of the plan: in the names of what is put aside. */
  readonly id: string;
  readonly version: string;
  readonly tool: RestoreTool;
  readonly usesSnapshot: boolean;
  /** A directory of the host that is copied to where etcd looks, with the SHA-256 of its db; null when nothing is put in place. */
  readonly source: { readonly directory: string; readonly sha256: string } | null;
  readonly snapshot: { readonly sha256: string; readonly size: number; readonly origin: string | null; readonly skipHashCheck: boolean } | null;
  readonly initialCluster: string;
  readonly token: string;
  readonly members: readonly { readonly name: string; readonly url: string }[];
  /** Revision to raise by, or null when the tool has no such flag. */
  readonly bump: number | null;
  readonly expectedRevision: number | null;
  readonly expectedKeys: number | null;
}

/** True when the data directory is made anew, and the old one is put aside; else etcd starts on the one that is there. */
export function renewsDirectory(plan: Pick<ScriptPlan, 'usesSnapshot' | 'source'>): boolean {
  return plan.usesSnapshot || plan.source !== null;
}

/** The snapshot's name in `restore/`, beside the scripts. */
export const snapshotFile = 'snapshot.db';

let body: string | null = null;

/** The part that is the same in every script: `templates/restore.sh`, read once. */
function scriptBody(): string {
  body ??= readFileSync(new URL('../../templates/restore.sh', import.meta.url), 'utf8');
  return body;
}

/** The private folder of one plan on one host. */
export function workFolder(plan: Pick<ScriptPlan, 'id'>, host: PlanHost): string {
  return `/root/etcd-restore-${plan.id}-${host.script.slice('restore-'.length, -'.sh'.length)}`;
}

/** Words of the restore after the program; `--data-dir` and `--wal-dir` come from the caller. */
export function restoreFlags(plan: ScriptPlan, host: PlanHost): readonly string[] {
  return [
    '--name', host.name,
    '--initial-cluster', plan.initialCluster,
    '--initial-cluster-token', plan.token,
    '--initial-advertise-peer-urls', host.peerUrl,
    ...(plan.bump === null ? [] : ['--bump-revision', String(plan.bump), '--mark-compacted']),
    ...(plan.snapshot?.skipHashCheck === true ? ['--skip-hash-check'] : []),
  ];
}

/** The programs to try, most exact first. */
export function restorePrograms(plan: ScriptPlan, host: PlanHost): readonly string[] {
  const named = plan.tool.program === 'etcdutl' ? [host.etcdutl, 'etcdutl'] : [host.etcdctl, 'etcdctl'];
  const second = plan.tool.fallback === null ? [] : [host.etcdctl, 'etcdctl'];
  return [...new Set([...named, ...second])].filter((word) => /^[A-Za-z0-9_/.@+-]+$/.test(word));
}

/** How etcd is stopped on this host: the lines of the script and of the runbook. */
export function stopCommands(host: PlanHost): readonly string[] {
  switch (host.runsAs) {
    case 'systemd': return [`systemctl stop ${shellWord(host.unit)}`];
    case 'docker': return [`systemctl stop ${shellWord(host.unit)}`, `${host.engine} stop ${shellWord(host.container)} || true`];
    case 'container': return [`${host.engine} update --restart=no ${shellWord(host.container)}`, `${host.engine} stop ${shellWord(host.container)}`];
    case 'static-pod': return [`mv ${shellWord(host.manifest)} "$WORK/manifests/etcd.yaml"`];
    case 'none': return [];
  }
}

/** How etcd is started on this host, without waiting for the other members. */
export function startCommands(host: PlanHost): readonly string[] {
  switch (host.runsAs) {
    case 'systemd':
    case 'docker': return [`systemctl reset-failed ${shellWord(host.unit)} || true`, `systemctl start --no-block ${shellWord(host.unit)}`];
    case 'container': return [`${host.engine} start ${shellWord(host.container)}`];
    case 'static-pod': return [`mv "$WORK/manifests/etcd.yaml" ${shellWord(host.manifest)}`];
    case 'none': return [];
  }
}

function block(name: string, lines: readonly string[]): string {
  return `${name}() {\n${lines.map((line) => `  ${line}`).join('\n')}\n}`;
}

function stopFunction(host: PlanHost): string {
  const unit = shellWord(host.unit);
  const lines = stopCommands(host).map((line) => (line.endsWith('|| true') ? line.replace(' || true', ' >/dev/null 2>&1 || true') : line));
  if (host.runsAs === 'static-pod') {
    const manifest = shellWord(host.manifest);
    return block('stop_etcd', ['mkdir -p "$WORK/manifests"', `if [ -e ${manifest} ]; then`, `  say mv ${manifest} "$WORK/manifests/"`, `  ${lines[0] ?? ''}`, 'fi', 'wait_for_no_container etcd']);
  }
  if (host.runsAs === 'none') return block('stop_etcd', [':']);
  if (host.runsAs === 'container') return block('stop_etcd', ['mkdir -p "$WORK"', 'hold_restart_policy', ...lines.slice(1).flatMap((line) => [`say ${line}`, line])]);
  return block('stop_etcd', [
    `say systemctl stop ${unit}`, ...lines,
    `case $(systemctl is-active ${unit} 2>/dev/null || true) in`,
    `  active | activating | reloading | deactivating) halt ${shellWord(`${host.unit} is still running`)} ;;`,
    'esac',
  ]);
}

function startFunction(host: PlanHost): string {
  if (host.runsAs === 'none') return block('start_etcd', [':']);
  if (host.runsAs === 'static-pod') {
    return block('start_etcd', ['if [ -e "$WORK/manifests/etcd.yaml" ]; then', `  say mv "$WORK/manifests/etcd.yaml" ${shellWord(host.manifest)}`, ...startCommands(host).map((line) => `  ${line}`), 'fi']);
  }
  const lines = startCommands(host).flatMap((line) => (line.endsWith('|| true') ? [line.replace(' || true', ' >/dev/null 2>&1 || true')] : [`say ${line}`, line]));
  return block('start_etcd', host.runsAs === 'container' ? ['give_back_restart_policy', ...lines] : lines);
}

function restoreFunction(plan: ScriptPlan, host: PlanHost): string {
  if (host.runsAs !== 'none' && plan.source !== null) return block('restore_data', ['cp -a "$SOURCE_DIR" "$TARGET_DIR"']);
  if (host.runsAs === 'none' || !plan.usesSnapshot) return block('restore_data', [':']);
  const words = restoreFlags(plan, host);
  const pairs: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    const next = words[i + 1];
    if (next !== undefined && !next.startsWith('--')) {
      pairs.push(`${word} ${shellWord(next)}`);
      i += 1;
    } else pairs.push(word);
  }
  const dirs = ['--data-dir "$TARGET_DIR"', ...(host.walDir === null ? [] : ['--wal-dir "$TARGET_WAL"'])];
  return block('restore_data', [`restore_tool snapshot restore "$WORK/${snapshotFile}" \\`, ...[...pairs, ...dirs].map((line, i, all) => `  ${line}${i === all.length - 1 ? '' : ' \\'}`)]);
}

/** The whole script of one host. Throws a RangeError when a value is unfit for a command. */
export function restoreScript(plan: ScriptPlan, host: PlanHost): string {
  const values = {
    HOST: host.host,
    ADDRESS: host.address,
    PLAN: plan.id,
    WORK: workFolder(plan, host),
    ETCD: host.runsAs,
    RUNTIME: host.runtime ?? '',
    CONTAINER: host.container,
    CLI: host.engine,
    UNIT: host.unit,
    CONTROL_PLANE: host.controlPlane,
    MANIFESTS: host.manifests,
    MANIFEST: host.manifest,
    VERSION: plan.version,
    LINE: plan.tool.line,
    API: plan.tool.api ?? '',
    RESTORE_TOOLS: restorePrograms(plan, host).join(' '),
    RESTORE_TOOL: '',
    TOOL_ADVICE: `put ${plan.tool.program} of etcd ${plan.version} on PATH`,
    ENGINE: '',
    IMAGE: host.runsAs === 'systemd' || host.runsAs === 'none' ? '' : host.image,
    IMAGE_TOOL: plan.tool.program,
    BUMP: plan.bump === null || !plan.usesSnapshot ? 'no' : 'yes',
    USES_SNAPSHOT: plan.usesSnapshot ? 'yes' : 'no',
    RENEWS: renewsDirectory(plan) ? 'yes' : 'no',
    SOURCE_DIR: plan.source?.directory ?? '',
    SOURCE_SHA256: plan.source?.sha256 ?? '',
    SNAPSHOT_FILE: snapshotFile,
    SNAPSHOT_SHA256: plan.snapshot?.sha256 ?? '',
    SNAPSHOT_ORIGIN: plan.snapshot?.origin ?? '',
    NEEDED_KB: String(Math.ceil(((plan.snapshot?.size ?? 0) * 2) / 1024) + 131072),
    DATA_DIR: host.dataDir,
    WAL_DIR: host.walDir ?? '',
    OWNER: host.owner,
    ENDPOINT: host.endpoint,
    TLS: host.endpoint.startsWith('https') ? 'yes' : host.peerUrl.startsWith('https') && host.certFile !== null ? 'maybe' : 'no',
    CA_FILE: host.caFile ?? '',
    CERT_FILE: host.certFile ?? '',
    KEY_FILE: host.keyFile ?? '',
    SERVER_CERT: host.serverCert ?? '',
    SERVER_KEY: host.serverKey ?? '',
    ETCDCTL: host.etcdctl,
    MEMBER_COUNT: String(plan.members.length),
    MEMBERS: plan.members.map((member) => `${member.name}=${member.url}`).join('\n'),
    EXPECTED_REVISION: plan.expectedRevision === null ? '' : String(plan.expectedRevision + (plan.usesSnapshot ? (plan.bump ?? 0) : 0)),
    EXPECTED_KEYS: plan.expectedKeys === null ? '' : String(plan.expectedKeys),
    BACKUP_JOBS: host.backup.commands.join('\n'),
    BACKUP_TIMERS: host.backup.timers.join(' '),
    LOGS: host.runsAs === 'static-pod' ? 'crictl logs or docker logs of the etcd container' : host.runsAs === 'container' ? `${host.engine} logs ${host.container}` : `journalctl -u ${host.unit} -n 50`,
  };
  return [
    '#!/bin/sh',
    `# Restores etcd ${plan.version} on one host. Made by etcd-autopsy from this host's own files.`,
    '# Without a phase it explains itself and does nothing.',
    '# shellcheck disable=SC2034',
    'set -eu',
    '',
    shellAssignments(values),
    '',
    stopFunction(host),
    '',
    startFunction(host),
    '',
    restoreFunction(plan, host),
    '',
    scriptBody(),
  ].join('\n');
}
