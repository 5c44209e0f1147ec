# ---- from here on the same for every host -----------------------------------------------------
# Phases, in order: preflight, stop, keep, restore, start, verify, control-plane. Each one checks that
# the one before was done and is safe to repeat. Nothing is ever deleted: what is in the way is
# renamed. Everything that this script writes for itself is in $WORK.

unset ETCDCTL_ENDPOINTS ETCDCTL_CACERT ETCDCTL_CERT ETCDCTL_KEY ETCDCTL_CA_FILE ETCDCTL_CERT_FILE ETCDCTL_KEY_FILE
unset ETCDCTL_USER ETCDCTL_PASSWORD ETCDCTL_WRITE_OUT ETCDCTL_DIAL_TIMEOUT ETCDCTL_COMMAND_TIMEOUT ETCDCTL_API
unset ETCDCTL_INSECURE_TRANSPORT ETCDCTL_INSECURE_SKIP_TLS_VERIFY ETCDCTL_DISCOVERY_SRV ETCDCTL_HEX ETCDCTL_DEBUG
if [ "$API" != '' ]; then
  ETCDCTL_API=$API
  export ETCDCTL_API
fi

NL='
'
YES=no
START=no

log() {
  if [ -d "$WORK" ]; then
    printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >>"$WORK/restore.log"
  fi
}

say() {
  printf '%s\n' "$*"
  log "$*"
}

halt() {
  printf 'STOP: %s\n' "$*" >&2
  log "STOP: $*"
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }
is_done() { [ -e "$WORK/done/$1" ]; }

mark_done() {
  mkdir -p "$WORK/done"
  : >"$WORK/done/$1"
  say "$1: done on $HOST"
}

need() {
  is_done "$1" || halt "phase $1 has not been done on $HOST. Run it first: sh $0 $1"
}

confirm() {
  if [ "$YES" = yes ]; then return 0; fi
  printf '%s\nThis changes host %s. Type yes to go on: ' "$1" "$HOST"
  read -r answer || answer=''
  [ "$answer" = yes ] || halt 'nothing was changed'
}

# The first name that is free: NAME, NAME-2, NAME-3 …
free_name() {
  candidate=$1
  number=2
  while [ -e "$candidate" ]; do
    candidate="$1-$number"
    number=$((number + 1))
  done
  printf '%s\n' "$candidate"
}

is_mount_point() {
  [ -d "$1" ] && [ "$(stat -c %d "$1")" != "$(stat -c %d "$1/..")" ] && return 0
  has mountpoint && mountpoint -q "$1"
}

digest_of() { sha256sum <"$1" | cut -d ' ' -f 1; }

# ---- processes and containers -----------------------------------------------------------------

# True while a process has the database of $DATA_DIR open: the same device and inode, by any path.
etcd_holds_data() {
  [ -e "$DATA_DIR/member/snap/db" ] || return 1
  wanted=$(stat -c %d:%i "$DATA_DIR/member/snap/db")
  for process in /proc/[0-9]*; do
    name=''
    { read -r name <"$process/comm"; } 2>/dev/null || continue
    case $name in etcd*) ;; *) continue ;; esac
    for file in "$process"/fd/*; do
      case $(readlink "$file" 2>/dev/null) in
        */member/snap/db*) if [ "$(stat -L -c %d:%i "$file" 2>/dev/null)" = "$wanted" ]; then return 0; fi ;;
      esac
    done
  done
  return 1
}

data_is_free() { ! etcd_holds_data; }

# Asks again every second until the answer is yes; after so many seconds the complaint ends the script.
wait_until() {
  limit=$1
  complaint=$2
  shift 2
  waited=0
  until "$@"; do
    [ "$waited" -lt "$limit" ] || halt "$complaint"
    sleep 1
    waited=$((waited + 1))
  done
}

# Ids of the running containers with this name.
containers() {
  if [ "$RUNTIME" = docker ] && has docker; then
    docker ps -q --filter "name=k8s_$1_"
  elif has crictl; then
    case $1 in etcd) crictl ps --name '^etcd$' -q ;; *) crictl ps --name "$1" -q ;; esac
  elif has docker; then
    docker ps -q --filter "name=k8s_$1_"
  fi
}

stop_container() {
  if [ "$RUNTIME" = docker ] && has docker; then docker stop "$1"; elif has crictl; then crictl stop "$1"; else docker stop "$1"; fi
}

# A plain container must not be revived while the data changes; its old policy is put back later.
hold_restart_policy() {
  if [ ! -e "$WORK/restart-policy" ]; then
    "$CLI" inspect -f '{{.HostConfig.RestartPolicy.Name}}' "$CONTAINER" >"$WORK/restart-policy" 2>/dev/null || true
  fi
  "$CLI" update --restart=no "$CONTAINER" >/dev/null 2>&1 || say "$CLI cannot change the restart policy of $CONTAINER; see that nothing revives it"
}

give_back_restart_policy() {
  policy=$(cat "$WORK/restart-policy" 2>/dev/null || true)
  if [ "${policy:-no}" != no ]; then "$CLI" update --restart="$policy" "$CONTAINER" >/dev/null 2>&1 || say "the restart policy of $CONTAINER was $policy: set it again"; fi
}

