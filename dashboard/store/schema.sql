-- Accounts and what hangs on them. Instants are seconds since 1970; secrets stand here as hashes alone.
create table if not exists account (
    name text primary key,
    role text not null,
    scope text not null,
    -- Nothing for who signs in by the provider alone.
    password text,
    must_change integer not null,
    is_disabled integer not null default 0,
    -- `password`, or `provider` for who came by OpenID Connect.
    origin text not null,
    -- Who the provider says that it is.
    subject text unique,
    created_at integer not null,
    changed_at integer not null
) strict;

create table if not exists session (
    sha256 text primary key,
    id text not null unique,
    name text not null references account (name) on delete cascade,
    created_at integer not null,
    seen_at integer not null,
    address text not null
) strict;

create table if not exists attempt (
    subject text primary key,
    failures integer not null,
    last_at integer not null
) strict;

-- Access tokens of accounts (kind `access`) and of walls (kind `device`), which have a scope of their own.
create table if not exists token (
    id text primary key,
    kind text not null,
    label text not null,
    name text references account (name) on delete cascade,
    scope text,
    sha256 text not null unique,
    salt blob,
    iterations integer,
    stored_key blob,
    server_key blob,
    created_at integer not null,
    expires_at integer,
    seen_at integer,
    revoked_at integer
) strict;

-- Tokens of sources stand in the configuration; one that is named here no longer counts.
create table if not exists revoked_source (
    sha256 text primary key,
    name text not null,
    revoked_at integer not null
) strict;
