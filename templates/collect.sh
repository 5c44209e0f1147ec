#!/bin/sh
# Collects what an offline analysis of a broken etcd needs from this host. Needs no running etcd or
# apiserver, changes nothing, and writes one archive. It takes no private keys and masks passwords and
# tokens; but note that etcd snapshots hold all Secrets of the cluster: keep the archive safe.
#
# usage: sh collect.sh [--with-data] [--snapshots N] [--out DIR] [--no-questions]
set -u

WITH_DATA=no
SNAPSHOTS=5
OUT=.
QUESTIONS=yes
LOG_LINES=20000
LC_ALL=C
export LC_ALL
umask 077

usage() { sed -n '2,6s/^# \{0,1\}//p' "$0"; }

while [ $# -gt 0 ]; do
  case $1 in
    --with-data) WITH_DATA=yes ;;
    --snapshots) SNAPSHOTS=${2:-}; shift ;;
    --out) OUT=${2:-}; shift ;;
    --no-questions) QUESTIONS=no ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
case $SNAPSHOTS in '' | *[!0-9]*) usage >&2; exit 2 ;; esac
[ -d "$OUT" ] || { printf 'there is no folder %s\n' "$OUT" >&2; exit 2; }
OUT=$(cd "$OUT" && pwd)
[ "$(id -u)" = 0 ] || printf 'not root: some files will be missing\n' >&2

has() { command -v "$1" >/dev/null 2>&1; }

HOST=$(uname -n)
case $HOST in
  *[!0-9.]*) HOST=${HOST%%.*} ;;
esac
if [ "$HOST" = localhost ] || [ "$HOST" = '' ]; then
  HOST=$(hostname -I 2>/dev/null | cut -d ' ' -f 1)
fi
HOST=$(printf '%s' "${HOST:-unnamed}" | tr -c 'A-Za-z0-9.-' '-')
NAME=etcd-autopsy-$HOST-$(date -u +%Y%m%dT%H%M%SZ)
WORK=$(mktemp -d "$OUT/.etcd-autopsy.XXXXXX") || { printf 'cannot write to %s; give another folder with --out\n' "$OUT" >&2; exit 1; }
ROOT=$WORK/$NAME
trap 'leave 1' HUP INT TERM
leave() {
  case $WORK in */.etcd-autopsy.??????) rm -r -- "$WORK" ;; esac
  exit "$1"
}
mkdir -p "$ROOT/commands" "$ROOT/files" || leave 1
say() { printf '%s\n' "$*" >&2; }

# Ends a command that hangs: a dead runtime or a lost network disk must not stop the collection.
limit() { if has timeout; then timeout 30 "$@" </dev/null; else "$@" </dev/null; fi; }

# Private keys are dropped, passwords and tokens masked. The cluster token of etcd is a name, no secret.
mask() {
  sed -e '/-----BEGIN [A-Z ]*PRIVATE KEY-----/,/-----END [A-Z ]*PRIVATE KEY-----/d' \
    -e 's#\(://[^/@: ]*\):[^/@ ]*@#\1:[masked]@#g' \
    -e 's/\([Pp][Aa][Ss][Ss][Ww][Oo]*[Rr]*[Dd]"\{0,1\} *[:=] *"\{0,1\}\)[^ ",]*/\1[masked]/g' \
    -e 's/\([Ss][Ee][Cc][Rr][Ee][Tt]\([_-][A-Za-z_-]*\)\{0,1\}"\{0,1\} *[:=] *"\{0,1\}\)[^ ",]*/\1[masked]/g' \
    -e 's/\([Aa][Cc][Cc][Ee][Ss][Ss]_[Kk][Ee][Yy]\([_A-Za-z]*\)"\{0,1\} *[:=] *"\{0,1\}\)[^ ",]*/\1[masked]/g' \
    -e '/[Cc][Ll][Uu][Ss][Tt][Ee][Rr][-_][Tt][Oo][Kk][Ee][Nn]/!s/\([Tt][Oo][Kk][Ee][Nn]"\{0,1\} *[:=] *"\{0,1\}\)[^ ",]*/\1[masked]/g' \
    -e 's/\(--token \)[^ ]*/\1[masked]/g' \
    -e 's/\([Bb]earer \)[A-Za-z0-9._-]\{16,\}/\1[masked]/g' \
    -e 's/\( -u [^ :]*:\)[^ 0-9][^ ]*/\1[masked]/g' \
    -e 's/\(--user[= ][^ :]*:\)[^ ]*/\1[masked]/g' -e 's/\(ETCDCTL_USER=[^ :]*:\)[^ ]*/\1[masked]/g'
}