# Waits until no container has this name. A dead kubelet does not stop them: then they are stopped here.
wait_for_no_container() {
  waited=0
  while [ "$(containers "$1" 2>/dev/null)" != '' ]; do
    if [ "$waited" -eq 60 ]; then
      say "containers of $1 are still there: stopping them, since kubelet does not"
      for id in $(containers "$1"); do stop_container "$id" || true; done
    fi
    [ "$waited" -lt 90 ] || halt "a container of $1 does not end on $HOST; find out why before going on"
    sleep 1
    waited=$((waited + 1))
  done
}

parent_of() { sed -n 's/^PPid:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null; }
words_of() { tr '\0' '\n' <"/proc/$1/cmdline" 2>/dev/null; }

own_ancestors() {
  next=$$
  while [ "${next:-0}" -gt 1 ]; do
    printf '%s\n' "$next"
    next=$(parent_of "$next")
  done
}

is_shell_with_work() {
  first=$(words_of "$1" | sed -n 1p)
  second=$(words_of "$1" | sed -n 2p)
  case ${first##*/} in sh | bash | dash | ash) [ "$second" != '' ] && [ "$second" != -i ] && [ "$second" != -l ] ;; *) return 1 ;; esac
}

# Backup runs on this host: the shells that run a backup job, then their "etcdctl snapshot save".
# Shells come first: a shell whose etcdctl ends goes on, and rotates old snapshots away.
backup_runs() {
  here=$(readlink /proc/self/ns/net)
  mine=$(own_ancestors)
  shells=''
  savers=''
  for process in /proc/[0-9]*; do
    id=${process#/proc/}
    [ "$(readlink "$process/ns/net" 2>/dev/null)" = "$here" ] || continue
    words=$(words_of "$id") || continue
    [ "$words" != '' ] || continue
    first=${words%%"$NL"*}
    case ${first##*/} in
      etcdctl)
        case "$NL$words$NL" in *"${NL}snapshot$NL"*"${NL}save$NL"*) ;; *) continue ;; esac
        savers="$savers $id"
        next=$(parent_of "$id")
        while [ "${next:-0}" -gt 1 ] && is_shell_with_work "$next"; do
          shells="$next $shells"
          next=$(parent_of "$next")
        done
        ;;
      *)
        [ "$BACKUP_JOBS" != '' ] || continue
        case ${first##*/} in sh | bash | dash | ash) ;; *) case "$NL$BACKUP_JOBS$NL" in *"$NL$first$NL"*) ;; *) continue ;; esac ;; esac
        while read -r job; do
          case "$NL$words$NL" in *"$NL$job$NL"* | *"${NL}sh $job$NL"* | *"${NL}bash $job$NL"*) shells="$shells $id" ;; esac
        done <<JOBS
$BACKUP_JOBS
JOBS
        ;;
    esac
  done
  for id in $shells $savers; do
    case "$NL$mine$NL" in *"$NL$id$NL"*) ;; *) printf '%s\n' "$id" ;; esac
  done
}

end_backup_runs() {
  runs=$(backup_runs)
  [ "$runs" != '' ] || return 0
  for id in $runs; do
    say "ending backup run $id: $(words_of "$id" | tr '\n' ' ')"
    kill -TERM "$id" 2>/dev/null || true
  done
  waited=0
  while [ "$(backup_runs)" != '' ]; do
    if [ "$waited" -eq 5 ]; then for id in $(backup_runs); do kill -KILL "$id" 2>/dev/null || true; done; fi
    [ "$waited" -lt 10 ] || halt 'a backup run cannot be ended; it could delete snapshots as soon as etcd answers'
    sleep 1
    waited=$((waited + 1))
  done
}

# ---- the backup job ---------------------------------------------------------------------------

stop_backup_job() {
  for timer in $BACKUP_TIMERS; do
    say "systemctl disable --now $timer"
    if systemctl disable --now "$timer"; then : >"$WORK/timer.$timer"; else say "$timer could not be disabled; is it there?"; fi
    systemctl stop "${timer%.timer}.service" >/dev/null 2>&1 || true
  done
  [ "$BACKUP_JOBS" != '' ] || return 0
  mkdir -p "$WORK/cron.d"
  printf '%s\n' "$BACKUP_JOBS" >"$WORK/backup-jobs"
  if has crontab && crontab -l >"$WORK/crontab.now" 2>/dev/null && grep -qF -f "$WORK/backup-jobs" "$WORK/crontab.now"; then
    [ -e "$WORK/crontab.before" ] || cp "$WORK/crontab.now" "$WORK/crontab.before"
    say 'taking the backup job out of the crontab'
    grep -vF -f "$WORK/backup-jobs" "$WORK/crontab.now" >"$WORK/crontab.without" || true
    crontab "$WORK/crontab.without"
  fi
  # The system's own crontab, and those of other users or of hosts without the program crontab.
  for file in /etc/crontab /var/spool/cron/* /var/spool/cron/crontabs/*; do
    if [ ! -f "$file" ] || ! grep -qF -f "$WORK/backup-jobs" "$file"; then continue; fi
    copy="$WORK/cron.d/before$(printf '%s' "$file" | tr / _)"
    [ -e "$copy" ] || cp -p "$file" "$copy"
    say "taking the backup job out of $file"
    grep -vF -f "$WORK/backup-jobs" "$copy" >"$WORK/cron.d/without" || true
    cat "$WORK/cron.d/without" >"$file"
    grep -qxF -e "$file" "$WORK/cron.d/edited" 2>/dev/null || printf '%s\n' "$file" >>"$WORK/cron.d/edited"
  done
  for file in /etc/cron.d/* /etc/cron.hourly/* /etc/cron.daily/*; do
    [ -f "$file" ] || continue
    grep -qxF -e "$file" "$WORK/backup-jobs" || grep -qF -f "$WORK/backup-jobs" "$file" || continue
    say "moving $file out of cron's reach"
    printf '%s\n' "$file" >>"$WORK/cron.d/places"
    mv "$file" "$WORK/cron.d/"
  done
}

start_backup_job() {
  for timer in $BACKUP_TIMERS; do
    if [ -e "$WORK/timer.$timer" ]; then systemctl enable --now "$timer"; fi
  done
  if [ -e "$WORK/crontab.before" ] && has crontab; then
    say 'putting the crontab back'
    crontab "$WORK/crontab.before"
  fi
  if [ -e "$WORK/cron.d/edited" ]; then
    while read -r file; do
      say "putting $file back"
      cat "$WORK/cron.d/before$(printf '%s' "$file" | tr / _)" >"$file"
    done <"$WORK/cron.d/edited"
  fi
  [ -e "$WORK/cron.d/places" ] || return 0
  while read -r place; do
    if [ -f "$WORK/cron.d/${place##*/}" ]; then mv "$WORK/cron.d/${place##*/}" "$place"; fi
  done <"$WORK/cron.d/places"
}

