#!/bin/sh
# Makes the two roles and the database when the container's cluster is new.
set -eu
psql -v ON_ERROR_STOP=1 -v owner="$OWNER_PASSWORD" -v app="$APP_PASSWORD" -U postgres <<'SQL'
CREATE ROLE yizheng_owner LOGIN PASSWORD :'owner';
CREATE ROLE yizheng_app LOGIN PASSWORD :'app';
CREATE DATABASE yizheng OWNER yizheng_owner;
REVOKE CONNECT ON DATABASE yizheng FROM PUBLIC;
GRANT CONNECT ON DATABASE yizheng TO yizheng_app;
SQL