# show FILE COMMAND…: runs the command and keeps its output as a terminal would show it.
show() {
  file=$ROOT/commands/$1
  shift
  {
    printf '[root@%s /]# %s\n' "$HOST" "$*"
    limit "$@" 2>&1 | head -c 50000000 | mask
    printf '\n'
  } >>"$file"
}

unit_is_there() { has systemctl && systemctl cat "$1" >/dev/null 2>&1; }

# show_if FILE COMMAND…: the same when the program exists.
show_if() { if has "$2"; then show "$@"; fi; }

# show_sh FILE LINE: a line for the shell, with pipes.
show_sh() {
  {
    printf '[root@%s /]# %s\n' "$HOST" "$2"
    limit sh -c "$2" 2>&1 | head -c 50000000 | mask
    printf '\n'
  } >>"$ROOT/commands/$1"
}

# text FILE PATH…: text files that exist, each below its own prompt.
text() {
  file=$1
  shift
  for path in "$@"; do
    if [ -f "$path" ] && [ "$(wc -c <"$path")" -lt 2000000 ]; then show "$file" cat "$path"; fi
  done
}

say "collecting on $HOST; nothing is changed here"

# ---- clock, host, boots -------------------------------------------------------------------------
show clock.txt date
show clock.txt date -u
show clock.txt date '+%Y-%m-%dT%H:%M:%S%z'
show_if clock.txt timedatectl
show clock.txt readlink /etc/localtime
text clock.txt /etc/timezone
show_if clock.txt chronyc tracking
if [ "$QUESTIONS" = yes ] && [ -t 0 ]; then
  printf 'What time is it on your own clock, with date and zone? (Enter to leave it out) ' >&2
  read -r answer || answer=''
  [ "$answer" = '' ] || printf 'At %s by the clock of %s the operator read: %s\n' "$(date '+%Y-%m-%dT%H:%M:%S%z')" "$HOST" "$answer" | mask >"$ROOT/operator-note.txt"
fi
show host.txt hostname
show host.txt uname -a
text host.txt /etc/os-release /etc/hosts
show_if host.txt ip addr
show_if boots.txt uptime
show_if boots.txt uptime -s
show_if boots.txt who -b
show_if boots.txt last -x -F -n 200
show_if boots.txt journalctl --no-pager --list-boots
show resources.txt df -h
show resources.txt df -i
show_if resources.txt free -m
show_if resources.txt lsblk
show processes.txt ps -ef

# ---- units, env files, manifests, schedules -----------------------------------------------------
UNITS='etcd etcd-events kubelet docker containerd k3s rke2-server k0scontroller kube-apiserver kube-controller-manager kube-scheduler backup-etcd.timer backup-etcd.service etcd-backup.timer etcd-backup.service'
for unit in $UNITS; do
  unit_is_there "$unit" || continue
  show units.txt systemctl cat "$unit"
  show "status-$unit.txt" systemctl status --no-pager -l "$unit"
  show units-show.txt systemctl show "$unit"
