# shellcheck shell=sh
# What a run tells those who plan meanwhile, and those who plan after it has failed.

doing=''
subjects=''

# Begins to tell what this run does; call it with the lock of the containers held.
# Takes: $1 containers, $2 what is done to them: create, adopt, update, remove. Sets: subjects, deed, since.
begin_work() {
  subjects=$1
  deed=$2
  since=$(date +%s)
}

# A step begins.
# Takes: $1 the step. Sets: doing.
note_step() {
  doing=$1
  tell_step "$1"
}

# Tells of a step without taking it for the one that may fail. Without a subject nothing is told.
# Takes: $1 the step; subjects, deed, since.
tell_step() {
  [ -n "$subjects" ] || return 0
  printf 'names=%s\naction=%s\nsince=%s\nstep=%s\nstep-since=%s\nwho=%s\n' "$subjects" "$deed" "$since" "$1" "$(date +%s)" "$who" >"$workdir/progress.new" &&
    mv -f "$workdir/progress.new" "$workdir/progress"
}

# Keeps why a change or removal failed, as well as it goes: the disk may be what failed.
# Takes: $1 container, $2 owner that asked for it, $3 the reason; doing.
keep_failure() {
  (
    hold_places
    mkdir -p "$ours/failures" || exit 0
    _reason=$(printf '%s' "$3" | tr '\000-\037\177' ' ' | cut -c 1-500)
    printf 'owner=%s\ntime=%s\nstep=%s\nreason=%s\n' "$2" "$(date +%s)" "$doing" "$_reason" | write_file "$ours/failures/$1" ||
      rm -f "$ours/failures/$1.new"
  ) 2>/dev/null
}

# Takes: $1 container.
forget_failure() { rm -f "$ours/failures/$1"; }