# ---- the control plane ------------------------------------------------------------------------

unit_exists() { systemctl cat "$1" >/dev/null 2>&1; }

stop_control_plane() {
  mkdir -p "$WORK/manifests"
  for part in kube-apiserver kube-controller-manager kube-scheduler; do
    if [ "$CONTROL_PLANE" = systemd ]; then
      if unit_exists "$part.service"; then
        say "systemctl stop $part"
        systemctl stop "$part"
        : >"$WORK/unit.$part"
      fi
    elif [ -e "$MANIFESTS/$part.yaml" ]; then
      say "mv $MANIFESTS/$part.yaml $WORK/manifests/"
      mv "$MANIFESTS/$part.yaml" "$WORK/manifests/"
    fi
  done
  if [ "$CONTROL_PLANE" = static-pod ]; then
    for part in kube-apiserver kube-controller-manager kube-scheduler; do wait_for_no_container "$part"; done
  fi
}

start_control_plane() {
  for part in kube-apiserver kube-controller-manager kube-scheduler; do
    if [ -e "$WORK/unit.$part" ]; then
      say "systemctl start $part"
      systemctl start "$part"
    fi
    if [ -e "$WORK/manifests/$part.yaml" ]; then
      say "mv $WORK/manifests/$part.yaml $MANIFESTS/"
      mv "$WORK/manifests/$part.yaml" "$MANIFESTS/"
    fi
  done
}

# ---- etcdctl ----------------------------------------------------------------------------------

# The client certificate: the planned pair, else the server's own.
choose_certificate() {
  CERT=$CERT_FILE
  KEY=$KEY_FILE
  if [ "$TLS" != no ] && { [ ! -r "$CERT" ] || [ ! -r "$KEY" ]; } && [ -r "${SERVER_CERT:-/nonexistent}" ] && [ -r "${SERVER_KEY:-/nonexistent}" ]; then
    CERT=$SERVER_CERT
    KEY=$SERVER_KEY
  fi
}

# With TLS=maybe the endpoint itself is plain http, but the members advertise https to each other.
ctl() {
  if [ "$TLS" != no ]; then
    choose_certificate
    if [ "$TLS" = yes ] || [ -r "$KEY" ]; then set -- --cacert="$CA_FILE" --cert="$CERT" --key="$KEY" "$@"; fi
  fi
  set -- --endpoints="$ENDPOINT" --command-timeout="${PATIENCE:-10s}" "$@"
  if [ "$ETCDCTL" != '' ] && has "$ETCDCTL"; then
    "$ETCDCTL" "$@"
  elif [ "$ETCD" = docker ] || [ "$ETCD" = container ]; then
    "$CLI" exec "$CONTAINER" etcdctl "$@"
  else
    id=$(containers etcd | sed -n 1p)
    [ "$id" != '' ] || return 1
    if [ "$RUNTIME" = docker ] && has docker; then docker exec "$id" etcdctl "$@"; else crictl exec "$id" etcdctl "$@"; fi
  fi
}

# ---- phases -----------------------------------------------------------------------------------

check_host() {
  if [ "$ADDRESS" != '' ] && has ip; then
    if ip -o addr show 2>/dev/null | grep -qF " $ADDRESS/"; then return 0; fi
  fi
  if [ "$(uname -n)" = "$HOST" ] || [ "$(hostname 2>/dev/null || true)" = "$HOST" ]; then return 0; fi
  halt "this is not $HOST: neither its name nor its address $ADDRESS is found here"
}

check_tools() {
  for tool in sha256sum stat readlink sed grep tr cut df du sort cp mv chown chmod uname; do has "$tool" || halt "$tool is missing on this host"; done
  if [ "$ETCD" = systemd ]; then has systemctl || halt 'systemctl is missing on this host'; fi
  if [ "$ETCD" = none ] || [ "$USES_SNAPSHOT" = no ]; then return 0; fi
  choose_restore_tool || halt "no tool on this host can restore for etcd $VERSION: $TOOL_ADVICE"
  say "restores with: $RESTORE_TOOL"
}

