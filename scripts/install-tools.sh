#!/usr/bin/env bash
# Installs the programs from Debian's packages that the tests and checks need and this machine lacks.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive PATH=$PATH:/usr/sbin

packages=()
for pair in nix-instantiate:nix-bin shellcheck:shellcheck strace:strace sshd:openssh-server ssh:openssh-client; do
  command -v "${pair%%:*}" >/dev/null || packages+=("${pair#*:}")
done

if ((${#packages[@]} == 0)); then
  echo "nothing is missing"
elif ((EUID == 0)); then
  apt-get -q update
  apt-get -q install -y --no-install-recommends "${packages[@]}"
else
  echo "missing, and only root can install them: ${packages[*]}; what needs them is skipped, with its reason"
fi
