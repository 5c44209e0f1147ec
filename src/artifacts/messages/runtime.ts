import { entry, runtime, type MessageEntry } from './entry.js';

/** dockerd and containerd. */
export const runtimeMessages: readonly MessageEntry[] = [
  entry('runtime.no-space', runtime, 'bad', 'disk-full', [/no space left on device/], 'failed to create shim: mkdir /run/containerd/…: no space left on device'),
  entry('runtime.task-exit', runtime, 'info', 'symptom.restart-loop', [/TaskExit event/, /topic=\/tasks\/delete/, /ignoring event.*tasks\/delete/], 'TaskExit event in podsandbox handler container_id:"…" exit_status:2'),
  entry('runtime.oom', runtime, 'bad', 'oom-killed', [/TaskOOM event/, /topic=\/tasks\/oom/], 'TaskOOM event container_id:"…"', { severity: 'warning' }),
  entry('runtime.started', runtime, 'start', 'life.runtime', [/Daemon has completed initialization/, /API listen on \//, /containerd successfully booted/], 'Daemon has completed initialization'),
  entry('runtime.stopping', runtime, 'stop', 'life.stop', [/Processing signal 'terminated'/, /stopping (?:event stream|healthcheck) following graceful shutdown/, /following graceful shutdown/], "Processing signal 'terminated'"),
  entry('runtime.unclean', runtime, 'info', 'unclean-stop', [/Removing stale sandbox/, /cleaning up after shim disconnected/, /Failed to load container \S+: .*(?:unexpected end of JSON|invalid character)/, /unexpected end of JSON input/], 'Removing stale sandbox …', { severity: 'info' }),
];