# True when the program exists and is of the server's line.
is_right_tool() {
  [ "$1" != '' ] && has "$1" || return 1
  if ! "$1" version 2>/dev/null | grep -q "version: $LINE\\."; then
    say "$1 is not of line $LINE: $("$1" version 2>&1 | sed -n 1p)"
    return 1
  fi
  if [ "$BUMP" = yes ] && ! "$1" snapshot restore --help 2>&1 | grep -q -e --bump-revision; then
    say "$1 knows no --bump-revision, which the plan needs"
    return 1
  fi
}

# The tool that restores: on the host, or inside etcd's own image.
choose_restore_tool() {
  for tool in $RESTORE_TOOLS; do
    if is_right_tool "$tool"; then
      RESTORE_TOOL=$tool
      return 0
    fi
  done
  [ "$IMAGE" != '' ] || return 1
  for engine in docker podman nerdctl ctr; do
    if has "$engine"; then
      RESTORE_TOOL="image $IMAGE with $engine"
      ENGINE=$engine
      return 0
    fi
  done
  return 1
}

# Runs the restore tool with these words; inside the image with the same paths as outside. The stopped
# container stays: it keeps the tool's own log.
restore_tool() {
  case $RESTORE_TOOL in image\ *) ;; *)
    "$RESTORE_TOOL" "$@"
    return
    ;;
  esac
  data=${DATA_DIR%/*}
  wal=${WAL_DIR:-$DATA_DIR}
  wal=${wal%/*}
  run="etcd-restore-$PLAN-$$"
  say "container: $run"
  # Each folder once: docker refuses a mount point that is named twice.
  case $ENGINE in
    ctr)
      set -- "$IMAGE" "$run" "$IMAGE_TOOL" "$@"
      if [ "$wal" != "$data" ]; then set -- --mount "type=bind,src=$wal,dst=$wal,options=rbind:rw" "$@"; fi
      ctr -n k8s.io run --env ETCDCTL_API=3 --mount "type=bind,src=$data,dst=$data,options=rbind:rw" --mount "type=bind,src=$WORK,dst=$WORK,options=rbind:rw" "$@"
      ;;
    *)
      set -- --entrypoint "$IMAGE_TOOL" "$IMAGE" "$@"
      if [ "$wal" != "$data" ]; then set -- -v "$wal:$wal" "$@"; fi
      set -- --name "$run" --network none --user 0:0 -e ETCDCTL_API=3 -v "$data:$data" -v "$WORK:$WORK" "$@"
      case $ENGINE in
        nerdctl) nerdctl -n k8s.io run "$@" ;;
        *) "$ENGINE" run --security-opt label=disable "$@" ;;
      esac
      ;;
  esac
}

# kubelet runs every file of its folder: a copy of a manifest under another name would come to life.
check_manifests() {
  if [ "$CONTROL_PLANE" = none ] && { [ -e /etc/kubernetes/manifests/kube-apiserver.yaml ] || unit_exists kube-apiserver.service; }; then
    halt 'an apiserver belongs to this host, which the plan does not know: it must not write during the restore. Collect again with etcd-autopsy collect'
  fi
  if [ "$CONTROL_PLANE" != static-pod ] || [ ! -d "$MANIFESTS" ]; then return 0; fi
  for part in etcd kube-apiserver kube-controller-manager kube-scheduler; do
    for file in "$MANIFESTS"/*; do
      if [ ! -f "$file" ] || [ "${file##*/}" = "$part.yaml" ] || [ "$file" = "$MANIFEST" ]; then continue; fi
      if grep -qE "^ *- *(/[^ ]*/)?$part\$" "$file"; then halt "$file is a second manifest of $part, and kubelet runs it too: move it out of $MANIFESTS first"; fi
    done
  done
}

check_certificates() {
  if [ "$TLS" != yes ]; then return 0; fi
  choose_certificate
  for file in "$CA_FILE" "$CERT" "$KEY"; do [ -r "$file" ] || halt "$file is missing: without it etcd cannot be asked whether the restore worked"; done
  if has openssl; then
    openssl x509 -checkend 0 -noout -in "$CERT" >/dev/null || halt "the certificate $CERT has expired: renew it first"
  fi
}

free_kb() { df -Pk "$1" | sed -n 2p | tr -s ' ' | cut -d ' ' -f 4; }