done
if ! has systemctl; then text units.txt /etc/systemd/system/etcd.service /usr/lib/systemd/system/etcd.service /lib/systemd/system/etcd.service; fi
show_if timers.txt systemctl list-timers --all --no-pager
text etcd-env.txt /etc/etcd.env /etc/etcd/etcd.env /etc/etcd/etcdctl.env /etc/etcd/etcd.conf /etc/default/etcd /etc/sysconfig/etcd /opt/etcd/cfg/* /etc/etcd/etcd.yaml
text kubelet.txt /var/lib/kubelet/config.yaml /var/lib/kubelet/kubeadm-flags.env
text etcd-config.txt /var/lib/rancher/k3s/server/db/etcd/config /var/lib/rancher/rke2/server/db/etcd/config /var/lib/rancher/k3s/server/db/etcd/name /var/lib/rancher/rke2/server/db/etcd/name \
  /etc/rancher/k3s/config.yaml /etc/rancher/rke2/config.yaml /etc/k0s/k0s.yaml
for file in /etc/kubernetes/manifests/*.yaml /etc/kubernetes/manifests/*.yml /var/lib/rancher/rke2/agent/pod-manifests/*.yaml /etc/kubernetes/manifests/*.json; do
  text "manifest-$(basename "$file").txt" "$file"
done
show_if crontab.txt crontab -l
text cron.txt /etc/crontab /etc/cron.d/* /var/spool/cron/* /var/spool/cron/crontabs/*
show folders.txt ls -l /etc/kubernetes /etc/kubernetes/manifests /usr/local/bin /usr/local/bin/kube-scripts /opt

# Scripts that schedules and units name, and scripts that save etcd.
named_scripts() {
  cat "$ROOT"/commands/crontab.txt "$ROOT"/commands/cron.txt "$ROOT"/commands/units.txt "$ROOT"/commands/processes.txt 2>/dev/null | grep -oE '/[A-Za-z0-9_./@+-]+\.(sh|bash|py)'
  find /usr/local/bin /usr/local/sbin /opt /root /etc/cron.hourly /etc/cron.daily -maxdepth 3 -type f -size -200k 2>/dev/null | while read -r path; do
    if grep -q 'etcd-autopsy' "$path" 2>/dev/null; then continue; fi
    if head -c 200000 "$path" 2>/dev/null | grep -aqE 'snapshot +save|etcdctl +backup|etcd-snapshot'; then printf '%s\n' "$path"; fi
  done
}
named_scripts | sort -u | while read -r path; do
  # The first bytes of a program are no text.
  if [ -f "$path" ] && head -c 2 "$path" | grep -q '#!'; then text "script-$(basename "$path").txt" "$path"; fi
done

# ---- containers ---------------------------------------------------------------------------------
show_if containers-docker.txt docker ps -a --no-trunc
show_if containers-crictl.txt crictl ps -a
show_if containers-crictl.txt crictl pods
show_if containers-podman.txt podman ps -a
for part in etcd kube-apiserver; do
  if has docker; then
    for id in $(limit docker ps -aq --filter "name=$part" 2>/dev/null | head -n 6); do
      show "inspect-$part-$id.txt" docker inspect "$id"
      show "log-$part-$id.txt" docker logs -t --tail "$LOG_LINES" "$id"
    done
  fi
  for file in /var/log/pods/kube-system_"$part"-*/"$part"/*.log; do
    if [ -f "$file" ]; then
      target=$ROOT/files$file
      mkdir -p "${target%/*}"
      tail -c 20000000 "$file" | mask >"$target"
    fi
  done
done

# ---- logs ---------------------------------------------------------------------------------------
if has journalctl; then
  for unit in etcd k3s rke2-server k0scontroller; do
    unit_is_there "$unit" || continue
    show "journal-$unit.txt" journalctl --no-pager -o short-iso -n "$LOG_LINES" -u "$unit"
  done
  show journal-kubelet.txt journalctl --no-pager -o short-iso -n 5000 -u kubelet
  show journal-kernel.txt journalctl --no-pager -o short-iso -n 3000 -k
  show journal-end-of-last-boot.txt journalctl --no-pager -o short-iso -n 400 -b -1
  show_sh journal-start-of-boot.txt 'journalctl --no-pager -o short-iso -b 0 | head -n 400'
fi
show_if kernel.txt dmesg -T
for file in /var/log/messages /var/log/syslog /var/log/etcd.log; do
  if [ -r "$file" ]; then
    mkdir -p "$ROOT/files/var/log"
    tail -n "$LOG_LINES" "$file" | mask >"$ROOT/files$file"
  fi
done
if [ -r /root/.bash_history ]; then
  grep -E '^#[0-9]{9,}$|etcd|kube|systemctl|docker|crictl|snapshot|restore|/var/(lib|backups)|timedatectl|date' /root/.bash_history | tail -n 2000 | mask >"$ROOT/bash_history.txt"
fi

# ---- versions, certificates (public parts only), what etcd itself says if it answers ------------
for tool in etcd etcdctl etcdutl kubelet; do
  path=$(command -v "$tool" 2>/dev/null || true)
  for place in "/usr/local/bin/$tool" "/opt/kube/bin/$tool" "/opt/etcd/bin/$tool"; do
    if [ "$path" = '' ] && [ -x "$place" ]; then path=$place; fi
  done
  [ "$path" != '' ] || continue
  case $tool in
    etcd | kubelet) show versions.txt "$path" --version ;;
    *) ETCDCTL_API=3 show versions.txt "$path" version ;;
  esac
done
for file in /etc/ssl/etcd/ssl/*.pem /etc/ssl/etcd/ssl/*.crt /etc/kubernetes/pki/*.crt /etc/kubernetes/pki/etcd/*.crt /etc/kubernetes/ssl/*.pem /etc/etcd/pki/*.crt /etc/etcd/ssl/*.pem /opt/etcd/ssl/*.pem; do
  case $file in *-key.pem | *.key) continue ;; esac
  if [ -f "$file" ] && grep -q 'BEGIN CERTIFICATE' "$file"; then
    {
      printf '[root@%s /]# cat %s\n' "$HOST" "$file"
      sed -n '/-----BEGIN CERTIFICATE-----/,/-----END CERTIFICATE-----/p' "$file"
    } >>"$ROOT/commands/certificates-$(basename "$file").txt"
  fi
done
etcd_runs() { cat /proc/[0-9]*/comm 2>/dev/null | grep -qx etcd; }
ask_etcd() {
  etcd_runs || return 0
  ctl=$(command -v etcdctl || true)
  if [ "$ctl" = '' ] && [ -x /opt/kube/bin/etcdctl ]; then ctl=/opt/kube/bin/etcdctl; fi
  [ "$ctl" != '' ] || return 0
  ETCDCTL_API=3
  export ETCDCTL_API
  show etcd-answers.txt "$ctl" --dial-timeout=2s --command-timeout=4s "$@" endpoint health
  grep -q 'is healthy' "$ROOT/commands/etcd-answers.txt" || return 0
  for words in 'member list -w table' 'endpoint status --cluster -w table' 'endpoint health --cluster' 'alarm list'; do
    # shellcheck disable=SC2086
    show etcd-answers.txt "$ctl" --dial-timeout=2s --command-timeout=4s "$@" $words
  done
}
if [ -r "/etc/ssl/etcd/ssl/admin-$HOST.pem" ]; then
  ask_etcd --endpoints=https://127.0.0.1:2379 --cacert=/etc/ssl/etcd/ssl/ca.pem --cert="/etc/ssl/etcd/ssl/admin-$HOST.pem" --key="/etc/ssl/etcd/ssl/admin-$HOST-key.pem"
