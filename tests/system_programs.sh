#!/bin/sh
# Installs the Debian programs that the tests run beside ours, where it may; else says what is missing.
set -eu

missing=
while read -r program package; do
    command -v "$program" >/dev/null 2>&1 || missing="$missing $package"
done <<PROGRAMS
age age
age-keygen age
chromium chromium
firefox-esr firefox-esr
ssh-keygen openssh-client
strace strace
tor-gencert tor
unzip unzip
PROGRAMS
[ -n "$missing" ] || exit 0

missing=$(printf '%s\n' $missing | sort -u | tr '\n' ' ')
if [ "$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root=sudo; else as_root=no; fi
if [ "$as_root" = no ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Not installed, and not allowed to install: $missing"
    echo "Each test that needs one of them is left out and says so (run as root, or: sudo apt-get install $missing)."
    exit 0
fi
echo "Installing for the tests: $missing"
# The tests run a Tor network of their own: the one of the system stays off (systemctl unmask tor.service).
case "$missing" in *tor*) [ ! -d /run/systemd/system ] || $as_root systemctl mask --quiet tor.service ;; esac
$as_root apt-get update -qq
# Fonts: without them a headless browser on a bare machine shows boxes for Kazakh letters.
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing fonts-dejavu-core >/dev/null
