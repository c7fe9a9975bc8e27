#!/bin/sh
# Unpacks syslog-ng below .devicescript/syslog-ng, for the tests. As a package it conflicts with
# rsyslog, so it is not installed. Debian or Ubuntu; root is not needed once apt has its lists.
set -eu
cd "$(dirname "$0")/../.."
folder=$PWD/.devicescript/syslog-ng
[ -x "$folder/usr/sbin/syslog-ng" ] && exit 0

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# what an install would bring, without what is there already
apt-get -s install --no-install-recommends syslog-ng-core |
    awk '$1 == "Inst" { print $2 }' |
    xargs apt-get -qq -o APT::Sandbox::User=root download
for package in *.deb; do
    dpkg -x "$package" unpacked
done
mkdir -p "$(dirname "$folder")"
rm -rf "$folder"
mv unpacked "$folder"