elif [ -r /etc/kubernetes/pki/etcd/healthcheck-client.crt ]; then
  ask_etcd --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/pki/etcd/ca.crt --cert=/etc/kubernetes/pki/etcd/healthcheck-client.crt --key=/etc/kubernetes/pki/etcd/healthcheck-client.key
elif [ -r /etc/kubernetes/ssl/etcd.pem ]; then
  ask_etcd --endpoints=https://127.0.0.1:2379 --cacert=/etc/kubernetes/ssl/ca.pem --cert=/etc/kubernetes/ssl/etcd.pem --key=/etc/kubernetes/ssl/etcd-key.pem
else
  ask_etcd --endpoints=http://127.0.0.1:2379
fi

# ---- data directories and snapshots -------------------------------------------------------------
data_dirs() {
  printf '%s\n' /var/lib/etcd /var/lib/etcd/default /var/lib/etcd/default.etcd /var/lib/rancher/k3s/server/db/etcd /var/lib/rancher/rke2/server/db/etcd /var/lib/k0s/etcd /var/lib/minikube/etcd
  sed -n 's/.*--data-dir[= ]\(\/[^ "]*\).*/\1/p; s/^ETCD_DATA_DIR="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p; s/^ *path: \(\/.*etcd.*\)$/\1/p' "$ROOT"/commands/*.txt 2>/dev/null
}
wal_dirs() { sed -n 's/.*--wal-dir[= ]\(\/[^ "]*\).*/\1/p; s/^ETCD_WAL_DIR="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$ROOT"/commands/*.txt 2>/dev/null; }

room_for() {
  free=$(df -Pk "$WORK" | sed -n 2p | tr -s ' ' | cut -d ' ' -f 4)
  [ "$free" -gt $(($1 * 2 + 65536)) ]
}

# take PATH…: copies files and folders to files/, with times and modes.
take() {
  for path in "$@"; do
    size=$(du -sk "$path" 2>/dev/null | cut -f 1)
    if ! room_for "${size:-0}"; then
      say "not enough room for $path ($size KB); give another folder with --out"
      printf 'left out for want of room: %s (%s KB)\n' "$path" "$size" >>"$ROOT/left-out.txt"
      continue
    fi
    mkdir -p "$ROOT/files${path%/*}"
    cp -pR "$path" "$ROOT/files${path%/*}/" || printf 'cannot be read: %s\n' "$path" >>"$ROOT/left-out.txt"
  done
}

if [ "$WITH_DATA" = yes ] && etcd_runs; then
  say 'etcd is running: copies of its files may not fit together. Better stop it first.'
  printf 'etcd was running while its files were copied\n' >>"$ROOT/left-out.txt"
fi
data_dirs | sort -u | while read -r dir; do
  [ -d "$dir/member" ] || continue
  show data-directory.txt ls -lR --full-time "$dir"
  show_sh data-directory.txt "ls -ld --full-time $dir $dir.* $dir-* 2>/dev/null"
  if [ "$WITH_DATA" = yes ]; then take "$dir/member"; fi
done
wal_dirs | sort -u | while read -r dir; do
  [ -d "$dir" ] || continue
  show data-directory.txt ls -l --full-time "$dir"
  if [ "$WITH_DATA" = yes ]; then take "$dir"; fi
done

# A bbolt file carries ED DA 0C ED at offset 16; names alone prove nothing.
is_database() { [ "$(dd if="$1" bs=1 skip=16 count=4 2>/dev/null | od -An -tx1 | tr -d ' \n')" = edda0ced ]; }

candidates() {
  limit find /var /opt /root /home /srv /backup /backups /data /mnt /etc/kubernetes /etc/kubeasz -maxdepth 9 \
    \( -path /var/lib/containerd -o -path /var/lib/docker -o -path /var/lib/containers -o -path /var/lib/kubelet -o -path /var/lib/dpkg -o -path /var/cache -o -path '*/member/snap' -o -path '*/member/wal' -o -path "$WORK" \) -prune -o \
    -type f \( -name '*.db' -o -name '*snapshot*' -o -name '*.db.*' -o -name 'etcd*backup*' -o -name 'k0s_backup_*' -o -name '*etcd*.zip' -o -name '*etcd*.gz' \) -print 2>/dev/null
}
candidates >"$WORK/candidates"
while read -r path; do dirname "$path"; done <"$WORK/candidates" | sort -u | head -n 200 | while read -r dir; do
  show backups.txt ls -l --full-time "$dir"
  show backups.txt ls -ld --full-time "$dir"
