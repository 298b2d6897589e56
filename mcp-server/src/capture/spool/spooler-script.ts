/** Of one file, and of what a client says on stdin; a byte more tells that there was more. */
export const maxFileBytes = 1_048_576;

/** Of what a client says: a file of the largest size three times over. More is dropped and counted. */
const maxSaidBytes = 8 * maxFileBytes;

/** What may wait to be drained. Beyond it, events are dropped and counted. */
export const spoolLimits = { events: 2_000, megabytes: 256 };

/** From here on the size is looked at, too: until then it would cost more than it saves. */
const weighedFrom = 32;

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A payload this long is searched by `grep`: going through it word by word would take the shell longer. */
const searchedFrom = 16_384;

/**
 * The installed hook. No Node and no parser of JSON: inside a text of JSON every quote has a backslash before it, so that
 * `"file_path":"` can only be the member. It answers nothing and exits with 0, whatever happens.
 *
 * What starts a program costs more than all else here, so that the shell does by itself what it can; around a write only the two
 * copies are left, of what the client says and of the file. Shells read by the byte, `$(…)` does not.
 *
 * An event counts from the moment that `N-PID.client` is there, an empty file made last: after `N.event`, which says what
 * happened, and what was copied beside it. Its number is taken by creating `N.event`, which only one process can; that keeps
 * two agents apart and in order when the clock does not.
 * `head -c` and `grep -o` are not in POSIX, but in Linux, macOS, the BSDs and busybox.
 */
export const spoolerScript = (spool: string) => `#!/bin/sh
# Whetstone notes what an agent wrote, for \`whetstone-mcp capture report\`. To stop it: whetstone-mcp hooks remove
exec 2>/dev/null
case \${WHETSTONE_CAPTURE-} in [oO][fF][fF]) exit 0 ;; esac
umask 077
LC_ALL=C
export LC_ALL
from=$PWD
client=\${1-}
hook=\${2-}
cd ${quoted(spool)} || exit 0

drop() {
  printf . >>dropped
  exit 0
}

set -- "$@" --
events=0
for one in *.claude *.cursor *.git *.told; do [ -e "$one" ] && events=$((events + 1)); done
[ $events -lt ${spoolLimits.events} ] || drop
if [ $events -ge ${weighedFrom} ]; then
  size=$(du -sk .)
  [ "\${size%%[!0-9]*}" -lt ${spoolLimits.megabytes * 1024} ] || drop
fi

set -f
n=0
read -r n <seq
case $n in '' | *[!0-9]*) n=0 ;; esac
set -C
n=$((n + 1))
until true >"$n.event"; do
  n=$((n + 1))
  [ -e "$n.event" ] || [ -w . ] || exit 0
  tries=$((\${tries-0} + 1))
  [ $tries -lt 500 ] || drop
done
set +C
echo $n >seq
id=$n-$$

give_up() {
  set +f
  rm -f "$n.event" "$id".*
  drop
}

# Of files that are followed, as they are now; with what git calls changed where somebody may have changed anything.
snapshot() {
  root= list= pace=
  while IFS='	' read -r r l p; do
    case $dir/ in "$r"/*) [ \${#r} -gt \${#root} ] && root=$r list=$l pace=$p ;; esac
  done <units
  if [ "$1" = changed ] && [ "$pace" != slow ]; then
    [ -n "$root" ] || root=$(git -C "$dir" rev-parse --show-toplevel)
    set --
    IFS='
'
    for line in $([ -n "$root" ] && exec git -C "$root" --no-optional-locks -c core.quotePath=false status --porcelain=v2 \\
      --branch --no-ahead-behind --no-renames --ignore-submodules=all -uall); do
      case $line in
        *\\"*) continue ;;
        '# branch.oid '*) printf '%s' "\${line#\\# branch.oid }" >"$id.head"; continue ;;
        '1 '*) path=\${line#* * * * * * * * } ;;
        'u '*) path=\${line#* * * * * * * * * * } ;;
        '? '*) path=\${line#\\? } ;;
        *) continue ;;
      esac
      set -- "$@" "\${root#/}/$path"
      [ $# -lt 200 ] || break
    done
    [ $# -eq 0 ] || (cd / && exec find "$@" -prune -type f -size -2049 ! -name '.env*') >"$id.list"
  fi
  set --
  [ -n "$list" ] && [ -s "$list" ] && set -- "$@" -T "$list"
  [ -s recent ] && set -- "$@" -T recent
  [ -s "$id.list" ] && set -- "$@" -T "$id.list"
  if [ $# -gt 0 ]; then tar -cf "$id.tar" -C / "$@" || [ -s "$id.tar" ] || give_up; fi
}

copy() {
  case $1 in
    /*) file=$1 ;;
    *) file=$dir/$1 ;;
  esac
  case $file in *\\\\* | *'
'*) true >"$id.bad"; return ;; esac
  case \${file##*/} in .env*) return ;; esac
  if [ -L "$file" ]; then
    true >"$id.link"
  elif [ -f "$file" ]; then
    head -c ${maxFileBytes + 1} <"$file" >"$id.file" || true >"$id.bad"
  elif [ -e "$file" ]; then
    true >"$id.bad"
  fi
  echo "\${file#/}" >>recent
}

# What is checked out, without asking git where a file says it.
head_of() {
  head= ref=
  read -r head <"$1/.git/HEAD"
  case $head in 'ref: '*) ref=\${head#ref: } head=; read -r head <"$1/.git/$ref" ;; esac
  case $head in '' | *[!0-9a-f]*) head=$(git -C "$1" rev-parse HEAD) ;; esac
}

if [ "$client" = git ]; then
  head_of "$from"
  {
    printf '%s\\n%s\\n' "$from" "$head"
    while [ "\${2-}" != -- ]; do printf '%s ' "$2"; shift; done
    echo
    [ "$hook" != post-rewrite ] || head -c 65536
  } >"$n.event" || give_up
  dir=$from
  snapshot followed
else
  said=$(exec tee "$n.event") || give_up
  [ \${#said} -lt ${maxSaidBytes} ] || give_up
  if [ \${#said} -ge ${searchedFrom} ]; then
    said=$(exec grep -o -e '"file_path" *: *"[^"]*"' -e '"notebook_path" *: *"[^"]*"' -e '"cwd" *: *"[^"]*"' -e '"workspace_roots" *: *\\[ *"[^"]*"' -e '"tool_name" *: *"[^"]*"' -e '"hook_event_name" *: *"[^"]*"' "$n.event")
  fi
  # Cut at every quote: a name, what stands between, a value.
  dir= event= tool= file_path= name= between=
  IFS='"'
  for value in $said; do
    case $between in
      *[!:\\ \\[]*) ;;
      *:*)
        case $name in
          file_path | notebook_path) [ -n "$file_path" ] || file_path=$value ;;
          cwd | workspace_roots) [ -n "$dir" ] || dir=$value ;;
          tool_name) [ -n "$tool" ] || tool=$value ;;
          hook_event_name) [ -n "$event" ] || event=$value ;;
        esac
        ;;
    esac
    name=$between between=$value
  done
  [ -n "$dir" ] || dir=$from
  case $event:$tool in
    *ToolUse*:Bash | beforeShell* | afterShell*) snapshot changed ;;
    *ToolUse*:* | PermissionDenied:* | afterFileEdit:*) [ -n "$file_path" ] && copy "$file_path" ;;
    *) snapshot followed ;;
  esac
fi
true >"$id.$client" || give_up
exit 0
`;
