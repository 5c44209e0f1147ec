import type { ArtifactReader } from '../reader.js';
import { containerInspect } from './container-inspect.js';
import { crictl } from './crictl.js';
import { crontab } from './crontab.js';
import { dockerPs } from './docker-ps.js';
import { envFile } from './env-file.js';
import { listTimers } from './list-timers.js';
import { log } from './log.js';
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
  crontab,
  log,
];
