-- Once, as superuser, in an empty cluster: psql -f deploy/roles.sql
CREATE ROLE yizheng_owner LOGIN;
CREATE ROLE yizheng_app LOGIN;
\password yizheng_owner
\password yizheng_app
CREATE DATABASE yizheng OWNER yizheng_owner ENCODING 'UTF8' LOCALE_PROVIDER builtin
    BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C' TEMPLATE template0;
REVOKE CONNECT ON DATABASE yizheng FROM PUBLIC;
GRANT CONNECT ON DATABASE yizheng TO yizheng_app;
