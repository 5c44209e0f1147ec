/** A shell prompt with the command typed after it. */
export interface Prompt {
  readonly host: string | null;
  readonly user: string | null;
  readonly cwd: string | null;
  readonly command: string;
  /** How sure the shape is: a bare `$ ` or `# ` needs a known command behind it. */
  readonly strong: boolean;
}

/** Commands that operators type on a broken control plane; tells a bare `# ls` from a comment. */
const knownCommands: ReadonlySet<string> = new Set((
  'cat less more head tail grep egrep fgrep zgrep zcat awk sed cut sort uniq wc tr tee xargs find ls ll l la dir stat tree file du df mount umount findmnt lsblk blkid fdisk parted ' +
  'date timedatectl chronyc ntpq ntpdate ntpstat hwclock uptime who w last lastb id whoami hostname hostnamectl uname free top htop vmstat iostat sar ps pgrep pidof kill pkill ss netstat lsof nc telnet ping curl wget dig nslookup ip ifconfig route arp iptables ' +
  'systemctl journalctl service chkconfig dmesg sysctl sestatus getenforce restorecon crontab at echo printf export set env printenv history cd pwd mkdir cp mv rm rmdir ln chmod chown touch tar gzip gunzip zip unzip xz zstd scp rsync ssh sudo su time timeout watch for while if test bash sh source vi vim nano ' +
  'docker podman crictl nerdctl ctr kubectl kubeadm kubelet k etcdctl etcdutl etcd etcdctl.sh k3s rke2 rke talosctl talos oc helm kk k0s microk8s openssl md5sum sha256sum sha1sum sha512sum smartctl fio badblocks fsck xfs_repair e2fsck debugfs rpm dpkg yum dnf apt apt-get apk exit logout clear reboot shutdown poweroff init screen tmux strings hexdump xxd od bbolt strace sync true nohup python python3 jq yq virsh lvs vgs pvs mdadm multipath iscsiadm nvme loginctl ipvsadm calicoctl getent resolvectl ulimit alias type which whereis locate sleep read cal'
).split(' '));

const name = String.raw`[A-Za-z0-9][\w.-]{0,62}`;
const user = String.raw`[A-Za-z_][\w.-]{0,31}`;
const before = String.raw`^(?:\([\w. -]{1,40}\)\s?)?(?:\[?\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\]?\s+|\[?\d\d:\d\d(?::\d\d)?\]?\s+)?`;

interface Shape {
  readonly pattern: RegExp;
  readonly strong: boolean;
}

