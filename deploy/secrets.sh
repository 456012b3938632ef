#!/bin/sh
# Makes what is missing in deploy/secrets, each secret of its own: sh deploy/secrets.sh HOST
# A certificate that nobody vouches for is made for HOST; put your own in its place (tls.crt with its chain, tls.key).
set -eu
host=${1:?Usage: sh deploy/secrets.sh hubs.example.org}
umask 077
mkdir -p "$(dirname "$0")/secrets"
cd "$(dirname "$0")/secrets"
# The folder is closed to other users of this machine. The files are not: containers read them as users of their own.
chmod 700 .

random() { openssl rand -hex 32; }
keep() { [ -e "$1" ] || { cat > "$1" && chmod 444 "$1" && echo "made $1"; }; }

for name in hubs_secret admin_token metrics_token postgres_password database_password redis_password nats_password; do
  random | keep $name
done
keep database_url <<URL
postgres://hubs:$(cat database_password)@postgres:5432/hubs
URL
keep redis_url <<URL
redis://hubs:$(cat redis_password)@redis:6379
URL
keep nats_url <<URL
nats://hubs:$(cat nats_password)@nats:4222
URL
# Nobody without a password, and what Hubs does not need is not for it either.
keep redis_users <<ACL
user default off
user health on nopass -@all +ping
user hubs on #$(printf %s "$(cat redis_password)" | openssl dgst -sha256 -r | cut -c1-64) ~{hubs}:* &{hubs}:* +@all -@admin -@dangerous +info
ACL
keep nats_users <<USERS
authorization { users = [ { user: hubs, password: "$(cat nats_password)" } ] }
USERS
if [ ! -e tls.key ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj "/CN=$host" \
    -addext "subjectAltName=DNS:$host" -keyout tls.key -out tls.crt 2> /dev/null
  chmod 444 tls.key tls.crt
  echo "made tls.crt for $host, which browsers warn of: put yours in its place"
fi
