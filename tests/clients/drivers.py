"""Drivers of Python's against the wire: psycopg 3, SQLAlchemy, asyncpg and ADBC.

usage: drivers.py PORT CASES
"""

import asyncio
import datetime
import sys

import adbc_driver_postgresql.dbapi
import asyncpg
import psycopg
import sqlalchemy

PORT, CASES = int(sys.argv[1]), int(sys.argv[2])
ADDRESS = f"host=127.0.0.1 port={PORT} user=somebody dbname=sunlake"
URL = f"postgresql://somebody@127.0.0.1:{PORT}/sunlake"


def with_psycopg():
    with psycopg.connect(ADDRESS) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from case_state")
        assert cursor.fetchone() == (CASES,)
        day = datetime.date(2100, 1, 1)
        cursor.execute("select case_no, due_on, is_open, steps from case_state where due_on < %s limit 2", (day,))
        case, due_on, is_open, steps = cursor.fetchone()
        assert isinstance(case, str) and isinstance(due_on, datetime.date) and isinstance(is_open, bool)
        assert isinstance(steps, list) and "step_seq" in steps[0], steps
        cursor.execute("select started_at from case_step where started_at is not null limit 1", binary=True)
        assert cursor.fetchone()[0].utcoffset() is not None
        with cursor.copy("copy (select case_no from case_state) to stdout") as copy:
            assert sum(1 for _ in copy.rows()) == CASES
    with psycopg.connect(ADDRESS) as connection:
        try:
            connection.execute("delete from case_state")
        except psycopg.errors.ReadOnlySqlTransaction:
            pass
        else:
            raise AssertionError("rows were deleted")
        try:
            connection.execute("select 1")
        except psycopg.errors.InFailedSqlTransaction:
            connection.rollback()
        else:
            raise AssertionError("a failed transaction went on")
        assert connection.execute("select 1").fetchone() == (1,)


def with_sqlalchemy():
    engine = sqlalchemy.create_engine(URL.replace("postgresql:", "postgresql+psycopg:"))
    inspector = sqlalchemy.inspect(engine)
    names = set(inspector.get_table_names()) | set(inspector.get_view_names())
    assert {"case_state", "case_step", "village"} <= names, names
    columns = {column["name"]: column for column in inspector.get_columns("case_step")}
    assert isinstance(columns["started_at"]["type"], sqlalchemy.types.DateTime), columns["started_at"]
    assert isinstance(columns["step_seq"]["type"], sqlalchemy.types.BigInteger), columns["step_seq"]
    assert inspector.get_pk_constraint("case_step")["constrained_columns"] == []
    assert inspector.get_foreign_keys("case_step") == [] and inspector.get_indexes("case_step") == []
    table = sqlalchemy.Table("case_step", sqlalchemy.MetaData(), autoload_with=engine)
    with engine.connect() as connection:
        counted = sqlalchemy.select(sqlalchemy.func.count(sqlalchemy.distinct(table.c.case_no)))
        assert 0 < connection.execute(counted.where(table.c.step_seq >= 1)).scalar_one() <= CASES


async def with_asyncpg():
    pool = await asyncpg.create_pool(URL, min_size=1, max_size=2)
    async with pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from case_state") == CASES
        day = datetime.date(2100, 1, 1)
        rows = await connection.fetch("select case_no, due_on from case_state where due_on < $1 limit $2", day, 5)
        assert len(rows) == 5 and isinstance(rows[0]["due_on"], datetime.date)
        async with connection.transaction():
            read = [row async for row in connection.cursor("select case_no from case_state", prefetch=50)]
            assert len(read) == CASES
        try:
            await connection.execute("select count(*) from case_step a, case_step b, case_step c", timeout=1)
        except (asyncio.TimeoutError, asyncpg.QueryCanceledError):
            pass
        assert await connection.fetchval("select 1::int8") == 1
    await pool.close()


def with_adbc():
    with adbc_driver_postgresql.dbapi.connect(URL) as connection, connection.cursor() as cursor:
        cursor.execute("select case_no, due_on, used_wd from case_state")
        table = cursor.fetch_arrow_table()
        assert table.num_rows == CASES and table.column_names == ["case_no", "due_on", "used_wd"]


with_psycopg()
print(f"clients: psycopg {psycopg.__version__}")
with_sqlalchemy()
print(f"clients: SQLAlchemy {sqlalchemy.__version__}")
asyncio.run(with_asyncpg())
print(f"clients: asyncpg {asyncpg.__version__}")
with_adbc()
print(f"clients: ADBC {adbc_driver_postgresql.__version__}")
