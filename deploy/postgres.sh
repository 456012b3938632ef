#!/bin/sh
# Run once, by the image of Postgres, when the database is made: Hubs gets a user and a database, and no more than that.
set -eu
psql --username postgres --set ON_ERROR_STOP=1 --set password="$(cat /run/secrets/database_password)" <<'SQL'
create user hubs password :'password' nosuperuser nocreatedb nocreaterole connection limit 80;
create database hubs owner hubs;
revoke connect on database hubs from public;
SQL