const shapes: readonly Shape[] = [
  // [root@host ~]# cmd · [root@host etc]$ · [root@host:/etc]# · [root@host ~ 10:21:03]#
  { pattern: new RegExp(String.raw`${before}\[(?<user>${user})@(?<host>${name})[ :]\s*(?<cwd>[^\]\n]{0,120}?)(?:\s+\d\d:\d\d(?::\d\d)?)?\]\s?[#$%>]+(?:\s(?<cmd>.*))?$`), strong: true },
  // root@host:~# cmd · user@host:/path$ cmd · root@host:~ # cmd
  { pattern: new RegExp(String.raw`${before}(?<user>${user})@(?<host>${name}):(?<cwd>[~/][^#$%>\n]{0,120}?|)\s?[#$%](?:\s(?<cmd>.*))?$`), strong: true },
  // root@host /etc/kubernetes # cmd · root@host ~> cmd
  { pattern: new RegExp(String.raw`${before}(?<user>${user})@(?<host>${name})\s+(?<cwd>[~/][^#$%>\s]{0,120})\s?[#$%>]\s(?<cmd>.*)$`), strong: true },
  // host:~ # cmd (SUSE)
  { pattern: new RegExp(String.raw`${before}(?<host>${name}):(?<cwd>[~/][^#$\s]{0,120}) ?[#$](?:\s(?<cmd>.*))?$`), strong: true },
  // <root@host:~># cmd · root@host# cmd · user@host$ cmd · user@host> cmd
  { pattern: new RegExp(String.raw`${before}<?(?<user>${user})@(?<host>${name})(?::(?<cwd>[~/]\S{0,120}?))?>?[#$>](?:\s(?<cmd>.*))?$`), strong: true },
  // bash-4.2# cmd · sh-5.1$ cmd
  { pattern: /^(?:bash|sh|dash|ash)-\d[\d.]*[#$](?:\s(?<cmd>.*))?$/, strong: true },
  // ➜  ~ cmd · ❯ cmd · └─# cmd
  { pattern: /^(?:➜\s+(?<cwd>\S+)|❯|[└╰]─+(?:\$|#|>|❯))\s+(?<cmd>.*)$/, strong: true },
  // /etc/kubernetes # cmd (busybox)
  { pattern: /^(?<cwd>~|\/[\w./-]{0,80}) [#$] (?<cmd>.*)$/, strong: false },
  // host# cmd · host$ cmd
  { pattern: new RegExp(String.raw`^(?<host>[A-Za-z][\w.-]{1,62})[#$]\s(?<cmd>.+)$`), strong: false },
  // $ cmd · # cmd · > cmd · + cmd (set -x)
  { pattern: /^\s{0,2}(?:[$#%>]|\+{1,2}|>>>|==>)\s{1,2}(?<cmd>\S.*)$/, strong: false },
];

/** Recognises a prompt at the beginning of a line; `null` for everything else. */
export function parsePrompt(line: string): Prompt | null {
  if (line.length > 8192 || line === '') return null;
  for (const { pattern, strong } of shapes) {
    const groups = pattern.exec(line)?.groups;
    if (groups === undefined) continue;
    const command = (groups['cmd'] ?? '').trim();
    if (!strong && !startsWithKnownCommand(command)) continue;
    const host = groups['host'] ?? null;
    if (host !== null && /^(?:localhost|localhost\.localdomain)$/.test(host)) {
      return { host: null, user: groups['user'] ?? null, cwd: cleanCwd(groups['cwd']), command, strong };
    }
    return { host, user: groups['user'] ?? null, cwd: cleanCwd(groups['cwd']), command, strong };
  }
  return null;
}

function cleanCwd(cwd: string | undefined): string | null {
  const text = (cwd ?? '').trim();
  return text === '' ? null : text;
}

/** True when the first word (after `sudo`, assignments and `time`) is a command that people type. */
export function startsWithKnownCommand(command: string): boolean {
  const words = command.trim().split(/\s+/);
  for (const word of words.slice(0, 6)) {
    if (/^(?:[A-Z_][A-Z0-9_]*=\S*|sudo|-\w+|time|nohup)$/.test(word)) continue;
    const base = word.replace(/^.*\//, '');
    return knownCommands.has(base) || /^(?:\.?\/)[\w./-]+\.sh$/.test(word);
  }
  return false;
}

/** `==== docker ps -a ====`, `### df -h`, `--- systemctl status etcd ---`: a command as a headline. */
export function parseHeadline(line: string): string | null {
  const match = /^\s{0,2}(?:#{2,}|={2,}|-{3,}|\*{2,}|>{2,}|~{3,}|<{2,})[\s[(]*(?:\d{1,2}[.)、]\s*)?(?:Command|Cmd|Running|命令|执行)?\s*[:：]?\s*([^=*#~\])]{2,160}?)[\s\])]*(?:#{2,}|={2,}|-{3,}|\*{2,}|>{2,}|~{3,}|:)?\s*$/i.exec(line);
  if (match === null) return null;
  const command = match[1]!.trim().replace(/^[`'"]|[`'"]$/g, '');
  return startsWithKnownCommand(command) && !/^(?:if|for|while|test|set|read|time|source|file|date:)\b/.test(command) ? command : null;
}
