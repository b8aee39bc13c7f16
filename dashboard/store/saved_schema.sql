-- Queries that people keep, and those that they have asked from the page. Instants are microseconds since 1970.
create table if not exists saved_query (
    id text primary key,
    owner text not null,
    title text not null,
    sql text not null,
    -- A line for each: name=value.
    params text not null,
    -- Whether whoever has the link may read it; they ask under their own rights.
    is_shared integer not null,
    saved_at integer not null
) strict;

create index if not exists saved_query_of_owner on saved_query (owner, saved_at desc);

create table if not exists asked_query (
    id integer primary key,
    owner text not null,
    sql text not null,
    params text not null,
    asked_at integer not null,
    outcome text not null,
    row_count integer not null,
    millis integer not null
) strict;

create index if not exists asked_query_of_owner on asked_query (owner, id desc);
