# shellcheck shell=sh
# What a run tells those who plan meanwhile, and those who plan after it has failed.

doing=''
subjects=''

# Begins to tell that this run does $2 (create, adopt, update or remove) to the containers $1; call it with their lock held.
# Sets $subjects, $deed and $since.
begin_work() {
  subjects=$1
  deed=$2
  since=$(date +%s)
}

# Tells the step that begins, as $1; sets $doing. Without a subject nothing is told.
note_step() {
  doing=$1
  [ -n "$subjects" ] || return 0
  printf 'names=%s\naction=%s\nsince=%s\nstep=%s\nstep-since=%s\nwho=%s\n' "$subjects" "$deed" "$since" "$1" "$(date +%s)" "$who" >"$workdir/progress.new" &&
    mv -f "$workdir/progress.new" "$workdir/progress"
}

# Keeps why a change or removal of container $1, asked for by owner $2, failed: $3. As well as it goes: the disk may be what failed.
keep_failure() {
  (
    hold_places
    mkdir -p "$ours/failures" || exit 0
    reason=$(printf '%s' "$3" | tr '\000-\037\177' ' ' | cut -c 1-500)
    printf 'owner=%s\ntime=%s\nstep=%s\nreason=%s\n' "$2" "$(date +%s)" "$doing" "$reason" | write_file "$ours/failures/$1" ||
      rm -f "$ours/failures/$1.new"
  ) 2>/dev/null
}

forget_failure() { rm -f "$ours/failures/$1"; }
