import { entry, journal, manager, type MessageEntry } from './entry.js';

const power = [...new Set([...manager, ...journal])];

/** systemd about units and the host, journald about its own files. */
export const systemdMessages: readonly MessageEntry[] = [
  entry('journald.unclean', journal, 'bad', 'unclean-stop', [/corrupted or uncleanly shut down/], 'File /var/log/journal/…/system.journal corrupted or uncleanly shut down, renaming and replacing.', { severity: 'warning' }),
  entry('journald.started', journal, 'start', 'life.boot', [/Journal started/, /Runtime journal is using/, /Runtime Journal \(/, /System Journal \(/, /Permanent journal is using/, /Time spent on flushing to/], 'Journal started'),
  entry('journald.stopped', journal, 'stop', 'clean-shutdown', [/Journal stopped/, /Received SIGTERM from PID 1 \(systemd/], 'Journal stopped'),
  entry('systemd.time-changed', power, 'bad', 'clock-jump', [/Time has been changed/, /System time before build time/, /System clock wrong by/, /Clock change detected/, /System clock time unset or jumped backwards/], 'Time has been changed', { severity: 'warning' }),
  entry('systemd.shutdown', manager, 'stop', 'clean-shutdown', [/Reached target (?:System )?(?:Shutdown|Power-Off|Reboot|Power Off|Reboot System)/, /Reached target Shutdown/, /Reached target System Power Off/, /Starting Reboot\.\.\./, /Starting Power-Off/, /System is (?:powering down|rebooting)/, /Shutting down\.$/, /Stopped target Multi-User System/, /Power key pressed/, /Reached target (?:\S+ - )?System Shutdown/, /(?:reboot|poweroff)\.target - /], 'Reached target Shutdown.', { severity: 'info' }),
  entry('systemd.boot', manager, 'start', 'life.boot', [/Startup finished in (?<took>.*)/, /systemd \d+ running in system mode/, /Detected architecture /], 'Startup finished in 1.2s (kernel) + 8s (initrd) + 21s (userspace) = 30s.'),
  entry('systemd.start-limit', manager, 'bad', 'symptom.restart-loop', [/(?<unit>[\w@.-]+): Start request repeated too quickly/, /[Ss]tart request repeated too quickly/], 'etcd.service: Start request repeated too quickly.'),
  entry('systemd.oom', manager, 'bad', 'oom-killed', [/(?<unit>etcd[\w@.-]*|k3s[\w.-]*|rke2[\w.-]*): A process of this unit has been killed by the OOM killer/, /(?<unit>(?:etcd|k3s|rke2)[\w@.-]*): Failed with result 'oom-kill'/], "etcd.service: Failed with result 'oom-kill'.", { severity: 'critical' }),
  entry('systemd.start-timeout', manager, 'bad', 'lone-member-waits', [/(?<unit>[\w@.-]+): [Ss]tart operation timed out/, /(?<unit>[\w@.-]+) start operation timed out/, /Failed with result 'timeout'/], 'etcd.service: start operation timed out. Terminating.'),
  entry('systemd.exited', manager, 'bad', 'symptom.restart-loop', [/(?<unit>[\w@.-]+): [Mm]ain process exited, code=(?<code>\w+), status=(?<status>\S+)/, /ain process exited, code=/, /ontrol process exited, code=/], 'etcd.service: Main process exited, code=exited, status=2/INVALIDARGUMENT'),
  entry('systemd.failed', manager, 'bad', 'symptom.restart-loop', [/(?<unit>[\w@.-]+): Failed with result '(?<result>[\w-]+)'/, /Failed to start (?<description>.+)/, /Unit (?<unit>\S+) entered failed state/, /(?<unit>[\w@.-]+) failed\.$/], "etcd.service: Failed with result 'exit-code'."),
  entry('systemd.restarting', manager, 'restart', 'symptom.restart-loop', [/(?<unit>[\w@.-]+): Scheduled restart job, restart counter is at (?<count>\d+)/, /Scheduled restart job/, /holdoff time over, scheduling restart/], 'etcd.service: Scheduled restart job, restart counter is at 37.', { severity: 'warning' }),
  entry('systemd.dependency', manager, 'bad', 'symptom.start-failed', [/Dependency failed for (?<description>.+)/, /Timed out waiting for device/], 'Dependency failed for /var/lib/etcd.'),
  entry('systemd.stopping', manager, 'stop', 'life.stop', [/Stopping (?<description>etcd|Etcd|kubelet|k3s|Kubernetes|Docker Application|containerd)(?:.*)/, /Stopping etcd/, /Stopping (?:The )?[Kk]ube/, /Stopping Lightweight Kubernetes/, /Stopping Docker Application Container Engine/], 'Stopping etcd...'),
  entry('systemd.stopped', manager, 'stop', 'life.stop', [/Stopped (?:etcd|Etcd)/, /(?<unit>etcd\S*): Succeeded\./, /(?<unit>etcd\S*): Deactivated successfully/, /Stopped etcd/, /etcd\.service: Succeeded/, /etcd\.service: Deactivated successfully/, /Stopped kubelet/, /Stopped Lightweight Kubernetes/], 'Stopped etcd.'),
  entry('systemd.starting', manager, 'start', 'life.start', [/Starting (?<description>etcd.*)/, /Starting etcd/, /Starting Etcd/, /Starting Lightweight Kubernetes/], 'Starting etcd...'),
  entry('systemd.started', manager, 'good', 'life.start', [/Started (?:etcd|Etcd).*/, /Started etcd/, /Started Etcd/, /Started kubelet/, /Started Lightweight Kubernetes/], 'Started etcd.'),
];