check_room() {
  needed=$NEEDED_KB
  copied=${SOURCE_DIR:-$DATA_DIR}
  if [ "$USES_SNAPSHOT" = no ] && [ -d "$copied" ]; then needed=$((needed + $(du -sk "$copied" | cut -f 1))); fi
  place=$DATA_DIR
  if ! is_mount_point "$place"; then place=${DATA_DIR%/*}; fi
  while [ "$place" != '' ] && [ ! -d "$place" ]; do place=${place%/*}; done
  for folder in "${place:-/}" "${WORK%/*}"; do
    free=$(free_kb "$folder")
    [ "$free" -ge "$needed" ] || halt "only $free KB are free in $folder; $needed KB are needed. Free room elsewhere on that file system, never inside $DATA_DIR"
  done
}

# The directory that the plan puts in place must still be the one that was judged.
check_source() {
  case "$SOURCE_DIR/" in "$DATA_DIR"/*) halt "$SOURCE_DIR lies inside $DATA_DIR: move it out first" ;; esac
  if [ ! -d "$SOURCE_DIR/member/wal" ] || [ ! -f "$SOURCE_DIR/member/snap/db" ]; then halt "$SOURCE_DIR holds no member/wal and member/snap/db"; fi
  [ "$(digest_of "$SOURCE_DIR/member/snap/db")" = "$SOURCE_SHA256" ] || halt "$SOURCE_DIR/member/snap/db is not the file that was judged: its SHA-256 differs"
}

# Copies the snapshot to $WORK, where no rotation reaches it, and proves that it is the chosen one.
take_snapshot() {
  mkdir -p "$WORK"
  if [ -e "$WORK/snapshot.db" ]; then
    if [ "$(digest_of "$WORK/snapshot.db")" = "$SNAPSHOT_SHA256" ]; then return 0; fi
    mv "$WORK/snapshot.db" "$(free_name "$WORK/snapshot.db.other")"
  fi
  here=$(cd "$(dirname "$0")" && pwd)
  for file in "$here/$SNAPSHOT_FILE" "$SNAPSHOT_ORIGIN"; do
    if [ "$file" = '' ] || [ ! -f "$file" ]; then continue; fi
    if [ "$(digest_of "$file")" != "$SNAPSHOT_SHA256" ]; then
      say "$file is not the chosen snapshot: its SHA-256 differs"
      continue
    fi
    cp "$file" "$WORK/snapshot.db.part"
    mv "$WORK/snapshot.db.part" "$WORK/snapshot.db"
    [ "$(digest_of "$WORK/snapshot.db")" = "$SNAPSHOT_SHA256" ] || halt "the copy of $file is not the same: disk trouble?"
    say "snapshot: $file, SHA-256 $SNAPSHOT_SHA256"
    return 0
  done
  halt "the chosen snapshot (SHA-256 $SNAPSHOT_SHA256) is neither beside this script as $SNAPSHOT_FILE nor at ${SNAPSHOT_ORIGIN:-its original place}"
}

phase_preflight() {
  [ "$(id -u)" = 0 ] || halt 'run this as root'
  check_host
  check_tools
  check_manifests
  if [ "$ETCD" != none ]; then
    check_certificates
    check_room
  fi
  mkdir -p "$WORK"
  if [ "$ETCD" != none ] && [ "$USES_SNAPSHOT" = yes ]; then take_snapshot; fi
  if [ "$ETCD" != none ] && [ "$SOURCE_DIR" != '' ]; then check_source; fi
  mark_done preflight
}

phase_stop() {
  need preflight
  confirm 'Stops the backup job, the control plane and etcd.'
  stop_backup_job
  end_backup_runs
  stop_control_plane
  if [ "$ETCD" != none ]; then
    stop_etcd
    wait_until 60 "an etcd still has $DATA_DIR open on $HOST" data_is_free
  fi
  mark_done stop
}

# Moves what a directory holds, but for hidden entries and lost+found, into another one.
move_contents() {
  for entry in "$1"/*; do
    if [ -e "$entry" ] && [ "${entry##*/}" != lost+found ]; then mv "$entry" "$(free_name "$2/${entry##*/}")"; fi
  done
}

# Puts one directory aside under a new name; a mount point stays, and its contents go one level down.
put_aside() {
  [ -e "$1" ] || return 0
  if is_mount_point "$1"; then
    inside=$(free_name "$1/.$2-$PLAN")
    mkdir "$inside"
    move_contents "$1" "$inside"
    printf '%s\n' "$inside"
  else
    aside=$(free_name "$1.$2-$PLAN")
    mv "$1" "$aside"
    printf '%s\n' "$aside"
  fi
}

# Puts the old data aside for good. The new name is written down first, so that a run that was cut off in
# the middle is finished by the next one, and the roll-back finds what was moved.
keep_aside() {
  if [ -e "$WORK/kept.$2" ]; then return 0; fi
  if [ ! -e "$WORK/keeping.$2" ]; then
    if [ ! -e "$1" ]; then
      printf 'nothing\n' >"$WORK/kept.$2"
      say "there is no $1 on this host"
      return 0
    fi
    if is_mount_point "$1"; then free_name "$1/.broken-$PLAN" >"$WORK/keeping.part"; else free_name "$1.broken-$PLAN" >"$WORK/keeping.part"; fi
    mv "$WORK/keeping.part" "$WORK/keeping.$2"
  fi
  kept=$(cat "$WORK/keeping.$2")
  case $kept in
    "$1"/.*)
      mkdir -p "$kept"
      move_contents "$1" "$kept"
      ;;
    *)
      if [ -e "$1" ] && [ -e "$kept" ]; then say "came to be since: $(put_aside "$1" stray)"; fi
      if [ -e "$1" ]; then mv "$1" "$kept"; fi
      ;;
  esac
  mv "$WORK/keeping.$2" "$WORK/kept.$2"
  say "old data: $1 is now $kept"
}

# Copies one directory, on its own file system. A copy that broke off is put aside by the next try.
copy_beside() {
  if [ -e "$WORK/kept.$2" ]; then return 0; fi
  if is_mount_point "$1"; then kept="$1/.copy-$PLAN"; else kept="$1.copy-$PLAN"; fi
  if [ -e "$kept" ]; then mv "$kept" "$(free_name "$kept-unfinished")"; fi
  say "copying $1 to $kept"
  if is_mount_point "$1"; then
    mkdir "$kept"
    for entry in "$1"/*; do
      if [ -e "$entry" ] && [ "${entry##*/}" != lost+found ]; then cp -a "$entry" "$kept/"; fi
    done
  else
    cp -a "$1" "$kept"
  fi
  printf '%s\n' "$kept" >"$WORK/kept.$2"
}