done
for dir in /var/backups /var/backups/kube_etcd /var/lib/etcd-backup /var/lib/rancher/k3s/server/db/snapshots /var/lib/rancher/rke2/server/db/snapshots /opt/rke/etcd-snapshots /home/core/assets/backup /opt/sealos/etcd-backup /etc/kubernetes/tmp; do
  if [ -d "$dir" ]; then show backups.txt ls -lR --full-time "$dir"; fi
done
taken=0
while read -r path; do [ -s "$path" ] && is_database "$path" && ls -t -d -- "$path"; done <"$WORK/candidates" >"$WORK/databases"
if [ -s "$WORK/databases" ]; then
  # shellcheck disable=SC2046
  (IFS='
'; set -f; ls -t -d -- $(cat "$WORK/databases")) | while read -r path; do
    taken=$((taken + 1))
    [ "$taken" -le "$SNAPSHOTS" ] || break
    take "$path"
    show digests.txt sha256sum "$path"
  done
fi

# ---- manifest and archive -----------------------------------------------------------------------
(cd "$ROOT" && find . -type f ! -name MANIFEST.sha256 -print | sed 's#^\./##' | sort | while read -r path; do sha256sum "$path"; done >"$WORK/manifest" && mv "$WORK/manifest" MANIFEST.sha256)
if tar -C "$WORK" -czf "$OUT/.$NAME.part" "$NAME" && mv "$OUT/.$NAME.part" "$OUT/$NAME.tar.gz"; then
  say "written: $OUT/$NAME.tar.gz ($(du -k "$OUT/$NAME.tar.gz" | cut -f 1) KB, $(grep -c . "$ROOT/MANIFEST.sha256") files)"
  say 'It may hold etcd snapshots, and with them all Secrets of the cluster: keep it safe.'
  [ ! -s "$ROOT/left-out.txt" ] || cat "$ROOT/left-out.txt" >&2
  leave 0
fi
say "the archive could not be written to $OUT; give another folder with --out"
leave 1
