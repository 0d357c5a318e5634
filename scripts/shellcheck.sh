#!/usr/bin/env bash
# Shellcheck of every shell text in the repository. The programs of src/script are also checked whole, as rendered, by a test.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
failed=0

# Parts of programs: which variables the other parts set and read is only seen in the whole.
parts=(--shell=sh "--exclude=SC2034,SC2154")
wholes=(--shell=sh --external-sources --source-path=SCRIPTDIR)

shellcheck "${parts[@]}" src/script/*.sh || failed=1
shellcheck "${wholes[@]}" src/sim/bin/* || failed=1
shellcheck "${parts[@]}" --external-sources --source-path=SCRIPTDIR src/sim/lib/*.sh || failed=1
shellcheck --shell=bash .ci/run scripts/*.sh || failed=1

exit "$failed"