phase_keep() {
  need stop
  if is_done keep; then
    say "keep: was done before; the old data is in $(cat "$WORK/kept.data" 2>/dev/null || echo nowhere)"
    return 0
  fi
  if etcd_holds_data; then halt "an etcd runs on $DATA_DIR again: run stop once more"; fi
  if [ "$RENEWS" = yes ]; then
    confirm "Renames $DATA_DIR${WAL_DIR:+ and $WAL_DIR}."
    if [ -e "$DATA_DIR" ] && [ ! -e "$WORK/owner.before" ]; then stat -c %u:%g "$DATA_DIR" >"$WORK/owner.before"; fi
    keep_aside "$DATA_DIR" data
    if [ "$WAL_DIR" != '' ]; then keep_aside "$WAL_DIR" wal; fi
  else
    [ -d "$DATA_DIR/member" ] || halt "$DATA_DIR holds no member directory"
    copy_beside "$DATA_DIR" data
    if [ "$WAL_DIR" != '' ] && [ -e "$WAL_DIR" ]; then copy_beside "$WAL_DIR" wal; fi
  fi
  mark_done keep
}

# A restore that broke off leaves a directory on which etcd would start and lose writes: put it aside.
put_half_made_aside() {
  if [ "$TARGET_DIR" != "$DATA_DIR" ] && [ -e "$DATA_DIR/member" ]; then say "half-made: $(put_aside "$DATA_DIR" half)"; fi
  if [ "$TARGET_WAL" != "$WAL_DIR" ] && [ -e "$TARGET_WAL" ]; then say "half-made: $(put_aside "$TARGET_WAL" half)"; fi
  if [ -e "$TARGET_DIR" ] || { [ "$WAL_DIR" != '' ] && [ -e "$WAL_DIR/0000000000000000-0000000000000000.wal" ]; }; then
    if [ -e "$TARGET_DIR" ]; then say "half-made: $(put_aside "$TARGET_DIR" half)"; fi
    if [ "$WAL_DIR" != '' ] && [ -e "$WAL_DIR" ]; then say "half-made: $(put_aside "$WAL_DIR" half)"; fi
  fi
}

set_owner() {
  user=${OWNER%%:*}
  wanted=$OWNER
  case $user in *[!0-9]*) if ! id -u "$user" >/dev/null 2>&1; then
    wanted=$(cat "$WORK/owner.before" 2>/dev/null || echo 0:0)
    say "there is no user $user on this host: the owner of the old data, $wanted, is used"
  fi ;; esac
  chown -R "$wanted" "$1"
  chmod 700 "$1"
  if has restorecon; then restorecon -R "$1" || true; fi
}

phase_restore() {
  need keep
  if is_done restore; then
    say "restore: was done before"
    return 0
  fi
  confirm "Writes the restored $DATA_DIR."
  if etcd_holds_data; then halt "an etcd runs on $DATA_DIR: run stop once more"; fi
  if [ "$USES_SNAPSHOT" = yes ]; then
    [ "$(digest_of "$WORK/snapshot.db")" = "$SNAPSHOT_SHA256" ] || halt "$WORK/snapshot.db has changed"
    choose_restore_tool || halt "no tool on this host can restore for etcd $VERSION: $TOOL_ADVICE"
  else
    check_source
    RESTORE_TOOL="cp -a $SOURCE_DIR"
  fi
  cd "$WORK"
  TARGET_DIR=$DATA_DIR
  TARGET_WAL=$WAL_DIR
  if is_mount_point "$DATA_DIR"; then TARGET_DIR="$DATA_DIR/.restore-$PLAN"; fi
  if [ "$WAL_DIR" != '' ] && is_mount_point "$WAL_DIR"; then TARGET_WAL="$WAL_DIR/.restore-$PLAN"; fi
  put_half_made_aside
  log "restoring with $RESTORE_TOOL"
  if ! restore_data; then
    if [ -e "$TARGET_DIR" ]; then say "what it left is in $(put_aside "$TARGET_DIR" half)"; fi
    halt 'the restore failed; the old data is untouched'
  fi
  [ -s "$TARGET_DIR/member/snap/db" ] || halt "the restore wrote no $TARGET_DIR/member/snap/db"
  if [ "$TARGET_DIR" != "$DATA_DIR" ]; then
    mv "$TARGET_DIR/member" "$DATA_DIR/member"
    mv "$TARGET_DIR" "$(free_name "$WORK/emptied")"
  fi
  if [ "$WAL_DIR" != '' ]; then
    if [ "$TARGET_WAL" != "$WAL_DIR" ]; then
      move_contents "$TARGET_WAL" "$WAL_DIR"
      mv "$TARGET_WAL" "$(free_name "$WORK/emptied")"
    fi
    set_owner "$WAL_DIR"
  else
    [ -d "$DATA_DIR/member/wal" ] || halt 'the restore wrote no member/wal'
  fi
  set_owner "$DATA_DIR"
  mark_done restore
}

is_starting() {
  if etcd_holds_data; then return 0; fi
  case $ETCD in
    systemd | docker) case $(systemctl is-active "$UNIT" 2>/dev/null || true) in active | activating) return 0 ;; esac ;;
    static-pod) [ "$(containers etcd 2>/dev/null)" != '' ] && return 0 ;;
    container) [ "$("$CLI" ps -q --filter "name=^/$CONTAINER\$" 2>/dev/null)" != '' ] && return 0 ;;
  esac
  return 1
}

