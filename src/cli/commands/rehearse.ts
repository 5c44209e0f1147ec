import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Case } from '../../case/model.js';
import { memorySized, readSnapshot } from '../../etcd/snapshot/index.js';
import { etcdLine } from '../../etcd/version.js';
import { fileSource } from '../../intake/file-source.js';
import { chooseServer, findServers, plannedRestore, rehearse, serverFromImage, type EtcdServer, type PlannedRestore, type Predicted, type Rehearsal } from '../../rehearsal/index.js';
import type { Language } from '../../words/catalogue.js';
import { say } from '../../words/say.js';
import { exitCode } from '../exit-codes.js';
import { endOnSignals } from '../interruption.js';
import { currentLanguage } from '../language.js';

interface Options {
  readonly etcdBin?: string;
  readonly snapshot?: string;
  readonly json?: boolean;
}

/** `rehearse OUT_DIR`: runs the plan here with a real etcd and writes the result into the case. */
export function define(command: Command): Command {
  const language = currentLanguage();
  return command
    .argument('<case>', say(language, 'rehearse.arg'))
    .option('--etcd-bin <dir>', say(language, 'rehearse.bin'))
    .option('--snapshot <file>', say(language, 'rehearse.snapshot'))
    .option('--json', say(language, 'rehearse.json'))
    .addHelpText('after', `
  etcd-autopsy rehearse out/
  etcd-autopsy rehearse out/ --etcd-bin ./etcd-v3.5.16-linux-amd64
  etcd-autopsy rehearse out/case.json --snapshot /backup/snapshot.db --json`)
    .action(async (path: string, options: Options) => {
      process.exitCode = await run(path, options, language);
    });
}

async function run(path: string, options: Options, language: Language): Promise<number> {
  const complain = (key: string, params: Readonly<Record<string, string | number>>, code: number): number => {
    process.stderr.write(`etcd-autopsy: ${say(language, key, params)}\n`);
    return code;
  };
  const casePath = existsSync(path) && statSync(path).isDirectory() ? join(path, 'case.json') : path;
  const theCase = readCase(casePath);
  if (theCase === null) return complain('rehearse.no-case', { path: casePath }, exitCode.usage);
  const sha256 = theCase.plan?.candidate?.sha256 ?? null;
  const planned = plannedRestore(theCase) ?? (theCase.plan?.kind === 'restore-snapshot' && theCase.plan.manual.length > 0 && sha256 !== null ? single : null);
  if (planned === null) return complain('rehearse.none', {}, exitCode.inconclusive);
  const snapshot = resolve(options.snapshot ?? join(dirname(casePath), 'restore', 'snapshot.db'));
  if (!existsSync(snapshot)) return complain('rehearse.no-snapshot', { path: snapshot }, exitCode.usage);
  const source = fileSource(snapshot);
  const report = readSnapshot(source, source.byteLength <= memorySized ? { keysHash: true } : {});
  if (report.sha256 !== sha256) return complain('rehearse.wrong-snapshot', { path: snapshot, actual: report.sha256, expected: sha256 ?? '?' }, exitCode.usage);

  const wanted = theCase.installation.etcdVersion?.value ?? '';
  const scratch = mkdtempSync(join(tmpdir(), 'etcd-image-'));
  const remove = (): void => rmSync(scratch, { recursive: true, force: true });
  process.once('exit', remove);
  const goOn = endOnSignals();
  try {
    const found = findServers(options.etcdBin ?? null, process.env['PATH'] ?? '');
    const server = serverFor(found, wanted, options.etcdBin === undefined ? imagesOf(theCase, wanted) : [], scratch);
    if (server === null) return complain('rehearse.no-server', { version: wanted, found: found.map((one) => one.version).join(', ') || say(language, 'rehearse.none-found') }, exitCode.inconclusive);
    if (server.version !== wanted) process.stderr.write(`${say(language, 'rehearse.other-server', { version: wanted, used: server.version })}\n`);
    if (planned === single) process.stderr.write(`${say(language, 'rehearse.generic')}\n`);
    process.stderr.write(`${say(language, 'rehearse.using', { version: server.version, members: planned.members.length })}\n`);
    const line = etcdLine(server.version);
    const served = line === null ? null : (report.restore?.[line].served ?? null);
    const predicted: Predicted = {
      revision: served === null ? null : Number(served.revision), keys: served?.keys ?? null, keysHash: served?.keysHash ?? null, alarms: report.alarms.length,
    };
    const quiet = options.json === true;
    const result = await rehearse({ server, plan: planned, snapshot, predicted, language, ...(quiet ? {} : { onProgress: (text: string) => void process.stdout.write(`${text}\n`) }) });
    await writeInto(casePath, result);
    process.stdout.write(quiet ? `${JSON.stringify({ ...result, wanted }, null, 2)}\n` : `${say(language, result.passed ? 'rehearse.passed' : 'rehearse.failed', { version: result.etcdVersion, at: result.at })}\n`);
    if (!quiet) process.stderr.write(`${say(language, 'rehearse.written', { path: casePath })}\n`);
    return result.passed ? exitCode.ok : exitCode.findings;
  } finally {
    remove();
    process.off('exit', remove);
    goOn();
  }
}

/** A snapshot that the installer's own tools will restore: proven alone, under etcd's default name. */
const single: PlannedRestore = {
  members: [{ name: 'default', peerUrl: 'http://localhost:2380', hasWalDir: false }],
  initialCluster: 'default=http://localhost:2380', token: 'etcd-cluster', bump: null, skipHashCheck: false,
};

function readCase(path: string): Case | null {
  try {
    const value = JSON.parse(readFileSync(path, 'utf8')) as Case;
    return value.tool.name === 'etcd-autopsy' && Array.isArray(value.candidates) ? value : null;
  } catch {
    return null;
  }
}

/** Images that may already be on this machine: the cluster's own, then the published ones. */
function imagesOf(theCase: Case, version: string): readonly string[] {
  const own = theCase.members.flatMap((member) => (member.settings.image === null ? [] : [member.settings.image.value]));
  return [...new Set([...own, ...(/^\d+\.\d+\.\d+$/.test(version) ? [`quay.io/coreos/etcd:v${version}`, `gcr.io/etcd-development/etcd:v${version}`, `registry.k8s.io/etcd:${version}-0`] : [])])];
}

function serverFor(found: readonly EtcdServer[], wanted: string, images: readonly string[], scratch: string): EtcdServer | null {
  const chosen = chooseServer(found, wanted);
  if (chosen?.version === wanted) return chosen;
  for (const [i, image] of images.entries()) {
    const server = serverFromImage(image, join(scratch, String(i)));
    if (server !== null) return server;
  }
  return chosen;
}

/** Writes the result into the case and, where the reports lie beside it, into them. Never leaves half a file. */
async function writeInto(path: string, rehearsal: Rehearsal): Promise<void> {
  const value: Case = { ...(JSON.parse(readFileSync(path, 'utf8')) as Case), rehearsal };
  const folder = dirname(path);
  if (existsSync(join(folder, 'postmortem.md'))) {
    const { writeReports } = await import('../../report/index.js');
    await writeReports(value, folder, { pdf: existsSync(join(folder, 'postmortem.pdf')) });
    return;
  }
  writeFileSync(`${path}.part`, `${JSON.stringify(value, null, 2)}\n`);
  renameSync(`${path}.part`, path);
}
