import type { ArtifactReader } from '../reader.js';
import { backupScript } from './backup-script.js';
import { certificates } from './certificates.js';
import { digests } from './digests.js';
import { kubectlGet } from './kubectl-get.js';
import { metrics } from './metrics.js';
import { addresses, hostName, hostsFile } from './network.js';
import { note } from './note.js';
import { rancherConfig } from './rancher-config.js';
import { shellHistory } from './shell-history.js';
import { iostat, lsblk, smart } from './storage-health.js';
import { last, uptime } from './boots.js';
import { chronyc, dateOutput, timedatectl, zoneFile } from './clock.js';
import { df, free } from './disk.js';
import { etcdctl } from './etcdctl.js';
import { listing } from './listing.js';
import { podManifest } from './pod-manifest.js';
import { processes } from './processes.js';
import { programVersions } from './program-versions.js';
import { containerInspect } from './container-inspect.js';
import { crictl } from './crictl.js';
import { crontab } from './crontab.js';
import { dockerPs } from './docker-ps.js';
import { envFile } from './env-file.js';
import { journalExport } from './journal-export.js';
import { listTimers } from './list-timers.js';
import { log, logInProse } from './log.js';
import { systemctlShow } from './systemctl-show.js';
import { systemctlStatus } from './systemctl-status.js';
import { unitFile } from './unit-file.js';

/** Every kind of text artifact that is understood. Adding one = one file beside this and one line here. */
export const readers: readonly ArtifactReader[] = [
  dockerPs,
  containerInspect,
  crictl,
  systemctlStatus,
  systemctlShow,
  unitFile,
  listTimers,
  envFile,
  rancherConfig,
  crontab,
  log,
  journalExport,
  dateOutput,
  timedatectl,
  chronyc,
  zoneFile,
  last,
  uptime,
  df,
  free,
  processes,
  listing,
  programVersions,
  etcdctl,
  podManifest,
  shellHistory,
  digests,
  certificates,
  metrics,
  hostsFile,
  addresses,
  hostName,
  kubectlGet,
  lsblk,
  smart,
  iostat,
  note,
  logInProse,
  backupScript,
];