phase_start() {
  if [ "$RENEWS" = yes ]; then need restore; else need keep; fi
  confirm 'Starts etcd.'
  end_backup_runs
  start_etcd
  if [ "$ETCD" = static-pod ] && unit_exists kubelet.service; then
    case $(systemctl is-active kubelet 2>/dev/null || true) in
      failed | inactive)
        say 'systemctl start kubelet'
        systemctl start kubelet || say 'kubelet could not be started: without it no static pod runs'
        ;;
    esac
  fi
  wait_until 120 "etcd does not start on $HOST; see: $LOGS" is_starting
  mark_done start
}

check_members() {
  ctl member list >"$WORK/members" || halt 'the member list cannot be read'
  count=$(grep -c . "$WORK/members")
  [ "$count" -eq "$MEMBER_COUNT" ] || halt "the cluster has $count members, planned are $MEMBER_COUNT: $(cat "$WORK/members")"
  while IFS='=' read -r name url; do
    grep -qF ", $url," "$WORK/members" || halt "no member has the peer URL $url (planned for $name)"
  done <<MEMBERS
$MEMBERS
MEMBERS
}

check_content() {
  ctl get '' --from-key --limit=1 -w fields >"$WORK/fields" || halt 'etcd does not answer reads'
  revision=$(sed -n 's/^"Revision" : //p' "$WORK/fields" | sed -n 1p)
  keys=$(sed -n 's/^"Count" : //p' "$WORK/fields" | sed -n 1p)
  say "revision $revision, keys $keys (planned: revision ${EXPECTED_REVISION:-unknown}, keys ${EXPECTED_KEYS:-unknown})"
  if [ "$EXPECTED_REVISION" != '' ] && [ "${revision:-0}" -lt "$EXPECTED_REVISION" ]; then
    halt "etcd serves revision ${revision:-none}, older than the planned $EXPECTED_REVISION: it runs on other data"
  fi
  if [ "${EXPECTED_KEYS:-0}" -gt 0 ] && [ "${keys:-0}" -eq 0 ]; then halt 'etcd serves no keys: it runs on other data'; fi
  # A lease goes through the same log as a write, but leaves keys and revision as they are.
  ctl lease grant 60 >/dev/null || halt 'etcd answers reads but commits nothing: do not start the control plane'
}

check_hashes() {
  [ "$MEMBER_COUNT" -gt 1 ] || return 0
  waited=0
  while :; do
    ctl endpoint hashkv --cluster >"$WORK/hashes" 2>>"$WORK/restore.log" || true
    if [ "$(grep -c . "$WORK/hashes")" -eq "$MEMBER_COUNT" ] && [ "$(cut -d , -f 2 "$WORK/hashes" | sort -u | grep -c .)" -eq 1 ]; then return 0; fi
    if is_done control-plane; then
      say 'the members are being written to; their hashes are not compared'
      return 0
    fi
    [ "$waited" -lt 60 ] || halt "the members do not hold the same data, or cannot all be asked: $(cat "$WORK/hashes")"
    sleep 1
    waited=$((waited + 1))
  done
}

# NOSPACE travels inside a snapshot. A restored store is compacted and defragmented, then the alarm is
# cleared; when it comes back, the live data itself is too much.
clear_nospace() {
  alarms=$(ctl alarm list 2>/dev/null || true)
  case $alarms in
    '') return 0 ;;
    *CORRUPT*) halt "a CORRUPT alarm is set: $alarms. Do not start the control plane" ;;
    *NOSPACE*) ;;
    *) halt "an alarm is set: $alarms" ;;
  esac
  say "the snapshot carries an alarm: $alarms"
  revision=$(ctl get '' --from-key --limit=1 -w fields 2>/dev/null | sed -n 's/^"Revision" : //p' | sed -n 1p)
  PATIENCE=600s
  ctl compact "${revision:-0}" >>"$WORK/restore.log" 2>&1 || true
  ctl defrag >>"$WORK/restore.log" 2>&1 || halt 'etcd cannot be defragmented'
  PATIENCE=''
  ctl alarm disarm >>"$WORK/restore.log" 2>&1 || true
  waited=0
  while [ "$(ctl alarm list 2>/dev/null || true)" != '' ]; do
    [ "$waited" -lt 20 ] || halt 'the NOSPACE alarm comes back: the live data fills the quota. Raise --quota-backend-bytes, restart etcd, then repeat this phase'
    sleep 1
    waited=$((waited + 1))
    ctl alarm disarm >>"$WORK/restore.log" 2>&1 || true
  done
  say 'compacted, defragmented, alarm cleared'
}

phase_verify() {
  need start
  waited=0
  until ctl endpoint health >"$WORK/health" 2>&1; do
    if [ "$(ctl alarm list 2>/dev/null || true)" != '' ]; then break; fi
    [ "$waited" -lt 180 ] || halt "etcd is not healthy on $HOST after $waited seconds: $(sed -n 1,3p "$WORK/health"); see: $LOGS"
    sleep 1
    waited=$((waited + 1))
  done
  clear_nospace
  check_members
  check_content
  check_hashes
  ctl endpoint status -w table || true
  mark_done verify
}

