#!/bin/sh
# Starts a run of evals on a Whetstone server, waits for it, and holds it against a run that is the baseline. What is measured
# comes on stdin, as POST /api/eval/run takes it. Needs curl and Node.js.
#
#   ./evals-cloud-gate.sh < request.json
#
#   WHETSTONE_URL, WHETSTONE_API_KEY   the server, and a key of the role agent
#   EVALS_BASELINE    id of the run to compare with; "none" for no comparison. Default: the newest whole run of the data set
#                     that has the tag "main"
#   EVALS_MAX_DROP    points it may be worse by; default 5
#   EVALS_TIMEOUT_S   how long it waits; default 3000
#
# Ends with 0 when the run is not worse, 1 when it is worse by more than that and by more than chance (two-sided p < .05), and
# 2 when it was called wrongly, 3 when nothing can be decided: no baseline, no server, a run that failed, more than 2 % of the
# samples without a verdict.
set -eu

: "${WHETSTONE_URL:?address of the server}" "${WHETSTONE_API_KEY:?a key of the role agent}"
max_drop=${EVALS_MAX_DROP:-5}
deadline=$(($(date +%s) + ${EVALS_TIMEOUT_S:-3000}))
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The key goes by a file that is ours alone: arguments are for all to see.
umask 077
printf 'header = "Authorization: Bearer %s"\n' "$WHETSTONE_API_KEY" > "$folder/curlrc"

say() {
  echo "$1"
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then echo "$1" >> "$GITHUB_STEP_SUMMARY"; fi
}
stop() {
  say "evals: $2"
  exit "$1"
}
# api METHOD PATH [curl's further arguments]: the answer is in $folder/answer. What fails by itself is tried again.
api() {
  method=$1 path=$2
  shift 2
  status=$(curl -sS -K "$folder/curlrc" --retry 5 --retry-connrefused --max-time 60 -X "$method" -o "$folder/answer" \
    -w '%{http_code}' "$@" "$WHETSTONE_URL$path") || stop 3 "$WHETSTONE_URL does not answer"
  case $status in
    2??) ;;
    400 | 401 | 403 | 404) stop 2 "$(from answer 'answer.detail')" ;;
    *) stop 3 "$(from answer 'answer.detail')" ;;
  esac
}
# from FILE EXPRESSION: of the JSON in the file, as text.
from() {
  node -e 'const answer = JSON.parse(require("fs").readFileSync(process.argv[1])); console.log(eval(process.argv[2]))' "$folder/$1" "$2"
}

cat > "$folder/request"
dataset=$(from request 'encodeURIComponent(answer.dataset)') || stop 2 'stdin is not the JSON of a run'

# With this key the request can be repeated and still starts one run.
api POST /api/eval/run -H 'Content-Type: application/json' -H "Idempotency-Key: $(node -p 'crypto.randomUUID()')" \
  --data-binary "@$folder/request"
run=$(from answer 'answer.runId')
say "evals: run $run of $(from answer 'answer.problemCount === 1 ? "one problem" : `${answer.problemCount} problems`')"

while :; do
  api GET "/api/eval/results/$run?limit=1"
  status=$(from answer 'answer.run.status')
  case $status in completed | failed | cancelled) break ;; esac
  if [ "$(date +%s)" -ge "$deadline" ]; then
    api POST "/api/eval/runs/$run/cancel"
    stop 3 'the run took too long and was cancelled'
  fi
  sleep 2
done
if [ "$status" != completed ]; then stop 3 "the run $status: $(from answer 'answer.run.failure')"; fi
say "evals: $(from answer '`${answer.run.counts.passed} passed, ${answer.run.counts.failed + answer.run.counts.timeout} failed, ${answer.run.counts.error + answer.run.counts.skipped} without a verdict`')"
if [ "$(from answer '(answer.run.counts.error + answer.run.counts.skipped) / answer.run.sampleCount > 0.02')" = true ]; then
  stop 3 'too many samples have no verdict'
fi

baseline=${EVALS_BASELINE:-}
if [ "$baseline" = none ]; then exit 0; fi
if [ -z "$baseline" ]; then
  api GET "/api/eval/runs?dataset=$dataset&status=completed&limit=200"
  baseline=$(from answer "answer.items.find((run) => run.isWhole && run.tags.includes('main') && run.runId !== '$run')?.runId ?? ''")
fi
if [ -z "$baseline" ]; then stop 3 'there is no run to compare with; give the first one the tag "main"'; fi

api GET "/api/eval/compare?a=$baseline&b=$run"
say "evals: $(from answer 'answer.sentence')"
from answer 'answer.discordant.map(({ problemId, a, b }) => `  ${problemId}: ${a.passed} of ${a.graded} -> ${b.passed} of ${b.graded}`).join("\n")'
if [ "$(from answer "answer.verdict === 'worse' && -answer.differencePoints > $max_drop")" = true ]; then
  stop 1 "worse than run $baseline by more than $max_drop points"
fi