phase_control_plane() {
  if [ "$ETCD" != none ]; then need verify; else need stop; fi
  confirm 'Brings the control plane and the backup job back.'
  if [ "$ETCD" != none ] && [ ! -s "$WORK/after-restore.db" ]; then
    if [ "$ETCDCTL" != '' ] && has "$ETCDCTL"; then
      say "a fresh backup: $WORK/after-restore.db"
      PATIENCE=3600s
      ctl snapshot save "$WORK/after-restore.db" || halt 'the fresh backup failed; the backup job stays off'
      PATIENCE=''
    else
      say 'there is no etcdctl on this host: take a fresh backup yourself'
    fi
  fi
  start_control_plane
  if unit_exists kubelet.service; then
    say 'systemctl restart kubelet'
    systemctl restart kubelet
  fi
  if [ "$CONTROL_PLANE" != none ] && has kubectl && [ -r /etc/kubernetes/admin.conf ]; then
    waited=0
    until kubectl --kubeconfig /etc/kubernetes/admin.conf get --raw /readyz >/dev/null 2>&1; do
      [ "$waited" -lt 300 ] || halt 'the apiserver does not become ready'
      sleep 3
      waited=$((waited + 3))
    done
    kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes -o wide || true
  fi
  start_backup_job
  mark_done control-plane
}

swap_back() {
  kept=$(cat "$WORK/kept.$1")
  if [ "$kept" = nothing ]; then
    if [ -e "$2" ]; then say "restored data: $(put_aside "$2" restored)"; fi
    return 0
  fi
  # What is there is put aside once; from then on only old data comes in, whatever cuts this off.
  if [ ! -e "$WORK/swapping.$1" ]; then
    [ -e "$kept" ] || halt "the kept copy $kept is gone"
    case $kept in
      "$2"/.*)
        mkdir -p "$2/.restored-$PLAN"
        move_contents "$2" "$2/.restored-$PLAN"
        ;;
      *) if [ -e "$2" ]; then mv "$2" "$(free_name "$2.restored-$PLAN")"; fi ;;
    esac
    : >"$WORK/swapping.$1"
  fi
  if [ -e "$kept" ]; then
    case $kept in
      "$2"/.*)
        move_contents "$kept" "$2"
        mv "$kept" "$(free_name "$WORK/emptied")"
        ;;
      *) mv "$kept" "$2" ;;
    esac
  fi
  say "$2 is again what it was before"
}

phase_rollback() {
  [ "$(id -u)" = 0 ] || halt 'run this as root'
  if ! is_done preflight; then
    [ -e "$WORK/rolled-back" ] || halt "nothing was done on $HOST"
    say "rollback: was done before on $HOST"
    return 0
  fi
  confirm 'Stops etcd and brings the old data back.'
  if [ "$ETCD" != none ]; then
    stop_control_plane
    stop_etcd
    wait_until 60 "an etcd still has $DATA_DIR open on $HOST" data_is_free
    if [ -e "$WORK/keeping.data" ]; then keep_aside "$DATA_DIR" data; fi
    if [ -e "$WORK/keeping.wal" ]; then keep_aside "$WAL_DIR" wal; fi
    if [ -e "$WORK/kept.data" ]; then swap_back data "$DATA_DIR"; fi
    if [ -e "$WORK/kept.wal" ]; then swap_back wal "$WAL_DIR"; fi
  fi
  start_control_plane
  start_backup_job
  past=$(free_name "$WORK/rolled-back")
  mkdir "$past"
  # The marks of the phases go last: until then a roll-back that was cut off is done again.
  for file in "$WORK/kept.data" "$WORK/kept.wal" "$WORK/swapping.data" "$WORK/swapping.wal" "$WORK/after-restore.db" "$WORK/done"; do
    if [ -e "$file" ]; then mv "$file" "$past/"; fi
  done
  if [ "$ETCD" != none ]; then
    if [ "$START" = yes ]; then start_etcd; else say "etcd is left stopped, so that the old data stays as it is. To start it: sh $0 rollback-start"; fi
  fi
  say "rollback: done on $HOST"
}

explain() {
  cat <<TEXT
$0: restores etcd on $HOST. Without a phase it does nothing.

usage: sh $0 PHASE [--yes]

  preflight      checks this host and the snapshot; changes nothing but $WORK
  stop           stops the backup job, the control plane and etcd
  keep           puts the old data aside under a new name
  restore        writes the new data directory
  start          starts etcd
  verify         asks etcd whether it serves the planned members and data
  control-plane  takes a fresh backup, brings the control plane and the backup job back
  rollback       brings the old data back, and leaves etcd stopped
  rollback-start starts etcd after a rollback

Run each phase on all hosts before the next one: see RUNBOOK.md and plan.json.
TEXT
}

phase=${1:-}
if [ $# -gt 0 ]; then shift; fi
for word in "$@"; do
  case $word in
    --yes) YES=yes ;;
    --start) START=yes ;;
    *)
      printf 'unknown option: %s\n' "$word" >&2
      exit 2
      ;;
  esac
done
case $phase in
  preflight) phase_preflight ;;
  stop) phase_stop ;;
  keep) phase_keep ;;
  restore) phase_restore ;;
  start) phase_start ;;
  verify) phase_verify ;;
  control-plane) phase_control_plane ;;
  rollback) phase_rollback ;;
  rollback-start) confirm 'Starts etcd.' && start_etcd ;;
  '' | -h | --help) explain ;;
  *)
    explain >&2
    exit 2
    ;;
esac
